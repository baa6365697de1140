/** Notes and coins in use, in minor units, largest first; for what is not listed, a series every currency resembles. */
const KNOWN: Record<string, readonly number[]> = {
	CNY: [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10],
	EUR: [20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
	GBP: [5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1],
	USD: [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 25, 10, 5, 1],
	JPY: [10_000, 5_000, 2_000, 1_000, 500, 100, 50, 10, 5, 1],
	HKD: [100_000, 50_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10],
	TWD: [200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 100],
	KRW: [50_000, 10_000, 5_000, 1_000, 500, 100, 50, 10],
	KWD: [20_000, 10_000, 5_000, 1_000, 500, 250, 100, 50, 20, 10, 5],
	CHF: [100_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5],
	SGD: [10_000, 5_000, 1_000, 500, 200, 100, 50, 20, 10, 5],
	AUD: [10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5]
};
const SERIES = [100, 50, 20, 10, 5, 2, 1];

export function denominations(currency: string, exponent: number): readonly number[] {
	const unit = 10 ** exponent;
	return (
		KNOWN[currency] ??
		[...SERIES.map((value) => value * unit), ...SERIES.slice(1).map((value) => (value * unit) / 100)].filter(
			Number.isInteger
		)
	);
}

/** What so many pieces of each value come to. */
export function counted(pieces: ReadonlyMap<number, number>): number {
	return [...pieces].reduce((sum, [value, count]) => sum + value * count, 0);
}
