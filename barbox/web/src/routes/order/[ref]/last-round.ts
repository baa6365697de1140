import type { NewLine } from '#lib/api/types.ts';
import type { LineView, OrderView } from '#lib/outbox/replay.ts';

/** A line as it would be ordered once more: the same choices, for the same seat, but nothing held back. */
export function asNew(line: LineView): NewLine {
	return {
		itemId: line.itemId,
		quantity: line.quantity,
		...(line.modifiers.length > 0 ? { modifiers: line.modifiers.map((one) => one.id) } : {}),
		...(line.seat !== null ? { seat: line.seat } : {}),
		...(line.note !== null ? { note: line.note } : {})
	};
}

/** The lines that were sent together last. Empty while that round is still on its way. */
export function lastRound(order: OrderView): NewLine[] {
	const sent = order.items.filter((line) => line.status !== 'void' && !line.comp);
	if (sent.some((line) => line.waiting)) return [];
	const latest = sent.reduce(
		(last, line) => (line.sentAt !== null && line.sentAt > last ? line.sentAt : last),
		''
	);
	return latest === '' ? [] : sent.filter((line) => line.sentAt === latest).map(asNew);
}
