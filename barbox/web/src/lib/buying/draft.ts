/** An order as it is being edited; kept on this device until the box has it. */
import { times } from '#lib/money.ts';
import type { Item } from '#lib/stock/types.ts';
import { isoDay } from '#lib/stock/amounts.ts';
import type { EditPurchase, Purchase } from './types.ts';

export interface DraftLine {
	itemId: number;
	packId: number | null;
	packs: number;
	/** Of one pack, minor units; null: what was paid last. */
	price: number | null;
	note: string;
}

export interface Draft {
	supplierId: number;
	/** `2026-12-04`, or ''. */
	expected: string;
	note: string;
	lines: DraftLine[];
	/** Of the order it was read from; null: it is new. */
	version: number | null;
}

export function fresh(supplierId: number): Draft {
	return { supplierId, expected: '', note: '', lines: [], version: null };
}

export function draftOf(order: Purchase): Draft {
	return {
		supplierId: order.supplierId,
		expected: order.expectedOn ? isoDay(order.expectedOn) : '',
		note: order.note ?? '',
		lines: order.lines.map(({ itemId, packId, packs, price, note }) => ({
			...{ itemId, packId, packs, price },
			note: note ?? ''
		})),
		version: order.version
	};
}

/** One more pack of it; a line of its own where there is none. */
export function withOne(draft: Draft, item: Item, packId: number | null): Draft {
	const same = (line: DraftLine) => line.itemId === item.id && line.packId === packId;
	if (draft.lines.some(same))
		return {
			...draft,
			lines: draft.lines.map((line) => (same(line) ? { ...line, packs: line.packs + 1 } : line))
		};
	const line = { itemId: item.id, packId, packs: 1, price: lastPrice(item, packId), note: '' };
	return { ...draft, lines: [...draft.lines, line] };
}

/** More of what is on it, and what is not. */
export function withLines(draft: Draft, more: readonly DraftLine[]): Draft {
	const lines = draft.lines.map((line) => {
		const same = more.find((each) => each.itemId === line.itemId && each.packId === line.packId);
		return same ? { ...line, packs: line.packs + same.packs } : line;
	});
	const known = (each: DraftLine) =>
		draft.lines.some((line) => line.itemId === each.itemId && line.packId === each.packId);
	return { ...draft, lines: [...lines, ...more.filter((each) => !known(each))] };
}

/** What a pack was last bought for, else what its content last cost; null where nobody knows. */
export function lastPrice(item: Item | undefined, packId: number | null): number | null {
	const pack = item?.packs.find((each) => each.id === packId);
	if (pack?.price) return pack.price;
	return item?.lastCost ? Math.round(item.lastCost * (pack?.quantity ?? 1)) : null;
}

export function totalOf(draft: Draft): number {
	return draft.lines.reduce(
		(sum, line) => sum + (line.price === null ? 0 : times(line.price, line.packs)),
		0
	);
}

/** As the box is told. */
export function bodyOf(draft: Draft): EditPurchase {
	return {
		supplierId: draft.supplierId,
		expectedOn: draft.expected ? Number(draft.expected.replaceAll('-', '')) : null,
		note: draft.note.trim() || null,
		lines: draft.lines.map((line) => ({ ...line, note: line.note.trim() || null })),
		version: draft.version
	};
}
