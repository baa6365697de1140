import { STRICT, type Store } from './database.ts';
import { refOf, type Command, type Entry, type Ref, type Refused } from './commands.ts';

/**
 * The tablet's waiting commands, in IndexedDB. Every change is one strict transaction, so a crash leaves a command
 * either waiting or answered, never both and never neither.
 */
export class Queue {
	constructor(private readonly db: Store) {}

	/**
	 * Stored when the promise resolves; only then may the screen call it waiting. The draft it was made from goes in
	 * the same transaction: a round is either still being typed or on its way.
	 */
	async add(entry: Omit<Entry, 'n'>, draft?: Ref): Promise<Entry> {
		const tx = this.db.transaction(['entries', 'drafts'], 'readwrite', STRICT);
		const n = await tx.objectStore('entries').add(entry as Entry);
		if (draft !== undefined) await tx.objectStore('drafts').delete(draft);
		await tx.done;
		return { ...entry, n };
	}

	async waiting(): Promise<Entry[]> {
		return this.db.getAll('entries');
	}

	async oldest(): Promise<Entry | undefined> {
		const cursor = await this.db.transaction('entries').store.openCursor();
		return cursor?.value;
	}

	async refused(): Promise<Refused[]> {
		return this.db.getAll('refused');
	}

	async aliases(): Promise<Map<string, number>> {
		const rows = await this.db.getAll('aliases');
		return new Map(rows.map((row) => [row.key, row.orderId]));
	}

	/**
	 * Takes the turn to send the oldest command. Null: nothing waits, or another tab of this tablet is sending.
	 * Counts the attempt before the first byte leaves, so that a command that may have arrived is never taken for new.
	 */
	async take(owner: string, now: number, leaseMs: number): Promise<Entry | null> {
		const tx = this.db.transaction(['entries', 'leases'], 'readwrite', STRICT);
		const leases = tx.objectStore('leases');
		const lease = await leases.get('sender');
		const cursor = await tx.objectStore('entries').openCursor();
		let taken: Entry | null = null;
		if (cursor && (!lease || lease.owner === owner || lease.until <= now || lease.until > now + leaseMs)) {
			taken = { ...cursor.value, attempts: cursor.value.attempts + 1 };
			await cursor.update(taken);
			await leases.put({ owner, until: now + leaseMs }, 'sender');
		}
		await tx.done;
		return taken;
	}

	/** No answer: the command stays, the turn is free. */
	async release(owner: string): Promise<void> {
		const tx = this.db.transaction('leases', 'readwrite');
		const lease = await tx.store.get('sender');
		if (lease?.owner === owner) await tx.store.delete('sender');
		await tx.done;
	}

	/** The box did it. A creation's order number is remembered in the same transaction that forgets the command. */
	async answered(entry: Entry, orderId: number | null, owner: string): Promise<void> {
		const tx = this.db.transaction(['entries', 'aliases', 'leases'], 'readwrite', STRICT);
		await tx.objectStore('entries').delete(entry.n);
		if (entry.command.kind === 'order.place' && orderId !== null) {
			await tx.objectStore('aliases').put({ key: entry.key, orderId, at: Date.now() });
		}
		const lease = await tx.objectStore('leases').get('sender');
		if (lease?.owner === owner) await tx.objectStore('leases').delete('sender');
		await tx.done;
	}

	/** Out of the queue, onto the list that a person sees; those behind it go on. */
	async setAside(refused: Refused, owner?: string): Promise<void> {
		const tx = this.db.transaction(['entries', 'refused', 'leases'], 'readwrite', STRICT);
		await tx.objectStore('entries').delete(refused.n);
		await tx.objectStore('refused').put(refused);
		const lease = await tx.objectStore('leases').get('sender');
		if (lease && lease.owner === owner) await tx.objectStore('leases').delete('sender');
		await tx.done;
	}

	/**
	 * A person said "send it": the command and what was set aside with it for the same order go to the end of the queue,
	 * in their order, with the keys they always had.
	 */
	async sendAgain(
		refused: Refused,
		change: Partial<Pick<Entry, 'staffId' | 'command' | 'key'>> = {}
	): Promise<void> {
		const ref = refOf(refused);
		const tx = this.db.transaction(['entries', 'refused'], 'readwrite', STRICT);
		for (const other of await tx.objectStore('refused').getAll()) {
			const same = other.n === refused.n;
			if (!same && !(refOf(other) === ref && other.n > refused.n && other.need !== 'refused')) continue;
			await tx.objectStore('refused').delete(other.n);
			const { need: _n, error: _e, code: _c, status: _s, n: _old, ...entry } = other;
			await tx.objectStore('entries').add({
				...entry,
				...(same ? change : change.staffId ? { staffId: change.staffId } : {}),
				confirmed: true
			} as Entry);
		}
		await tx.done;
	}

	/** A person said "let it go". */
	async drop(refused: Refused): Promise<void> {
		const tx = this.db.transaction('refused', 'readwrite', STRICT);
		await tx.store.delete(refused.n);
		await tx.done;
	}

	/** Takes a command back that was never tried; false when it may already be on its way. */
	async takeBack(n: number): Promise<boolean> {
		const tx = this.db.transaction('entries', 'readwrite', STRICT);
		const entry = await tx.store.get(n);
		const untouched = entry?.attempts === 0;
		if (untouched) await tx.store.delete(n);
		await tx.done;
		return untouched;
	}

	/** Forgets order numbers of creations older than `ms`; drafts and links to them are long gone. */
	async forgetAliases(olderThan: number): Promise<void> {
		const tx = this.db.transaction('aliases', 'readwrite');
		for await (const cursor of tx.store) if (cursor.value.at < olderThan) await cursor.delete();
		await tx.done;
	}
}

/** A command that nobody stored yet. */
export function newEntry(key: string, staffId: number, command: Command, at = Date.now()): Omit<Entry, 'n'> {
	return { key, at, staffId, command, attempts: 0 };
}
