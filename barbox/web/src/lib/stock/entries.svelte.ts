import { Problem } from '#lib/api/client.ts';
import { newId } from '#lib/ids.ts';
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
const AGAIN_MS = 3_000;

function kept(): Waiting[] {
	try {
		return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Waiting[];
	} catch {
		localStorage.removeItem(KEPT);
		return [];
	}
}

/**
 * Entries on their way to the box, oldest first, each under its own key: sent twice, an entry is counted once. They
 * outlive a reload, and go out in the name of whoever counted: what a colleague left behind waits for that colleague.
 */
class Entries {
	all = $state.raw<readonly Waiting[]>(kept());
	/** The last one found no box: it is tried again. */
	stuck = $state(false);
	private sending = false;
	private timer: ReturnType<typeof setTimeout> | undefined;
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

	/** Sends what waits until the line fails; then again by itself. */
	async send(): Promise<void> {
		if (this.sending) return;
		this.sending = true;
		clearTimeout(this.timer);
		for (let next = this.next(); next; next = this.next()) {
			this.stuck = !(await this.one(next));
			if (this.stuck) {
				this.timer = setTimeout(() => void this.send(), AGAIN_MS);
				break;
			}
		}
		this.sending = false;
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
			// Silence, a box that is starting, or a session that ended: it is sent again.
			if (!(problem instanceof Problem) || problem.status >= 500 || [401, 408, 429].includes(problem.status))
				return false;
			this.keep(this.all.map((each) => (each.key === entry.key ? { ...each, why: problem.message } : each)));
			return true;
		}
	}

	private keep(all: readonly Waiting[]): void {
		this.all = all;
		localStorage.setItem(KEPT, JSON.stringify(all));
	}
}

export const entries = new Entries();
