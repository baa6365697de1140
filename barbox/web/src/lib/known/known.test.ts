import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { bytesOf, hex, hmac, sha256 } from './sha256.ts';
import { mayStartAnew } from './update.ts';
import { candidates, remembered, type KnownBox } from './boxes.ts';

test('the digest is the one everybody else computes', () => {
	for (const length of [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]) {
		const text = 'x'.repeat(length);
		expect(hex(sha256(bytesOf(text))), String(length)).toBe(createHash('sha256').update(text).digest('hex'));
	}
	const key = sha256(bytesOf('token'));
	expect(hex(hmac(key, 'barbox:0011'))).toBe(createHmac('sha256', key).update('barbox:0011').digest('hex'));
});

const swan: KnownBox = { boxId: 'a', name: 'Swan', addresses: ['http://10.0.0.5:8080'], at: 1 };

test('every address that worked is remembered, the latest first, and others’ boxes are kept apart', () => {
	const now = {
		boxId: 'a',
		name: 'Golden Swan',
		addresses: ['http://10.0.0.9:8080', 'http://barbox.local:8080']
	};
	const moon: KnownBox = { boxId: 'b', name: 'Moon', addresses: ['http://10.0.0.7:8080'], at: 2 };
	const [first, second] = remembered([moon, swan], now, 3);
	expect(first).toEqual({
		boxId: 'a',
		name: 'Golden Swan',
		addresses: ['http://10.0.0.9:8080', 'http://barbox.local:8080', 'http://10.0.0.5:8080'],
		at: 3
	});
	expect(second).toEqual(moon);
	const many = Array.from({ length: 30 }, (_, n) => `http://10.0.1.${n}:8080`);
	expect(remembered([swan], { ...now, addresses: many }, 4)[0]?.addresses.length).toBe(12);
});

test('a lost box is looked for where it was before and by its name, never where the page itself is', () => {
	const found = candidates([swan], 'a', new URL('http://10.0.0.4:8080/floor'));
	expect(found).toEqual(['http://10.0.0.5:8080', 'http://barbox.local:8080']);
	expect(candidates([swan], 'a', new URL('http://10.0.0.5:8080/'))).toEqual(['http://barbox.local:8080']);
	expect(candidates([swan], 'a', new URL('https://10.0.0.4:8443/'))).toEqual([
		'https://10.0.0.5:8443',
		'https://barbox.local:8443'
	]);
});

test('a new version waits: mid-order, while something is typed and while the outbox is not empty', () => {
	expect(mayStartAnew('/floor', 0, 0)).toBe(true);
	expect(mayStartAnew('/office/menu', 0, 0)).toBe(true);
	expect(mayStartAnew('/order/17', 0, 0)).toBe(false);
	expect(mayStartAnew('/pay/17', 0, 0)).toBe(false);
	expect(mayStartAnew('/floor', 1, 0)).toBe(false);
	expect(mayStartAnew('/floor', 0, 1)).toBe(false);
});
