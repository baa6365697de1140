import type { Line } from '#lib/api/types.ts';

/** How much of each line is paid apart, by the line's number. */
export type Apart = ReadonlyMap<number, number>;

/** Lines that can stand in another check: not what is void, nor the courses of a set menu, which go with it. */
export const dividable = <Any extends Line>(lines: readonly Any[]) =>
	lines.filter((line) => line.status !== 'void' && line.parentId === null && line.lineId > 0);

/** One more piece of a line; what is weighed, and a set menu, goes whole. Past the last piece it is back to none. */
export function onePiece(apart: Apart, line: Line, lines: readonly Line[]): Apart {
	const next = new Map(apart);
	const before = apart.get(line.lineId) ?? 0;
	const whole = piecesOf(line, lines) === 1;
	if (before >= line.quantity) next.delete(line.lineId);
	else next.set(line.lineId, whole ? line.quantity : before + 1);
	return next;
}

/** Into how many pieces a line can be taken apart: one where it is weighed, or a set menu. */
export const piecesOf = (line: Line, lines: readonly Line[]) =>
	Number.isInteger(line.quantity) && !lines.some((other) => other.parentId === line.lineId)
		? line.quantity
		: 1;

/** What is paid apart, by today's knowledge: the box shares amounts and discounts to the last unit. */
export function apartAmount(apart: Apart, lines: readonly Line[]): number {
	return lines.reduce((sum, line) => {
		const part = apart.get(line.lineId) ?? 0;
		if (part === 0 || line.comp) return sum;
		return sum + Math.round(((line.amount - line.discountAmount) * part) / line.quantity);
	}, 0);
}

/** Seats with their lines and what they ordered, lowest first. */
export function bySeat(lines: readonly Line[]): { seat: number; amount: number; pieces: number }[] {
	const seats = new Map<number, { seat: number; amount: number; pieces: number }>();
	for (const line of dividable(lines)) {
		if (line.seat === null) continue;
		const one = seats.get(line.seat) ?? { seat: line.seat, amount: 0, pieces: 0 };
		one.amount += line.comp ? 0 : line.amount - line.discountAmount;
		one.pieces += 1;
		seats.set(line.seat, one);
	}
	return [...seats.values()].sort((a, b) => a.seat - b.seat);
}

/** Is every line that can leave in `apart` whole? Then nothing would be left, and there is nothing to split. */
export const isEverything = (apart: Apart, lines: readonly Line[]) =>
	dividable(lines).every((line) => (apart.get(line.lineId) ?? 0) >= line.quantity);
