import type { InventoryItem } from './types.ts';

/** One thing that moves: so much of an item, in its unit or in packs. */
export interface Chosen {
	item: InventoryItem;
	quantity: number | null;
	/** 0 for the item's own unit. */
	packId: number;
}

/** What is about to be written down, in the order it was chosen. */
export class Basket {
	lines = $state<Chosen[]>([]);
	/** Everything chosen has a quantity. */
	whole = $derived(this.lines.length > 0 && this.lines.every((line) => (line.quantity ?? 0) > 0));
	worth = $derived(this.lines.reduce((sum, line) => sum + valueOf(line), 0));

	/** Chosen again by the same code it is one more of it. */
	add(item: InventoryItem, packId: number | null = null): void {
		const pack = packId ?? item.packs[0]?.id ?? 0;
		const known = this.lines.find((line) => line.item.itemId === item.itemId);
		if (known && (packId === null || known.packId === pack)) known.quantity = (known.quantity ?? 0) + 1;
		else if (!known) this.lines.push({ item, quantity: 1, packId: pack });
	}

	drop(itemId: number): void {
		this.lines = this.lines.filter((line) => line.item.itemId !== itemId);
	}

	clear(): void {
		this.lines = [];
	}

	/** As a call says it. */
	said(): { itemId: number; quantity: number; packId: number | null }[] {
		return this.lines.map(({ item, quantity, packId }) => ({
			itemId: item.itemId,
			quantity: quantity ?? 0,
			packId: packId || null
		}));
	}
}

/** In the item's unit. */
export function unitsOf({ item, quantity, packId }: Chosen): number {
	const size = item.packs.find((pack) => pack.id === packId)?.quantity ?? 1;
	return Math.round((quantity ?? 0) * size * 1000) / 1000;
}

/** What it is worth at cost, minor units; 0 where that is not known. */
function valueOf(line: Chosen): number {
	const { value, onHand } = line.item;
	return value && onHand ? Math.round((value / onHand) * unitsOf(line)) : 0;
}
