import { Problem, Unreachable } from '#lib/api/client.ts';
import type { Paid, Tender } from '#lib/api/types.ts';
import { newId } from '#lib/ids.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import { fullJitter } from './backoff.ts';
import type { PendingPayment } from './database.ts';
import { outbox } from './outbox.svelte.ts';

const FIRST_MS = 1_000;
const MOST_MS = 30_000;

let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Takes a payment at the box. It is written down here before it is sent, so that neither a reload nor a lost answer
 * makes anyone take the money twice. Throws Problem when the box refuses and Unreachable when it is silent; after
 * silence the payment stays in `outbox.payments` and is asked again until there is an answer. `share` is the part of
 * a split order it pays; `override` a PIN lent for it, which is never written down.
 */
export async function takePayment(
	orderId: number,
	tenders: Tender[],
	{ share = 0, override }: { share?: number; override?: string | undefined } = {}
): Promise<Paid> {
	const staffId = session.current?.staff.id ?? 0;
	const payment: PendingPayment = { key: newId(), orderId, tenders, staffId, at: Date.now() };
	if (share > 0) payment.share = share;
	outbox.asking = payment.key;
	await outbox.keepPayment(payment);
	return askAgain(payment, override);
}

/** The same payment, with the same key: booked once, however often it is asked. */
export async function askAgain(payment: PendingPayment, override?: string): Promise<Paid> {
	const { orderId, tenders, share } = payment;
	outbox.asking = payment.key;
	try {
		const paid = await asPerson<Paid>({
			method: 'POST',
			path: '/api/payments',
			key: payment.key,
			override,
			body: { orderId, tenders, ...(share !== undefined ? { share } : {}) },
			timeoutMs: 8_000
		});
		await outbox.forgetPayment(payment.key);
		outbox.onOrder(paid.order);
		outbox.paid = paid;
		return paid;
	} catch (problem) {
		// 401 and 5xx say nothing about whether it was booked before.
		if (problem instanceof Problem && problem.status < 500 && ![401, 429].includes(problem.status)) {
			await outbox.forgetPayment(payment.key);
			throw problem;
		}
		later();
		throw new Unreachable();
	} finally {
		outbox.asking = null;
	}
}

/** There is a sign of life: whatever payment has had no answer is asked for at once. */
export function askForDoubts(): void {
	attempt = 0;
	clearTimeout(timer);
	void askAll();
}

function later(): void {
	clearTimeout(timer);
	timer = setTimeout(() => void askAll(), fullJitter(attempt++, Math.random, FIRST_MS, MOST_MS));
}

async function askAll(): Promise<void> {
	if (!session.current) return;
	for (const payment of outbox.doubts) {
		if (outbox.asking !== null) return later();
		try {
			await askAgain(payment);
		} catch (problem) {
			if (!(problem instanceof Problem)) return;
			outbox.refusedPayment = problem.message;
		}
	}
}
