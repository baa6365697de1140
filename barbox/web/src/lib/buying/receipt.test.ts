import { expect, test } from 'vitest';
import type { Item } from '#lib/stock/types.ts';
import {
	allCame,
	begun,
	bodyOf,
	changeOf,
	counted,
	differences,
	leavesRest,
	ofOrder,
	totalOf
} from './receipt.ts';
import type { Purchase } from './types.ts';

const GIN = 1;
const LIME = 2;
const BOTTLE = 11;
const BOX = 22;
const goods = new Map(
	[
		{ id: GIN, packs: [{ id: BOTTLE, quantity: 700 }] },
		{ id: LIME, packs: [{ id: BOX, quantity: 20 }] }
	].map((item) => [item.id, item as unknown as Item])
);
const order = {
	lines: [
		{ itemId: GIN, packId: BOTTLE, packs: 6, received: 2, quantity: 4200, price: 12_600 },
		{ itemId: LIME, packId: BOX, packs: 2, received: 0, quantity: 40, price: 3_000 },
		{ itemId: 3, packId: null, packs: 5, received: 5, quantity: 5, price: null }
	]
} as unknown as Purchase;

const receipt = (lines = ofOrder(order).lines) => ({
	...begun('k', 1, { purchaseId: 7, ...ofOrder(order) }),
	lines
});

test('an order awaits what has not come of it, and each scan is one more', () => {
	const start = receipt();
	expect(start.awaited.map((each) => [each.packs, each.size])).toEqual([
		[4, 700],
		[2, 20],
		[0, 1]
	]);
	expect(start.lines.map((each) => each.itemId)).toEqual([GIN, LIME]);
	const once = counted(start.lines, GIN, BOTTLE, 12_600);
	const twice = counted(once.lines, GIN, BOTTLE, 12_600);
	expect([once.line.packs, twice.line.packs]).toEqual([1, 2]);
	expect(totalOf(receipt(twice.lines))).toBe(25_200);
	expect(counted(twice.lines, 9, null, null).lines[0]).toMatchObject({ itemId: 9, packs: 1, price: null });
});

test('what is missing, too much, dearer or never ordered is told, by the piece as by the pack', () => {
	const none = receipt();
	expect(differences(none, goods).map(({ kind, packs }) => [kind, packs])).toEqual([
		['missing', 4],
		['missing', 2]
	]);
	const all = receipt(allCame(none, goods));
	expect(differences(all, goods)).toEqual([]);
	expect(leavesRest(all, goods)).toBe(false);
	const [gin, lime] = all.lines;
	const lines = [
		{ ...gin!, packs: 5, price: 13_000 },
		{ ...lime!, packId: null, packs: 30, price: 150 },
		{ ...gin!, id: 5, itemId: 9, packId: null, packs: 3 },
		{ ...gin!, id: 6, itemId: 3, packId: null, packs: 1, price: null }
	];
	const told = differences(receipt(lines), goods);
	expect(told.map(({ kind, itemId, packs, price }) => [kind, itemId, packs, price])).toEqual([
		['over', GIN, 1, 0],
		['missing', LIME, 0.5, 0],
		['over', 3, 1, 0],
		['price', GIN, 5, 400],
		['unordered', 9, 3, 0]
	]);
	expect(bodyOf(receipt(lines), true)).toMatchObject({ close: true, paper: null });
	expect(bodyOf(receipt(lines), true).lines[0]).toMatchObject({ packs: 5, amount: 65_000, expiresOn: null });
});

test('a price is compared with the last in per cent', () => {
	expect(changeOf(13_000, 12_600)).toBe(3.2);
	expect(changeOf(12_600, 12_600)).toBeNull();
	expect(changeOf(12_600, 0)).toBeNull();
	expect(changeOf(null, 12_600)).toBeNull();
});
