import { expect, test } from 'vitest';
import { Basket, unitsOf } from './basket.svelte.ts';
import type { InventoryItem } from './types.ts';

const gin = {
	itemId: 7,
	onHand: 1400,
	value: 25_200,
	packs: [{ id: 3, name: 'Bottle', names: {}, quantity: 700, barcode: '690' }]
} as unknown as InventoryItem;

test('what is scanned again is one more of it, in the pack that was scanned', () => {
	const basket = new Basket();
	basket.add(gin, 3);
	basket.add(gin, 3);
	expect(basket.lines.map(unitsOf)).toEqual([1400]);
	expect(basket.worth).toBe(25_200);
	expect(basket.said()).toEqual([{ itemId: 7, quantity: 2, packId: 3 }]);
});

test('what was chosen by another pack stays as it was chosen', () => {
	const basket = new Basket();
	basket.add(gin, 0);
	basket.add(gin, 3);
	expect(basket.said()).toEqual([{ itemId: 7, quantity: 1, packId: null }]);
	for (const line of basket.lines) line.quantity = null;
	expect(basket.whole).toBe(false);
});
