import { describe, expect, test } from 'vitest';
import { decimal, formatMoney, parseMoney, portion, quickCash, roundToStep, splitEvenly } from './money.ts';

describe('writing amounts', () => {
	test('every currency has its own number of decimals', () => {
		expect(decimal(1234, 2)).toBe('12.34');
		expect(decimal(5, 2)).toBe('0.05');
		expect(decimal(-5, 2)).toBe('-0.05');
		expect(decimal(1234, 0)).toBe('1234');
		expect(decimal(1234, 3)).toBe('1.234');
	});
	test('digits beyond a double survive', () => {
		expect(formatMoney(9_007_199_254_740_991, { code: 'CNY', exponent: 2 }, 'en')).toContain(
			'90,071,992,547,409.91'
		);
	});
	test('the reader’s language decides the looks', () => {
		expect(formatMoney(123450, { code: 'CNY', exponent: 2 }, 'zh-CN')).toBe('¥1,234.50');
		expect(formatMoney(1200, { code: 'JPY', exponent: 0 }, 'en')).toBe('¥1,200');
		expect(formatMoney(1234, { code: 'KWD', exponent: 3 }, 'en')).toMatch(/1\.234/);
	});
});

describe('reading amounts', () => {
	test('points, commas, spaces and signs are all understood', () => {
		expect(parseMoney('12.5', 2)).toBe(1250);
		expect(parseMoney('12,50', 2)).toBe(1250);
		expect(parseMoney('¥ 1 200', 2)).toBe(120000);
		expect(parseMoney('.5', 2)).toBe(50);
	});
	test('what is no amount is no amount', () => {
		for (const text of ['', '.', 'ten', '1.2.3', '12.345', '-5'])
			expect(parseMoney(text, 2), text).toBeNull();
	});
});

describe('cash', () => {
	test('the exact sum comes first, then what guests hand over', () => {
		expect(quickCash(3150, 2)).toEqual([3150, 3500, 4000, 5000, 10_000]);
		expect(quickCash(5000, 2)[0]).toBe(5000);
		expect(quickCash(1280, 0)).toEqual([1280, 1300, 1400, 1500, 2000]);
	});
	test('every offer covers the sum and none stands there twice', () => {
		for (let due = 1; due < 60_000; due += 37) {
			const offers = quickCash(due, 2);
			expect(offers.every((offer) => offer >= due)).toBe(true);
			expect(new Set(offers).size).toBe(offers.length);
		}
	});
});

test('cash is rounded to the smallest coin, half up', () => {
	expect(roundToStep(1232, 5)).toBe(1230);
	expect(roundToStep(1233, 5)).toBe(1235);
	expect(roundToStep(1250, 100)).toBe(1300);
	expect(roundToStep(1249, 100)).toBe(1200);
	expect(roundToStep(1249, 0)).toBe(1249);
});

test('a split adds up to the last cent', () => {
	for (let total = 0; total < 500; total += 7) {
		for (let parts = 1; parts < 9; parts++) {
			const shares = splitEvenly(total, parts);
			expect(shares.reduce((sum, share) => sum + share, 0)).toBe(total);
			expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
		}
	}
});

test('a tip is a portion, half up', () => {
	expect(portion(31_600, 1000)).toBe(3160);
	expect(portion(5, 1000)).toBe(1);
	expect(portion(4, 1000)).toBe(0);
});
