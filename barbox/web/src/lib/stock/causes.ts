import { figure } from './amounts.ts';
import { s } from './texts/stock.ts';
import type { Cause } from './types.ts';

/** What is likely behind a difference, as a question; `other` names an item. */
export function causeName(cause: Cause, other: (id: number | null) => string): string {
	switch (cause.kind) {
		case 'overpoured':
			return s('cause.overpoured', { share: figure(Math.round((cause.share ?? 0) * 1000) / 10) });
		case 'whole_packs':
			return s('cause.whole_packs', { n: Math.abs(cause.packs ?? 0) });
		case 'mixed_up':
			return s('cause.mixed_up', { name: other(cause.otherId) });
		default:
			return s(`cause.${cause.kind}`);
	}
}
