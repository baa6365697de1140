import type { BoxEvent, Order } from '#lib/api/types.ts';

export type Known = ReadonlyMap<number, Order>;

/** Paid and void orders are kept for the displays and for a second look, but not for ever. */
const MOST_CLOSED = 120;

/** The orders these events tell of, each in its whole new state. */
export function ordersOf(events: readonly BoxEvent[]): Order[] {
	return events
		.filter((event) => event.subject.startsWith('order:'))
		.map((event) => event.data as Order | null)
		.filter((order) => order !== null && typeof order.orderId === 'number') as Order[];
}

/** The orders with these: of two states of one the later stays, so that old news does no harm. */
export function withOrders(orders: Known, news: readonly Order[]): Known {
	let next: Map<number, Order> | null = null;
	for (const order of news) {
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
