import { Problem } from '#lib/api/client.ts';
import type { Person } from '#lib/api/types.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asDevice, asPerson } from '#lib/session.svelte.ts';
import { t } from '#lib/texts/texts.svelte.ts';
import { entries } from './entries.svelte.ts';
import type { Counts, Places, Sheet, SheetItem, StockTake } from './types.ts';

/** Several entries of one moment are answered with one question. */
const SOON_MS = 300;
const LAST = 'barbox.sheet';

/** An item at a place. */
export function spotOf(item: { itemId: number; locationId?: number | null }): string {
	return `${item.itemId}@${item.locationId ?? 0}`;
}

/** The stock-takes that are open, and the sheet that is counted by; kept up to date by what the box tells. */
export class Counting {
	takes = $state.raw<readonly StockTake[] | null>(null);
	places = $state.raw<Places['locations']>([]);
	/** Who works here, for what others counted. */
	people = $state.raw<ReadonlyMap<number, string>>(new Map());
	sheet = $state.raw<Sheet | null>(recalled());
	wrong = $state('');
	open = $derived((this.takes ?? []).filter((each) => each.status === 'open'));
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** Follows the box until the answer is called. */
	follow(): () => void {
		void this.load();
		entries.onTaken = () => this.soon();
		const leave = house.listen(({ kind }) => {
			if (kind.startsWith('count.') || kind === 'stock.counted') this.soon();
		});
		return () => {
			clearTimeout(this.timer);
			leave();
		};
	}

	soon(): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.load(), SOON_MS);
	}

	async pick(countId: number): Promise<void> {
		await this.read(countId);
	}

	leave(): void {
		this.sheet = null;
		localStorage.removeItem(LAST);
		void this.load();
	}

	private async load(): Promise<void> {
		void entries.send();
		try {
			this.takes = (await asPerson<Counts>({ path: '/api/inventory/counts' })).counts;
			if (this.places.length === 0)
				this.places = (await asPerson<Places>({ path: '/api/inventory/locations' })).locations;
			if (this.people.size === 0) {
				const { people } = await asDevice<{ people: Person[] }>({ path: '/api/session/people' });
				this.people = new Map(people.map((each) => [each.id, each.name]));
			}
			this.wrong = '';
			const [only] = this.open;
			if (this.sheet) await this.read(this.sheet.countId);
			else if (only && this.open.length === 1) await this.read(only.countId);
		} catch (problem) {
			this.wrong = problem instanceof Problem ? problem.message : t('common.unreachable');
		}
	}

	private async read(countId: number): Promise<void> {
		try {
			this.sheet = await asPerson<Sheet>({ path: `/api/inventory/counts/${countId}` });
			this.wrong = '';
			localStorage.setItem(LAST, JSON.stringify(this.sheet));
		} catch (problem) {
			// The sheet on the screen is still good to count by.
			this.wrong = problem instanceof Problem ? problem.message : t('common.unreachable');
		}
	}
}

/** The item that carries a code, and the pack of it, without asking the box: the cellar may have no Wi-Fi. */
export function carries(
	items: readonly SheetItem[],
	code: string
): { item: SheetItem; packId: number | null } | null {
	for (const item of items) {
		if (item.barcode === code) return { item, packId: null };
		const pack = item.packs.find((each) => each.barcode === code);
		if (pack) return { item, packId: pack.id };
	}
	return null;
}

function recalled(): Sheet | null {
	try {
		return JSON.parse(localStorage.getItem(LAST) ?? 'null') as Sheet | null;
	} catch {
		localStorage.removeItem(LAST);
		return null;
	}
}
