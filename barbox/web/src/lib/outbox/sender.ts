import {
	callFor,
	makesSomething,
	refOf,
	type Call,
	type Entry,
	type Need,
	type Refused
} from './commands.ts';
import { fullJitter } from './backoff.ts';
import type { Queue } from './queue.ts';

/** What the box said to one command. `status` 0: no answer in time. */
export interface Answer {
	status: number;
	body: unknown;
	retryAfterMs?: number;
}

export interface SenderParts {
	queue: Queue;
	/** Carries one call to the box in the name of `staffId`. Never throws for lack of an answer: status 0. */
	carry: (call: Call, key: string, staffId: number) => Promise<Answer>;
	/** Is a person signed in whose name `staffId`'s commands can be sent in? */
	canSpeakFor: (staffId: number) => boolean;
	/** The box did `entry`; called before it leaves the queue. */
	onDone: (entry: Entry, body: unknown) => void;
	/** Something in the store changed. */
	onChange: () => void;
	owner: string;
	now?: () => number;
	wait?: (ms: number, woken: Promise<void>) => Promise<void>;
}

/** Longer than a call may take, so that a tab that died in the middle blocks the others only so long. */
export const LEASE_MS = 7_000;
/** Older commands ask a person first: the guest may have left. */
export const OLD_MS = 10 * 60_000;
/** A box that fails on one command this often fails on the command, not on the moment. */
const MOST_FAILURES = 8;

const pause = (ms: number, woken: Promise<void>) =>
	Promise.race([woken, new Promise<void>((resolve) => setTimeout(resolve, ms))]);

/** Sends what waits: one at a time, oldest first, until each has an answer. */
export class Sender {
	private attempt = 0;
	private failures = { key: '', count: 0 };
	private stopped = false;
	private wake: () => void = () => {};
	private woken = new Promise<void>((resolve) => (this.wake = resolve));

	constructor(private readonly parts: SenderParts) {}

	/** Something new waits, or there is a sign of life: try at once. */
	kick(): void {
		this.attempt = 0;
		this.wake();
	}

	stop(): void {
		this.stopped = true;
		this.wake();
	}

	async run(): Promise<void> {
		const wait = this.parts.wait ?? pause;
		while (!this.stopped) {
			const ms = await this.step();
			if (ms === 0 || this.stopped) continue;
			await wait(ms, this.woken);
			this.woken = new Promise((resolve) => (this.wake = resolve));
		}
	}

	/** One command at most. Answers how long to rest (milliseconds) before the next. */
	async step(): Promise<number> {
		const { queue, owner } = this.parts;
		const now = (this.parts.now ?? Date.now)();
		const first = await queue.oldest();
		if (!first) return 60_000;
		const blocked = await this.blockedBy(first, now);
		if (blocked) {
			await this.aside(first, blocked, null, null, 0);
			return 0;
		}
		if (!this.parts.canSpeakFor(first.staffId)) {
			await this.aside(first, 'session', null, null, 0);
			return 0;
		}
		const entry = await queue.take(owner, now, LEASE_MS);
		if (!entry) return 500;
		const call = callFor(entry.command, await queue.aliases());
		if (!call) {
			await this.aside(entry, 'depends', null, null, 0);
			return 0;
		}
		this.parts.onChange();
		return this.judge(entry, await this.parts.carry(call, entry.key, entry.staffId));
	}

	private async blockedBy(entry: Entry, now: number): Promise<Need | null> {
		const ref = refOf(entry);
		const aside = await this.parts.queue.refused();
		const creation = aside.find((other) => other.command.kind === 'order.place' && other.key === ref);
		if (creation) return 'depends';
		if (entry.confirmed) return null;
		if (aside.some((other) => refOf(other) === ref && other.need === 'old')) return 'old';
		return makesSomething(entry.command) && now - entry.at > OLD_MS ? 'old' : null;
	}

	private async judge(entry: Entry, answer: Answer): Promise<number> {
		const { queue, owner } = this.parts;
		const { status, body } = answer;
		if (status >= 200 && status < 300) {
			this.attempt = 0;
			this.parts.onDone(entry, body);
			await queue.answered(entry, orderIdOf(body), owner);
			this.parts.onChange();
			return 0;
		}
		const [words, code] = wordsOf(body);
		if (status === 401 || code === 'pin_again') {
			// The session ended while this waited: its author, or somebody who takes it over, decides.
			await this.aside(entry, 'session', words, code, status);
			return 0;
		}
		const passing = status === 0 || status === 408 || status === 425 || status === 429 || status >= 500;
		if (!passing || this.failsAlways(entry, status)) {
			await this.aside(entry, 'refused', words, code, status);
			return 0;
		}
		await queue.release(owner);
		this.parts.onChange();
		return Math.max(answer.retryAfterMs ?? 0, fullJitter(this.attempt++), 20);
	}

	private failsAlways(entry: Entry, status: number): boolean {
		if (status !== 500) return false;
		this.failures =
			this.failures.key === entry.key
				? { key: entry.key, count: this.failures.count + 1 }
				: { key: entry.key, count: 1 };
		return this.failures.count >= MOST_FAILURES;
	}

	private async aside(
		entry: Entry,
		need: Need,
		error: string | null,
		code: string | null,
		status: number
	): Promise<void> {
		const refused: Refused = { ...entry, need, error, code, status };
		await this.parts.queue.setAside(refused, this.parts.owner);
		this.parts.onChange();
	}
}

function orderIdOf(body: unknown): number | null {
	const id = (body as { orderId?: unknown } | null)?.orderId;
	return typeof id === 'number' ? id : null;
}

function wordsOf(body: unknown): [string | null, string | null] {
	const problem = (body ?? {}) as { error?: unknown; detail?: unknown; code?: unknown };
	const error = typeof problem.error === 'string' ? problem.error : problem.detail;
	return [typeof error === 'string' ? error : null, typeof problem.code === 'string' ? problem.code : null];
}
