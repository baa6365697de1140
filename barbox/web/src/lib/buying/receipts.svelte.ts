import { refused } from '#lib/api/client.ts';
import { Errands } from '#lib/errands.svelte.ts';
import { newId } from '#lib/ids.ts';
import { keep as write, recall } from '#lib/kept.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import { begun, bodyOf, type Receipt } from './receipt.ts';
import type { Delivery } from './types.ts';

const KEPT = 'barbox.receipts';
const PATIENCE_MS = 8_000;

/** A receipt with what was sent of it and not answered: that is what is sent again, under the same key. */
interface Kept extends Receipt {
	sent: { key: string; path: string; body: unknown } | null;
	/** Why the box would not have it. */
	why: string;
}

/**
 * Receipts that are being written down, until the box has them. They outlive a reload; what was sent and not answered
 * is sent again under its own key until it is, in the name of whoever wrote it: it is booked once.
 */
class Receipts {
	all = $state.raw<readonly Kept[]>(recall<Kept[]>(KEPT) ?? []);
	/** The delivery that became of a receipt. */
	private booked = new Map<string, (delivery: Delivery) => void>();
	private readonly errands = new Errands<Kept>(
		() => this.next(),
		(receipt) => this.one(receipt)
	);

	get mine(): Kept[] {
		return this.all.filter((each) => each.staffId === session.current?.staff.id);
	}

	of(key: string): Kept | null {
		return this.all.find((each) => each.key === key) ?? null;
	}

	/** The one that is being written for an order or in place of a delivery, else a new one. */
	begin(more: Partial<Receipt>): string {
		const { purchaseId = null, corrects = null } = more;
		const same = this.mine.find((each) => each.purchaseId === purchaseId && each.corrects === corrects);
		if (same && (purchaseId !== null || corrects !== null)) {
			if (!same.sent && more.awaited) this.put(same.key, { awaited: more.awaited });
			return same.key;
		}
		const made = begun(newId(), session.current?.staff.id ?? 0, more);
		this.keep([...this.all, { ...made, sent: null, why: '' }]);
		return made.key;
	}

	change(key: string, more: Partial<Receipt>): void {
		this.put(key, { ...more, why: '' });
	}

	forget(key: string): void {
		this.keep(this.all.filter((each) => each.key !== key));
	}

	/** Those in which nothing was written are nobody's loss. */
	tidy(): void {
		const written = (each: Kept) => each.sent !== null || each.lines.some((line) => line.packs > 0);
		this.keep(this.all.filter(written));
	}

	/** It goes to the box, now or when there is a line again; `then` hears what became of it. */
	book(key: string, close: boolean, then: (delivery: Delivery) => void): void {
		const receipt = this.of(key);
		if (!receipt) return;
		this.booked.set(key, then);
		if (!receipt.sent) this.put(key, { sent: { key: newId(), ...request(receipt, close) }, why: '' });
		void this.send();
	}

	/** Hears what becomes of one that is on its way already. */
	listen(key: string, then: (delivery: Delivery) => void): void {
		this.booked.set(key, then);
		void this.send();
	}

	/** The last one sent found no box. */
	get stuck(): boolean {
		return this.errands.stuck;
	}

	/** Sends what waits. */
	send(): Promise<void> {
		return this.errands.send();
	}

	private next(): Kept | undefined {
		return this.mine.find((each) => each.sent !== null);
	}

	/** Whether the box answered. */
	private async one({ key, sent }: Kept): Promise<boolean> {
		if (!sent) return true;
		try {
			const made = await asPerson<Delivery>({ method: 'POST', ...sent, timeoutMs: PATIENCE_MS });
			this.forget(key);
			this.booked.get(key)?.(made);
			this.booked.delete(key);
			return true;
		} catch (problem) {
			if (!refused(problem)) return false;
			this.put(key, { sent: null, why: problem.message });
			return true;
		}
	}

	private put(key: string, more: Partial<Kept>): void {
		this.keep(this.all.map((each) => (each.key === key ? { ...each, ...more } : each)));
	}

	private keep(all: readonly Kept[]): void {
		this.all = all;
		write(KEPT, all.length ? all : null);
	}
}

function request(receipt: Receipt, close: boolean): { path: string; body: unknown } {
	const instead = bodyOf(receipt, close);
	if (receipt.corrects !== null)
		return {
			path: `/api/deliveries/${receipt.corrects}/reverse`,
			body: { reason: receipt.reason, instead }
		};
	if (receipt.purchaseId !== null)
		return { path: `/api/purchases/${receipt.purchaseId}/receive`, body: instead };
	const { lines, paper, note } = instead;
	return { path: '/api/deliveries', body: { lines, paper, note, supplierId: receipt.supplierId } };
}

export const receipts = new Receipts();
