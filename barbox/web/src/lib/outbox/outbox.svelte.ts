import type { Order, Paid } from '#lib/api/types.ts';
import type { Note } from '#lib/notes/types.ts';
import { newId } from '#lib/ids.ts';
import { carryAs, codeOf, session } from '#lib/session.svelte.ts';
import { refOf, resolve, type Command, type Entry, type Ref, type Refused } from './commands.ts';
import { STRICT, store, type Draft, type PendingPayment } from './database.ts';
import { newEntry, Queue } from './queue.ts';
import { Sender } from './sender.ts';

const WEEK_MS = 7 * 24 * 3600_000;
/** Another tab of this tablet had its chance; now this one looks after what waits. */
const TAKE_OVER_MS = 3_000;

/** What this tablet has not got an answer for, and what it is still typing. */
class Outbox {
	entries = $state.raw<readonly Entry[]>([]);
	refused = $state.raw<readonly Refused[]>([]);
	aliases = $state.raw<ReadonlyMap<string, number>>(new Map());
	drafts = $state.raw<ReadonlyMap<Ref, Draft>>(new Map());
	payments = $state.raw<readonly PendingPayment[]>([]);
	/** The payment being asked for right now; every other one in `payments` has had no answer. */
	asking = $state<string | null>(null);
	doubts = $derived(this.payments.filter((payment) => payment.key !== this.asking));
	/** The last payment the box has answered for, until a screen has shown it. */
	paid = $state.raw<Paid | null>(null);
	/** What the box said to a payment in doubt that it had not booked and will not. */
	refusedPayment = $state('');
	ready = $state(false);
	/** On its way right now. */
	inFlight: Entry | null = null;
	/** Told each order the box answers with. */
	onOrder: (order: Order) => void = () => {};
	/** Told each note the box answers with. */
	onNote: (note: Note) => void = () => {};
	/** Told whether the box answered at all. */
	onSign: (alive: boolean) => void = () => {};
	/** Told when nothing is on its way any more. */
	onSettled: () => void = () => {};

	private queue: Queue | null = null;
	private sender: Sender | null = null;
	private readonly owner = newId();
	private readonly answered = new Set<string>();
	private readonly channel = new BroadcastChannel('barbox');
	private takeOver: ReturnType<typeof setTimeout> | undefined;

	async start(): Promise<void> {
		if (this.queue) return;
		this.queue = new Queue(await store());
		await this.queue.forgetAliases(Date.now() - WEEK_MS);
		await this.reload();
		this.ready = true;
		this.channel.onmessage = () => void this.othersChanged();
		addEventListener('pagehide', () => this.channel.postMessage('bye'));
		for (const sign of ['online', 'pageshow', 'visibilitychange']) addEventListener(sign, () => this.kick());
		this.sender = new Sender({
			queue: this.queue,
			owner: this.owner,
			canSpeakFor: (staffId) => session.tokenOf(staffId) !== null,
			carry: async (call, key, staffId) => {
				this.inFlight = this.entries.find((entry) => entry.key === key) ?? null;
				const reply = await carryAs(session.tokenOf(staffId), { ...call, key });
				if (codeOf(reply) === 'pin_again' && session.current?.staff.id === staffId)
					void session.askPin().then((given) => (given ? this.resume(staffId) : undefined));
				if (reply.status === 401) session.ended(staffId);
				this.onSign(reply.status !== 0);
				if (reply.status < 200 || reply.status >= 300) this.settle();
				return reply;
			},
			onDone: (entry, body) => this.done(entry, body),
			onChange: () => this.changed()
		});
		void this.sender.run();
	}

	/** Stores a command and sends it as soon as the box listens. Resolves when it is safe on this tablet. */
	async issue(command: Command, options: { key?: string; draft?: Ref } = {}): Promise<string> {
		const key = options.key ?? newId();
		const staffId = session.current?.staff.id;
		if (!this.queue || staffId === undefined) throw new Error('nobody is signed in');
		const entry = await this.queue.add(newEntry(key, staffId, command), options.draft);
		this.edits++;
		this.entries = [...this.entries, entry];
		if (options.draft !== undefined) this.drafts = without(this.drafts, options.draft);
		this.channel.postMessage('changed');
		this.kick();
		return key;
	}

	kick(): void {
		this.sender?.kick();
	}

	/** Commands about the order that wait. */
	waitingFor(ref: Ref): readonly Entry[] {
		return this.entries.filter((entry) => this.canonical(refOf(entry)) === this.canonical(ref));
	}

	/** The box's number as text once it is known. */
	canonical(ref: Ref): Ref {
		const id = resolve(ref, this.aliases);
		return id === null ? ref : String(id);
	}

	/** Does anything still go out, or wait for a decision, in this person's name? */
	owes(staffId: number): boolean {
		return [...this.entries, ...this.refused].some((entry) => entry.staffId === staffId);
	}

	async sendAgain(
		refused: Refused,
		change: Partial<Pick<Entry, 'staffId' | 'command' | 'key'>> = {}
	): Promise<void> {
		await this.queue?.sendAgain(refused, change);
		this.changed();
		this.kick();
	}

	async drop(refused: Refused): Promise<void> {
		await this.queue?.drop(refused);
		this.changed();
	}

	async takeBack(n: number): Promise<boolean> {
		const taken = (await this.queue?.takeBack(n)) ?? false;
		this.changed();
		return taken;
	}

	/** Somebody signed in: what was set aside because their session had ended goes out again. */
	async resume(staffId: number): Promise<void> {
		for (const refused of this.refused) {
			if (refused.need === 'session' && refused.staffId === staffId) await this.queue?.sendAgain(refused);
		}
		this.changed();
		this.kick();
	}

	draftFor(ref: Ref): Draft | null {
		return this.drafts.get(ref) ?? this.drafts.get(this.canonical(ref)) ?? null;
	}

	/** On screen at once, on the flash a moment later. */
	saveDraft(draft: Draft): void {
		this.drafts = new Map(this.drafts).set(draft.ref, draft);
		void this.write(async () => (await store()).put('drafts', draft));
	}

	dropDraft(ref: Ref): void {
		this.drafts = without(this.drafts, ref);
		void this.write(async () => (await store()).delete('drafts', ref));
	}

	async keepPayment(payment: PendingPayment): Promise<void> {
		const tx = (await store()).transaction('payments', 'readwrite', STRICT);
		await tx.store.put(payment);
		await tx.done;
		this.payments = [...this.payments.filter((one) => one.key !== payment.key), payment];
		this.channel.postMessage('changed');
	}

	async forgetPayment(key: string): Promise<void> {
		await (await store()).delete('payments', key);
		this.payments = this.payments.filter((one) => one.key !== key);
		this.channel.postMessage('changed');
	}

	private writes: Promise<unknown> = Promise.resolve();
	/** Counts what happened here, so that a reading begun before it is not taken for the newer one. */
	private edits = 0;

	/** Drafts are written one after another, so that the last word typed is the last word stored. */
	private write(job: () => Promise<unknown>): Promise<unknown> {
		this.edits++;
		this.writes = this.writes.then(job);
		return this.writes;
	}

	private done(entry: Entry, body: unknown): void {
		this.answered.add(entry.key);
		const order = body as Order | null;
		if (typeof order?.orderId === 'number') {
			if (entry.command.kind === 'order.place')
				this.aliases = new Map(this.aliases).set(entry.key, order.orderId);
			this.adoptDraft(entry.key, order.orderId);
			this.onOrder(order);
		}
		if (entry.command.kind === 'note.leave' || entry.command.kind === 'note.done') this.onNote(body as Note);
		this.entries = this.entries.filter((one) => one.key !== entry.key);
		this.edits++;
		this.settle();
	}

	private settle(): void {
		this.inFlight = null;
		this.onSettled();
	}

	/** A round begun for an order without a number goes on under its number. */
	private adoptDraft(key: Ref, orderId: number): void {
		const draft = this.drafts.get(key);
		if (!draft) return;
		this.dropDraft(key);
		this.saveDraft({ ...draft, ref: String(orderId) });
	}

	private changed(): void {
		this.channel.postMessage('changed');
		void this.reload();
	}

	private async othersChanged(): Promise<void> {
		await this.reload();
		clearTimeout(this.takeOver);
		if (this.entries.length > 0) this.takeOver = setTimeout(() => this.kick(), TAKE_OVER_MS);
	}

	private async reload(): Promise<void> {
		if (!this.queue) return;
		await this.writes;
		const before = this.edits;
		const db = await store();
		const [entries, refused, aliases, drafts, payments] = await Promise.all([
			this.queue.waiting(),
			this.queue.refused(),
			this.queue.aliases(),
			db.getAll('drafts'),
			db.getAll('payments')
		]);
		if (before !== this.edits) return this.reload();
		this.entries = entries.filter((entry) => !this.answered.has(entry.key));
		if (this.inFlight && !entries.some((entry) => entry.key === this.inFlight?.key)) {
			this.settle();
		}
		this.refused = refused;
		this.aliases = new Map([...this.aliases, ...aliases]);
		this.drafts = new Map(drafts.map((draft) => [draft.ref, draft]));
		this.payments = payments;
		if (entries.length === 0) session.settle((staffId) => this.owes(staffId));
	}
}

function without<Value>(map: ReadonlyMap<Ref, Value>, ref: Ref): ReadonlyMap<Ref, Value> {
	const copy = new Map(map);
	copy.delete(ref);
	return copy;
}

export const outbox = new Outbox();
