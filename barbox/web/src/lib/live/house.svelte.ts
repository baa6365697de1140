import type {
	BoxEvent,
	Floor,
	Frame,
	Menu,
	Order,
	Orders,
	PrintJob,
	Printer,
	Station,
	Venue
} from '#lib/api/types.ts';
import { ofOrder, resolve, type Ref } from '#lib/outbox/commands.ts';
import { store } from '#lib/outbox/database.ts';
import { askForDoubts } from '#lib/outbox/payments.ts';
import { outbox } from '#lib/outbox/outbox.svelte.ts';
import { catalogueOf, replay, type OrderView } from '#lib/outbox/replay.ts';
import { asDevice, asPerson, carryAs, session } from '#lib/session.svelte.ts';
import { texts } from '#lib/texts/texts.svelte.ts';
import { ordersOf, withOrders, type Known } from './apply.ts';
import { LiveSocket } from './socket.ts';

export interface Trouble {
	printerId: number;
	printerName: string;
	detail: string;
}

/** Own commands echo over the live line before their answer comes; this long the echo is kept back. */
const ECHO_MS = 1_500;
const KEEP_MS = 1_000;
const RETRY_LOAD_MS = 4_000;
/** Prices change by the clock too: the menu is asked for again this often, mostly answered by 304. */
const MENU_MS = 60_000;
/** Not all tablets in the same moment. */
const MENU_SPREAD_MS = 1_500;

/** The bar as this tablet knows it: the box's last word, kept for a reload without the box. */
class House {
	venue = $state.raw<Venue | null>(null);
	menu = $state.raw<Menu | null>(null);
	floor = $state.raw<Floor | null>(null);
	stations = $state.raw<readonly Station[]>([]);
	orders = $state.raw<Known>(new Map());
	/** What was printed of the order on screen, newest first. */
	jobs = $state.raw<readonly PrintJob[]>([]);
	troubles = $state.raw<ReadonlyMap<number, Trouble>>(new Map());
	/** Is the live line up? */
	live = $state(false);
	/** Since when not, by this tablet's clock; null while it is up. */
	downSince = $state<number | null>(Date.now());
	loaded = $state(false);

	catalogue = $derived(catalogueOf(this.menu, this.floor?.tables ?? []));
	views: ReadonlyMap<Ref, OrderView> = $derived(
		replay(this.orders.values(), outbox.entries, outbox.aliases, this.catalogue)
	);
	open = $derived(
		[...this.views.values()].filter((view) => view.status === 'open' || view.status === 'billed')
	);

	private readonly listeners = new Set<(event: BoxEvent) => void>();
	/** One after another, the stored picture first: none overwrites what is newer. */
	private loading: Promise<void> = Promise.resolve();
	/** What was heard while a load was on its way, which may not know of it yet. */
	private meanwhile: Order[] | null = null;
	private seq = 0;
	watched = 0;
	private menuPath = '/api/menu';
	private menuTag: string | null = null;
	private socket: LiveSocket | null = null;
	private held: BoxEvent[] = [];
	private heldTimer: ReturnType<typeof setTimeout> | undefined;
	private keepTimer: ReturnType<typeof setTimeout> | undefined;
	private loadTimer: ReturnType<typeof setTimeout> | undefined;

	/** Shows the last known picture; whoever is signed in has it loaded anew and the box followed. */
	start(): void {
		if (this.socket) return;
		this.socket = new LiveSocket({
			door: () => {
				if (!session.current) return null;
				// Whoever may look into the books hears of them too: deliveries, costs, what was counted or wasted.
				const rooms = session.may('report.read') ? 'floor,kitchen,bar,office' : 'floor,kitchen,bar';
				return { since: this.seq, token: session.current.token, rooms };
			},
			onFrame: (frame) => this.take(frame),
			onUp: () => {
				this.live = true;
				this.downSince = null;
				outbox.kick();
				askForDoubts();
				// Away from the box prices may have changed by the clock, what is sold out by others, and a box that
				// started anew knows of no printer that failed, only of tickets that ask.
				void this.loadMenu();
				void this.loadTroubles();
			},
			onDown: () => {
				this.live = false;
				this.downSince = Date.now();
			},
			onOver: () => session.current && session.ended(session.current.staff.id)
		});
		outbox.onOrder = (order) => this.put(order);
		outbox.onSettled = () => this.releaseEchoes();
		outbox.onSign = (alive) => alive && this.socket?.nudge();
		for (const sign of ['online', 'pageshow', 'visibilitychange'])
			addEventListener(sign, () => this.socket?.nudge());
		this.eachMinute();
		this.loading = outbox.start().then(() => this.recall());
	}

	/** Nobody is signed in: no line, no questions. */
	rest(): void {
		clearTimeout(this.loadTimer);
		this.socket?.stop();
	}

	/** Tells each event of the box, until the answer is called. */
	listen(hear: (event: BoxEvent) => void): () => void {
		this.listeners.add(hear);
		return () => this.listeners.delete(hear);
	}

	view(ref: Ref): OrderView | null {
		return this.views.get(outbox.canonical(ref)) ?? null;
	}

	/** An order's new state, as answered by the box. Older news than what is known is ignored. */
	put(order: Order): void {
		this.hear([order]);
	}

	/** One that is not among tonight's: opened from a report. Throws Problem where there is none. */
	async fetch(orderId: number): Promise<void> {
		this.put(await asPerson<Order>({ path: `/api/orders/${orderId}` }));
	}

	/** Everything anew from the box; later frames only tell what changed. Tries again until it is there. */
	load(): Promise<void> {
		clearTimeout(this.loadTimer);
		const next = () => this.loadNow();
		this.loading = this.loading.then(next, next);
		return this.loading;
	}

	private async loadNow(): Promise<void> {
		if (!session.current) return;
		this.meanwhile = [];
		try {
			const get = { method: 'GET' as const };
			const [venue, floor, stations, open] = await Promise.all([
				// `open` includes those whose bill is printed.
				asDevice<Venue>({ ...get, path: '/api/venue' }),
				asPerson<Floor>({ ...get, path: '/api/floor' }),
				asPerson<{ stations: Station[] }>({ ...get, path: '/api/stations' }),
				asPerson<Orders>({ ...get, path: '/api/orders?status=open&limit=500' }),
				this.loadMenu(),
				this.loadTroubles()
			]);
			const paid = await asPerson<Orders>({
				...get,
				path: `/api/orders?status=paid&day=${venue.businessDay}&limit=60`
			});
			this.venue = venue;
			this.floor = floor;
			this.stations = stations.stations;
			const fresh = [...paid.orders, ...open.orders];
			this.orders = withOrders(new Map(fresh.map((order) => [order.orderId, order])), this.meanwhile);
			this.seq = Math.max(this.seq, open.seq);
			this.loaded = true;
			this.keepSoon();
			void this.keep({ venue, floor, stations: stations.stations });
			outbox.kick();
			this.socket?.start();
		} catch (problem) {
			if ((problem as { status?: number }).status === 401) return;
			this.loadTimer = setTimeout(() => void this.load(), RETRY_LOAD_MS);
		} finally {
			this.meanwhile = null;
		}
	}

	/** Follows what is printed of one order, while it is on screen; 0 for none. */
	async watch(orderId: number): Promise<void> {
		if (orderId === this.watched) return;
		this.watched = orderId;
		this.jobs = [];
		if (orderId > 0) await this.loadJobs();
	}

	private async loadJobs(): Promise<void> {
		if (!session.may('printer.use')) return;
		const orderId = this.watched;
		const token = session.current?.token ?? null;
		const reply = await carryAs(token, { path: `/api/print-jobs?orderId=${orderId}` });
		if (reply.status === 200 && orderId === this.watched)
			this.jobs = (reply.body as { jobs: PrintJob[] }).jobs;
	}

	/** Prices as they are in this area and for this member: a happy hour may be the terrace's alone, or for gold cards. */
	enter(areaId: number | null, memberId: number | null): void {
		const asked = new URLSearchParams();
		if (areaId) asked.set('areaId', String(areaId));
		if (memberId) asked.set('memberId', String(memberId));
		const path = asked.size ? `/api/menu?${asked}` : '/api/menu';
		if (path === this.menuPath) return;
		this.menuPath = path;
		if (this.live) void this.loadMenu();
	}

	/** Happy hours begin and end on the minute: so does the asking, that tiles and bills tell the same price. */
	private eachMinute(): void {
		const rest = MENU_MS - (Date.now() % MENU_MS);
		setTimeout(
			() => {
				if (this.live) void this.loadMenu();
				this.eachMinute();
			},
			rest + Math.random() * MENU_SPREAD_MS
		);
	}

	/** Printers that had failed, or asked, before this tablet listened. */
	private async loadTroubles(): Promise<void> {
		if (!session.may('printer.use')) return;
		const reply = await carryAs(session.current?.token ?? null, { path: '/api/printers' });
		if (reply.status !== 200) return;
		const { printers } = reply.body as { printers: Printer[] };
		this.troubles = new Map(
			printers.flatMap(({ id, name, state }) => {
				const detail = state.failed
					? state.detail
					: state.stale > 0
						? 'stale'
						: state.paper === 'low'
							? 'paper low'
							: null;
				return detail === null ? [] : [[id, { printerId: id, printerName: name, detail }] as const];
			})
		);
	}

	private async loadMenu(): Promise<void> {
		const etag = this.menu ? this.menuTag : null;
		const path = this.menuPath;
		const reply = await carryAs(session.current?.token ?? null, { path, etag });
		if (reply.status !== 200 || path !== this.menuPath) return;
		this.menu = reply.body as Menu;
		this.menuTag = reply.etag;
		void this.keep({ menu: this.menu, menuTag: this.menuTag });
	}

	private take(frame: Frame): void {
		if ('reset' in frame) {
			this.seq = 0;
			this.socket?.stop();
			void this.load();
			return;
		}
		// Old news does no harm: an event carries a whole state, and older states of an order are ignored.
		const news = frame.events;
		if (news.some((event) => event.kind === 'role.changed')) void session.keepFresh(true);
		this.seq = Math.max(this.seq, frame.seq);
		const echoes = news.filter((event) => this.isEcho(event));
		if (echoes.length > 0) {
			this.held.push(...echoes);
			clearTimeout(this.heldTimer);
			this.heldTimer = setTimeout(() => this.releaseEchoes(), ECHO_MS);
		}
		this.apply(news.filter((event) => !echoes.includes(event)));
	}

	/**
	 * Is this the box telling of a command whose answer is still on its way? Shown at once, the command's lines would
	 * stand there twice: as foreseen and as booked.
	 */
	private isEcho(event: BoxEvent): boolean {
		const first = outbox.inFlight ?? outbox.entries.find((entry) => entry.attempts > 0);
		if (!first || !event.subject.startsWith('order:')) return false;
		const { command } = first;
		if (!ofOrder(command)) return false;
		if (command.kind !== 'order.place') {
			return event.subject === `order:${resolve(command.ref, outbox.aliases)}`;
		}
		const order = event.data as Partial<Order> | null;
		return (
			event.kind === 'order.placed' &&
			order?.staffId === first.staffId &&
			(order.tableId ?? undefined) === command.tableId &&
			(order.tab ?? undefined) === command.tab
		);
	}

	private releaseEchoes(): void {
		clearTimeout(this.heldTimer);
		const events = this.held;
		this.held = [];
		this.apply(events);
	}

	private apply(events: readonly BoxEvent[]): void {
		if (events.length === 0) return;
		this.hear(ordersOf(events));
		for (const event of events) {
			this.applyOther(event);
			for (const hear of this.listeners) hear(event);
		}
	}

	private hear(news: readonly Order[]): void {
		this.meanwhile?.push(...news);
		this.orders = withOrders(this.orders, news);
		this.keepSoon();
	}

	private applyOther(event: BoxEvent): void {
		switch (event.kind) {
			case 'menu.changed':
				void this.loadMenu();
				break;
			case 'floor.changed':
				void this.load();
				break;
			case 'stock.changed': {
				const { itemId, onHand, available } = event.data as {
					itemId: number;
					onHand: number | null;
					available: boolean;
				};
				if (!this.menu) break;
				const products = this.menu.products.map((product) =>
					product.id === itemId ? { ...product, stock: onHand, available } : product
				);
				this.menu = { ...this.menu, products };
				break;
			}
			case 'print.job': {
				const { orderId } = event.data as { orderId: number | null };
				if (orderId !== null && orderId === this.watched) void this.loadJobs();
				// Somebody has said whether an old ticket is still wanted: perhaps it was the last one that asked.
				const { printerId, state } = event.data as { printerId: number; state: string };
				const asks = this.troubles.get(printerId)?.detail === 'stale';
				if (asks && (state === 'cancelled' || state === 'rerouted')) void this.loadTroubles();
				break;
			}
			case 'print.stale':
			case 'print.paperlow': {
				const trouble = event.data as Trouble;
				if (!this.troubles.has(trouble.printerId))
					this.troubles = new Map(this.troubles).set(trouble.printerId, trouble);
				break;
			}
			case 'print.failed': {
				const trouble = event.data as Trouble;
				this.troubles = new Map(this.troubles).set(trouble.printerId, trouble);
				break;
			}
			case 'print.paperin':
			case 'print.recovered': {
				const troubles = new Map(this.troubles);
				troubles.delete((event.data as Trouble).printerId);
				this.troubles = troubles;
				// Tickets that waited too long still ask, and a roll may still be near its end.
				void this.loadTroubles();
				break;
			}
		}
	}

	private async recall(): Promise<void> {
		const db = await store();
		const get = <T>(key: string) => db.get('pictures', key) as Promise<T | undefined>;
		this.venue = (await get<Venue>('venue')) ?? null;
		this.floor = (await get<Floor>('floor')) ?? null;
		this.stations = (await get<Station[]>('stations')) ?? [];
		this.menu = (await get<Menu>('menu')) ?? null;
		this.menuTag = (await get<string>('menuTag')) ?? null;
		const orders = (await get<Order[]>('orders')) ?? [];
		this.orders = new Map(orders.map((order) => [order.orderId, order]));
		this.loaded = this.menu !== null && this.floor !== null;
	}

	private async keep(pictures: Record<string, unknown>): Promise<void> {
		const tx = (await store()).transaction('pictures', 'readwrite');
		for (const [key, picture] of Object.entries(pictures)) await tx.store.put(picture, key);
		await tx.done;
	}

	private keepSoon(): void {
		this.keepTimer ??= setTimeout(() => {
			this.keepTimer = undefined;
			void this.keep({ orders: [...this.orders.values()] });
		}, KEEP_MS);
	}
}

export const house = new House();
