import type { BoxEvent, Order } from '#lib/api/types.ts';

export type Known = ReadonlyMap<number, Order>;

/** Paid and void orders are kept for the displays and for a second look, but not for ever. */
const MOST_CLOSED = 120;

/**
 * The orders after these events. An event carries the whole new state of its order, so the later one wins and a
 * repeated one changes nothing.
 */
export function withEvents(orders: Known, events: readonly BoxEvent[]): Known {
	let next: Map<number, Order> | null = null;
	for (const event of events) {
		if (!event.subject.startsWith('order:')) continue;
		const order = event.data as Order | null;
		if (typeof order?.orderId !== 'number') continue;
		const known = (next ?? orders).get(order.orderId);
		if (known && known.seq > order.seq) continue;
		next ??= new Map(orders);
		next.set(order.orderId, order);
	}
	return next ? withoutOldest(next) : orders;
}

function withoutOldest(orders: Map<number, Order>): Map<number, Order> {
	const closed = [...orders.values()].filter((order) => order.status === 'paid' || order.status === 'void');
	if (closed.length <= MOST_CLOSED) return orders;
	closed.sort((a, b) => a.seq - b.seq);
	for (const order of closed.slice(0, closed.length - MOST_CLOSED)) orders.delete(order.orderId);
	return orders;
}
