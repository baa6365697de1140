import { expect, test } from 'vitest';
import type { Line } from '#lib/api/types.ts';
import { apartAmount, bySeat, dividable, isEverything, onePiece, type Apart } from './split.ts';

function line(lineId: number, more: Partial<Line> = {}): Line {
	return {
		lineId,
		itemId: 1,
		name: 'x',
		names: {},
		quantity: 1,
		price: 1000,
		amount: 1000,
		modifiers: [],
		seat: null,
		course: null,
		note: null,
		stationId: null,
		stationName: null,
		status: 'preparing',
		staffId: 1,
		sentAt: null,
		readyAt: null,
		comp: false,
		reason: null,
		parentId: null,
		priceRuleId: null,
		discount: null,
		discountAmount: 0,
		...more
	};
}

test('three beers leave one by one, and come back after the last', () => {
	const beers = line(1, { quantity: 3, amount: 3000 });
	let apart: Apart = new Map();
	const counts: number[] = [];
	for (let tap = 0; tap < 4; tap++) {
		apart = onePiece(apart, beers, [beers]);
		counts.push(apart.get(1) ?? 0);
	}
	expect(counts).toEqual([1, 2, 3, 0]);
});

test('what is weighed and a set menu leave whole', () => {
	const crayfish = line(1, { quantity: 1.35, amount: 1350 });
	const set = line(2, { quantity: 2, amount: 4000 });
	const course = line(3, { parentId: 2, amount: 0 });
	const lines = [crayfish, set, course];
	expect(onePiece(new Map(), crayfish, lines).get(1)).toBe(1.35);
	expect(onePiece(new Map(), set, lines).get(2)).toBe(2);
	expect(dividable(lines).map((one) => one.lineId)).toEqual([1, 2]);
});

test('a part of a line is worth its part, less its discount; what is on the house nothing', () => {
	const beers = line(1, { quantity: 3, amount: 3000, discountAmount: 300 });
	const gift = line(2, { comp: true });
	expect(apartAmount(new Map([[1, 2]]), [beers, gift])).toBe(1800);
	expect(apartAmount(new Map([[2, 1]]), [beers, gift])).toBe(0);
});

test('seats are added up, and everything together is no split', () => {
	const lines = [
		line(1, { seat: 2 }),
		line(2, { seat: 1 }),
		line(3, { seat: 2, quantity: 2, amount: 2000 }),
		line(4)
	];
	expect(bySeat(lines)).toEqual([
		{ seat: 1, amount: 1000, pieces: 1 },
		{ seat: 2, amount: 3000, pieces: 2 }
	]);
	const all: Apart = new Map([
		[1, 1],
		[2, 1],
		[3, 2],
		[4, 1]
	]);
	expect(isEverything(all, lines)).toBe(true);
	expect(isEverything(new Map([...all, [3, 1]]), lines)).toBe(false);
});
