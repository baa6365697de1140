import { expect, test } from 'vitest';
import { numberOf, sumOf, typed } from './tally.ts';

function type(keys: string): string {
	return [...keys].reduce(typed, '');
}

test('a number grows digit by digit, has one point and no more than three places behind it', () => {
	expect(type('07')).toBe('7');
	expect(type('.5')).toBe('0.5');
	expect(type('1.2.34567')).toBe('1.234');
	expect(type('12345678901')).toBe('123456789');
});

test('packs and single ones come to one sum', () => {
	const sizes = [
		{ id: 1, quantity: 24 },
		{ id: 2, quantity: 6 }
	];
	expect(sumOf('5', { 1: '2', 2: '1' }, sizes)).toBe(59);
	expect(sumOf('', {}, sizes)).toBe(0);
	expect(sumOf('0.1', { 2: '0.5' }, sizes)).toBe(3.1);
	expect(numberOf('')).toBe(0);
});
