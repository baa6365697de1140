import { read, why } from '#lib/office/desk.svelte.ts';
import { rank, searchKey } from '#lib/search.ts';
import type { Item, Items } from '#lib/stock/types.ts';
import { nameOf, texts } from '#lib/texts/texts.svelte.ts';
import { keep, recall } from '#lib/kept.ts';

const PAGE = 2000;
/** Kept for a reload without the box, where they fit. */
const KEPT = 'barbox.goods';
const SHOWN = 30;

/** What a code or a tap means: an item, in one of its packs or by its unit. */
export interface Chosen {
	item: Item;
	packId: number | null;
}

/** All that can be bought, at hand: a cellar may have no Wi-Fi to ask the box by. */
class Goods {
	all = $state.raw<readonly Item[]>(recall<Item[]>(KEPT) ?? []);
	wrong = $state('');
	readonly byId = $derived(new Map(this.all.map((item) => [item.id, item])));
	private readonly keys = $derived(this.all.map((item) => [searchKey(item), item] as const));

	load = async (): Promise<void> => {
		try {
			const found: Item[] = [];
			for (let page: Items | null = null; page === null || page.items.length === PAGE;) {
				page = await read<Items>(`/api/inventory/items?limit=${PAGE}&offset=${found.length}`);
				found.push(...page.items);
			}
			this.all = found;
			keep(KEPT, found.length <= PAGE ? found : null);
			this.wrong = '';
		} catch (problem) {
			this.wrong = why(problem);
		}
	};

	/** The best answers to what was typed; those of one supplier first. */
	find(text: string, supplierId: number | null): Item[] {
		return this.keys
			.map(([key, item]) => ({ item, fit: rank(key, text) * 2 + Number(item.supplierId === supplierId) }))
			.filter(({ fit }) => fit > 1)
			.sort((a, b) => b.fit - a.fit || nameOf(a.item).localeCompare(nameOf(b.item), texts.language))
			.slice(0, SHOWN)
			.map(({ item }) => item);
	}

	/** What carries a code; the box is asked where none at hand does. Null where nothing is known by it. */
	async carries(code: string): Promise<Chosen | null> {
		for (const item of this.all) {
			if (item.barcode === code) return { item, packId: null };
			const pack = item.packs.find((each) => each.barcode === code);
			if (pack) return { item, packId: pack.id };
		}
		const path = `/api/inventory/barcode?code=${encodeURIComponent(code)}`;
		const told = await read<{ itemId: number; packId: number | null }>(path).catch(() => null);
		const item = told && this.byId.get(told.itemId);
		return item ? { item, packId: told.packId } : null;
	}

	/** The pack in which an item is bought unless somebody says otherwise. */
	usual(item: Item): Chosen {
		return { item, packId: item.packs[0]?.id ?? null };
	}
}

export const goods = new Goods();
