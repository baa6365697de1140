/** What came, as it is being written down. Pure: kept and sent by receipts.svelte.ts. */
import { times } from '#lib/money.ts';
import type { Item } from '#lib/stock/types.ts';
import type { DeliveredLine, Delivery, Purchase, ReceivePurchase } from './types.ts';

export interface ReceiptLine {
	id: number;
	itemId: number;
	/** Null: by the unit. */
	packId: number | null;
	packs: number;
	/** Of one pack, minor units; null: not known. */
	price: number | null;
	/** Null: where it is served from. */
	locationId: number | null;
	/** `2027-01-31`, or ''. */
	expires: string;
	code: string;
}

/** What an order still awaits of an item: nothing, where all of it came. */
export interface Awaited {
	itemId: number;
	packId: number | null;
	packs: number;
	/** What one holds, in the item's unit. */
	size: number;
	/** Of one pack, as ordered. */
	price: number | null;
}

export interface Receipt {
	key: string;
	staffId: number;
	begunAt: number;
	/** The order it belongs to. */
	purchaseId: number | null;
	number: number | null;
	/** The delivery that was written down wrong, and why. */
	corrects: number | null;
	reason: string;
	supplierId: number | null;
	supplier: string;
	paper: string;
	note: string;
	awaited: Awaited[];
	lines: ReceiptLine[];
}

export type Kind = 'missing' | 'over' | 'unordered' | 'price';

/** How what came differs from what was ordered. */
export interface Difference {
	kind: Kind;
	itemId: number;
	packId: number | null;
	/** Packs too many or missing; of a price, how many it is paid for. */
	packs: number;
	/** Minor units beyond the ordered price, of one pack. */
	price: number;
}

type Goods = ReadonlyMap<number, Item>;

export function begun(key: string, staffId: number, more: Partial<Receipt> = {}): Receipt {
	return {
		...{ key, staffId, begunAt: Date.now(), purchaseId: null, number: null, corrects: null, reason: '' },
		...{ supplierId: null, supplier: '', paper: '', note: '', awaited: [], lines: [] },
		...more
	};
}

/** What an order still awaits, with a line for each of it and nothing come yet. */
export function ofOrder(order: Purchase): Pick<Receipt, 'awaited' | 'lines'> {
	const awaited = order.lines.map(({ itemId, packId, packs, received, quantity, price }) => ({
		...{ itemId, packId, price },
		packs: Math.max(0, rounded(packs - received)),
		size: quantity / packs
	}));
	const lines = awaited
		.filter((each) => each.packs > 0)
		.map((each, id) => blank(id, each.itemId, each.packId, each.price));
	return { awaited, lines };
}

/** A delivery to be set right: what its order awaited before it, and what was written down. */
export function ofDelivery(delivery: Delivery): Pick<Receipt, 'awaited' | 'lines'> {
	const awaited: Awaited[] = [];
	for (const line of delivery.lines) {
		if (line.expected === null) continue;
		const { itemId, packId, packs, expected } = line;
		const known = awaited.find((each) => each.itemId === itemId && each.packId === packId);
		const paidFor =
			line.amount !== null && line.amountDifference !== null ? line.amount - line.amountDifference : null;
		const price = paidFor === null || !packs ? null : Math.round(paidFor / packs);
		if (known) known.packs = rounded(known.packs + expected);
		else if (expected || price !== null)
			awaited.push({ itemId, packId, packs: expected, size: line.packSize, price });
	}
	const lines = delivery.lines
		.filter((line) => line.packs > 0)
		.map((line, id) => ({
			...blank(id, line.itemId, line.packId, null),
			packs: line.packs,
			locationId: line.locationId,
			price: line.amount === null ? null : Math.round(line.amount / line.packs),
			expires: line.expiresOn ? String(line.expiresOn).replace(/(....)(..)(..)/, '$1-$2-$3') : '',
			code: line.code ?? ''
		}));
	return { awaited, lines };
}

export function blank(id: number, itemId: number, packId: number | null, price: number | null): ReceiptLine {
	return { id, itemId, packId, packs: 0, price, locationId: null, expires: '', code: '' };
}

/** One more pack of what was scanned or chosen; a line of its own where there is none. Tells the line. */
export function counted(lines: ReceiptLine[], itemId: number, packId: number | null, price: number | null) {
	const known = lines.findLast((line) => line.itemId === itemId && line.packId === packId);
	const line = known
		? { ...known, packs: rounded(known.packs + 1) }
		: { ...blank(nextId(lines), itemId, packId, price), packs: 1 };
	return { line, lines: known ? lines.map((each) => (each === known ? line : each)) : [line, ...lines] };
}

export function nextId(lines: readonly ReceiptLine[]): number {
	return Math.max(-1, ...lines.map((line) => line.id)) + 1;
}

/** Whatever is still awaited came: lines that say otherwise stay as they are. */
export function allCame(receipt: Receipt, goods: Goods): ReceiptLine[] {
	return receipt.lines.map((line) => {
		const awaited = awaitedOf(receipt, line);
		const first = receipt.lines.find((each) => each.itemId === line.itemId) === line;
		return awaited && first && cameOf(receipt, awaited, goods) === 0
			? { ...line, packId: awaited.packId, packs: awaited.packs }
			: line;
	});
}

/** What the order awaits where a line is of it: by the same pack, else by the item. */
export function awaitedOf(receipt: Receipt, line: Pick<ReceiptLine, 'itemId' | 'packId'>): Awaited | null {
	const alike = receipt.awaited.filter((each) => each.itemId === line.itemId);
	return alike.find((each) => each.packId === line.packId) ?? alike[0] ?? null;
}

/** What came of something awaited, in the item's unit. */
function cameOf(receipt: Receipt, awaited: Awaited, goods: Goods): number {
	return rounded(
		receipt.lines
			.filter((line) => awaitedOf(receipt, line) === awaited)
			.reduce((sum, line) => sum + line.packs * sizeOf(goods.get(line.itemId), line.packId), 0)
	);
}

export function sizeOf(item: Item | undefined, packId: number | null): number {
	return item?.packs.find((each) => each.id === packId)?.quantity ?? 1;
}

export function amountOf(line: ReceiptLine): number | null {
	return line.price === null ? null : times(line.price, line.packs);
}

export function totalOf(receipt: Receipt): number {
	return receipt.lines.reduce((sum, line) => sum + (amountOf(line) ?? 0), 0);
}

/** How a receipt of an order differs from it; without an order nothing does. */
export function differences(receipt: Receipt, goods: Goods): Difference[] {
	if (receipt.purchaseId === null) return [];
	const found: Difference[] = [];
	for (const awaited of receipt.awaited) {
		const { itemId, packId } = awaited;
		const beyond = rounded(cameOf(receipt, awaited, goods) / awaited.size - awaited.packs);
		const packs = Math.abs(beyond);
		if (beyond) found.push({ kind: beyond < 0 ? 'missing' : 'over', itemId, packId, packs, price: 0 });
	}
	for (const { itemId, packId, packs, price } of receipt.lines.filter((line) => line.packs > 0)) {
		const awaited = awaitedOf(receipt, { itemId, packId });
		if (!awaited) found.push({ kind: 'unordered', itemId, packId, packs, price: 0 });
		else if (awaited.packId === packId && price !== null && awaited.price !== null && price !== awaited.price)
			found.push({ kind: 'price', itemId, packId, packs, price: price - awaited.price });
	}
	return found;
}

/** Whether the order awaits more after this. */
export function leavesRest(receipt: Receipt, goods: Goods): boolean {
	return differences(receipt, goods).some((each) => each.kind === 'missing');
}

/** As the box is told. */
export function bodyOf(receipt: Receipt, close: boolean): ReceivePurchase {
	const lines: DeliveredLine[] = receipt.lines
		.filter((line) => line.packs > 0)
		.map((line) => ({
			itemId: line.itemId,
			packId: line.packId,
			packs: line.packs,
			amount: amountOf(line),
			locationId: line.locationId,
			code: line.code.trim() || null,
			expiresOn: line.expires ? Number(line.expires.replaceAll('-', '')) : null
		}));
	return { lines, paper: receipt.paper.trim() || null, note: receipt.note.trim() || null, close };
}

/** By how much a price differs from another, in per cent; null where it does not, or nothing is known. */
export function changeOf(price: number | null, before: number | null): number | null {
	if (price === null || !before || price === before) return null;
	return Math.round((price / before - 1) * 1000) / 10;
}

/** To thousandths, as the box counts. */
export function rounded(quantity: number): number {
	return Math.round(quantity * 1000) / 1000;
}
