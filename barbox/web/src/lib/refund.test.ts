import { expect, test } from 'vitest';
import type { Payment } from '#lib/api/types.ts';
import { refundable } from './refund.ts';

const paid = (method: string, amount: number, tip = 0): Payment => ({
	paymentId: 1,
	kind: amount < 0 ? 'refund' : 'payment',
	method,
	amount,
	tip,
	tendered: null,
	change: 0,
	rounding: 0,
	at: '2026-11-22T22:00:00.000Z'
});

test('what came in by a means and went back by it is no longer there', () => {
	expect(
		refundable([paid('cash', 3000), paid('card', 5000, 500), paid('card', -2000), paid('cash', -3000)])
	).toEqual([{ method: 'card', amount: 3000, tip: 500 }]);
	expect(refundable([])).toEqual([]);
});
