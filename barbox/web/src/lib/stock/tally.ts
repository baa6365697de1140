/** One entry as it is being typed: a figure for the units, for each pack and for each open bottle. */

export interface Field {
	/** `units`, `pack:7` or `weight:0`. */
	key: string;
	text: string;
}

/** Adds a digit, or the one point, to what stands there; a lone 0 is replaced. */
export function typed(text: string, key: string): string {
	if (key === '.') return text.includes('.') ? text : (text || '0') + '.';
	const [, behind = ''] = text.split('.');
	if (behind.length >= 3 || text.length >= 9) return text;
	return text === '0' ? key : text + key;
}

/** What was typed as a number; nothing typed is nothing. */
export function numberOf(text: string): number {
	return Number(text) || 0;
}

/** Units and packs together, without what is weighed: only the box knows how much that is. */
export function sumOf(
	units: string,
	packs: Readonly<Record<number, string>>,
	sizes: readonly { id: number; quantity: number }[]
): number {
	const whole = sizes.reduce((sum, pack) => sum + numberOf(packs[pack.id] ?? '') * pack.quantity, 0);
	return Math.round((whole + numberOf(units)) * 1000) / 1000;
}
