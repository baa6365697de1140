import type { NewLine } from '#lib/api/types.ts';
import type { Catalogue, LineView, OrderView } from '#lib/outbox/replay.ts';

/**
 * A line as it would be ordered once more: the same choices, for the same seat, but nothing held back. `lines` are the
 * order's, where the courses of a set menu tell what was chosen in them.
 */
export function asNew(line: LineView, lines: readonly LineView[], catalogue: Catalogue): NewLine {
	const modifiers = line.modifiers.map((one) => one.id);
	const parts = lines
		.filter((course) => course.parentId === line.lineId && course.modifiers.length > 0)
		.flatMap((course) => {
			const choice = modifiers.find((id) => catalogue.courses.get(id) === course.itemId);
			return choice === undefined ? [] : [{ choice, modifiers: course.modifiers.map((one) => one.id) }];
		});
	return {
		itemId: line.itemId,
		quantity: line.quantity,
		...(modifiers.length > 0 ? { modifiers } : {}),
		...(parts.length > 0 ? { parts } : {}),
		...(catalogue.products.get(line.itemId)?.openPrice ? { price: ownPrice(line) } : {}),
		...(line.seat !== null ? { seat: line.seat } : {}),
		...(line.note !== null ? { note: line.note } : {})
	};
}

const ownPrice = (line: LineView) =>
	Math.max(0, line.price - line.modifiers.reduce((sum, one) => sum + one.price, 0));

/** The lines that were sent together last. Empty while that round is still on its way. */
export function lastRound(order: OrderView, catalogue: Catalogue): NewLine[] {
	const sent = order.items.filter((line) => line.status !== 'void' && !line.comp && line.parentId === null);
	if (sent.some((line) => line.waiting)) return [];
	const when = (line: LineView) => {
		const courses = order.items.filter((course) => course.parentId === line.lineId);
		return [line, ...courses].reduce(
			(last, one) => ((one.sentAt ?? '') > last ? (one.sentAt ?? '') : last),
			''
		);
	};
	const latest = sent.map(when).sort().at(-1) ?? '';
	if (latest === '') return [];
	return sent.filter((line) => when(line) === latest).map((line) => asNew(line, order.items, catalogue));
}
