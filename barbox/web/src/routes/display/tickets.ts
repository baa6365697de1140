import type { Ref } from '#lib/outbox/commands.ts';
import type { LineView, OrderView } from '#lib/outbox/replay.ts';

/** What one station makes for one order in one go. */
export interface Ticket {
	key: string;
	ref: Ref;
	number: number;
	title: string;
	staffName: string;
	covers: number | null;
	/** When the lines were sent. */
	at: string;
	doneAt: string | null;
	lines: LineView[];
}

export type Freshness = 'fresh' | 'soon' | 'late';

/** By the venue's own minutes until a ticket is amber, then red. */
export function freshness(minutes: number, soon: number, late: number): Freshness {
	if (minutes >= late) return 'late';
	return minutes >= soon ? 'soon' : 'fresh';
}

const MADE = new Set(['preparing', 'ready', 'served', 'void']);

function rounds(order: OrderView, stationId: number | null): Ticket[] {
	const bySent = new Map<string, LineView[]>();
	for (const line of order.items) {
		// A display shows what the box has sent to its station, never what waits on some tablet.
		if (line.lineId === 0 || line.sentAt === null || !MADE.has(line.status)) continue;
		if (stationId !== null && line.stationId !== stationId) continue;
		bySent.set(line.sentAt, [...(bySent.get(line.sentAt) ?? []), line]);
	}
	return [...bySent].map(([at, lines]) => ({
		key: `${order.ref}/${at}`,
		ref: order.ref,
		number: order.number,
		title: order.tableName ?? order.tab ?? `#${order.number}`,
		staffName: order.staffName,
		covers: order.covers,
		at,
		doneAt: lines.reduce<string | null>(
			(last, line) => (line.readyAt && line.readyAt > (last ?? '') ? line.readyAt : last),
			null
		),
		lines
	}));
}

/** What the station has to know of a line, to see whether it has changed since it was sent. */
const told = (line: LineView) => JSON.stringify([line.modifiers.map((one) => one.id), line.note]);

/** Lines that were wanted differently after this display first showed them; `seen` keeps what it showed. */
export function changedSince(seen: Map<string, string>, open: readonly Ticket[]): Set<number> {
	const changed = new Set<number>();
	const there = new Set<string>();
	for (const line of open.flatMap((ticket) => ticket.lines)) {
		there.add(line.key);
		const first = seen.get(line.key) ?? told(line);
		seen.set(line.key, first);
		if (first !== told(line)) changed.add(line.lineId);
	}
	for (const key of [...seen.keys()]) if (!there.has(key)) seen.delete(key);
	return changed;
}

const isOpen = (ticket: Ticket) => ticket.lines.some((line) => line.status === 'preparing');

/** Tickets with something left to make, the oldest first. Paid orders too: many pay before they drink. */
export function tickets(orders: Iterable<OrderView>, stationId: number | null): Ticket[] {
	const found = [...orders]
		.filter((order) => order.status !== 'void')
		.flatMap((order) => rounds(order, stationId));
	return found.filter(isOpen).sort((a, b) => a.at.localeCompare(b.at));
}

/** The last tickets bumped, the newest first. */
export function bumped(orders: Iterable<OrderView>, stationId: number | null, count = 10): Ticket[] {
	const found = [...orders].flatMap((order) => rounds(order, stationId));
	return found
		.map((ticket) => ({
			...ticket,
			lines: ticket.lines.filter((line) => line.status === 'ready' || line.status === 'served')
		}))
		.filter((ticket) => ticket.lines.length > 0 && ticket.doneAt !== null)
		.sort((a, b) => (b.doneAt ?? '').localeCompare(a.doneAt ?? ''))
		.slice(0, count);
}

/** How many of each product are still to be made, the most first. */
export function allDay(open: readonly Ticket[]): { key: number; line: LineView; quantity: number }[] {
	const counts = new Map<number, { key: number; line: LineView; quantity: number }>();
	for (const line of open.flatMap((ticket) => ticket.lines)) {
		if (line.status !== 'preparing') continue;
		const row = counts.get(line.itemId) ?? { key: line.itemId, line, quantity: 0 };
		counts.set(line.itemId, { ...row, quantity: row.quantity + line.quantity });
	}
	return [...counts.values()].sort((a, b) => b.quantity - a.quantity);
}
