import { expect, test } from 'vitest';
import { counted, denominations } from './denominations.ts';

test('every currency counts in whole minor units, largest first, down to the smallest coin in use', () => {
	for (const [code, exponent] of [
		['CNY', 2],
		['JPY', 0],
		['KWD', 3],
		['THB', 2],
		['VND', 0]
	] as const) {
		const values = denominations(code, exponent);
		expect(
			[...values].sort((a, b) => b - a),
			code
		).toEqual(values);
		expect(
			values.every((value) => Number.isInteger(value) && value > 0),
			code
		).toBe(true);
	}
	expect(denominations('THB', 2).at(-1)).toBe(1);
	expect(denominations('VND', 0)[0]).toBe(100);
});

test('a count comes to the sum of its pieces', () => {
	expect(counted(new Map())).toBe(0);
	expect(
		counted(
			new Map([
				[10_000, 3],
				[50, 7]
			])
		)
	).toBe(30_350);
});
