import type { Method } from '#lib/api/types.ts';
import { w } from '#lib/texts/till/till.ts';

/** What a means of payment is called; also those that only the box books, such as a walk-out. */
export function methodName(method: Method | string): string {
	switch (method) {
		case 'cash':
		case 'card':
		case 'mobile':
			return w(`pay.${method}`);
		case 'voucher':
		case 'house':
		case 'walkout':
		case 'member':
		case 'points':
		case 'deposit':
			return w(method);
		default:
			return method;
	}
}
