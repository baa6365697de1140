/** Full jitter: anywhere between now and an ever later limit, so that twenty tablets do not come back in step. */
export function fullJitter(
	attempt: number,
	random: () => number = Math.random,
	firstMs = 250,
	mostMs = 10_000
): number {
	return random() * Math.min(mostMs, firstMs * 2 ** Math.min(attempt, 20));
}
