import { Problem, Unreachable } from '#lib/api/client.ts';
import type { Paid, Tender } from '#lib/api/types.ts';
import { newId } from '#lib/ids.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { PendingPayment } from './database.ts';
import { outbox } from './outbox.svelte.ts';

/**
 * Takes a payment at the box. It is written down here before it is sent, so that neither a reload nor a lost answer
 * makes anyone take the money twice. Throws Problem when the box refuses and Unreachable when it is silent; after
 * silence the payment stays in `outbox.payments` until `askAgain` brings an answer.
 */
export async function takePayment(orderId: number, tenders: Tender[]): Promise<Paid> {
	const staffId = session.current?.staff.id ?? 0;
	const payment: PendingPayment = { key: newId(), orderId, tenders, staffId, at: Date.now() };
	outbox.asking = payment.key;
	await outbox.keepPayment(payment);
	return askAgain(payment);
}

/** The same payment, with the same key: booked once, however often it is asked. */
export async function askAgain(payment: PendingPayment): Promise<Paid> {
	outbox.asking = payment.key;
	try {
		const paid = await asPerson<Paid>({
			method: 'POST',
			path: '/api/payments',
			key: payment.key,
			body: { orderId: payment.orderId, tenders: payment.tenders },
			timeoutMs: 8_000
		});
		await outbox.forgetPayment(payment.key);
		house.put(paid.order);
		return paid;
	} catch (problem) {
		if (!(problem instanceof Problem)) throw problem;
		// 401 and 5xx say nothing about whether it was booked before.
		if (problem.status >= 500 || problem.status === 401 || problem.status === 429) throw new Unreachable();
		await outbox.forgetPayment(payment.key);
		throw problem;
	} finally {
		outbox.asking = null;
	}
}
