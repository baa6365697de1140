import { refused } from '#lib/api/client.ts';
import { Errands } from '#lib/errands.svelte.ts';
import { newId } from '#lib/ids.ts';
import { keep as write, recall } from '#lib/kept.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { CountEntry } from './types.ts';

/** What somebody counted and the box has not confirmed. `why` is set when the box would not have it. */
export interface Waiting {
	key: string;
	countId: number;
	staffId: number;
	at: number;
	body: CountEntry;
	/** What it comes to without what was weighed, for the eye. */
	quantity: number;
	why: string;
}

const KEPT = 'barbox.counted';

/**
 * Entries on their way to the box, oldest first, each under its own key: sent twice, an entry is counted once. They
 * outlive a reload, and go out in the name of whoever counted: what a colleague left behind waits for that colleague.
 */
class Entries {
	all = $state.raw<readonly Waiting[]>(recall<Waiting[]>(KEPT) ?? []);
	private readonly errands = new Errands<Waiting>(
		() => this.next(),
		(entry) => this.one(entry)
	);
	/** Called when the box took one. */
	onTaken: (countId: number) => void = () => {};

	of(countId: number): Waiting[] {
		return this.all.filter((each) => each.countId === countId);
	}

	add(countId: number, body: CountEntry, quantity: number): void {
		const staffId = session.current?.staff.id ?? 0;
		this.keep([...this.all, { key: newId(), countId, staffId, at: Date.now(), body, quantity, why: '' }]);
		void this.send();
	}

	/** Somebody saw that the box would not have it. */
	forget(key: string): void {
		this.keep(this.all.filter((each) => each.key !== key));
	}

	get stuck(): boolean {
		return this.errands.stuck;
	}

	/** Sends what waits. */
	send(): Promise<void> {
		return this.errands.send();
	}

	private next(): Waiting | undefined {
		return this.all.find((each) => each.why === '' && each.staffId === session.current?.staff.id);
	}

	/** Whether the box answered. */
	private async one(entry: Waiting): Promise<boolean> {
		const path = `/api/inventory/counts/${entry.countId}/entries`;
		try {
			await asPerson({ method: 'POST', path, body: entry.body, key: entry.key });
			this.forget(entry.key);
			this.onTaken(entry.countId);
			return true;
		} catch (problem) {
			if (!refused(problem)) return false;
			this.keep(this.all.map((each) => (each.key === entry.key ? { ...each, why: problem.message } : each)));
			return true;
		}
	}

	private keep(all: readonly Waiting[]): void {
		this.all = all;
		write(KEPT, all);
	}
}

export const entries = new Entries();
