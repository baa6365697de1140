import type { Payment } from '#lib/api/types.ts';

export interface Refundable {
	method: string;
	amount: number;
	tip: number;
}

/** What can still go back by each means: what was paid by it less what went back already. */
export function refundable(payments: readonly Payment[]): Refundable[] {
	const found = new Map<string, Refundable>();
	for (const { method, amount, tip } of payments) {
		const one = found.get(method) ?? { method, amount: 0, tip: 0 };
		found.set(method, { method, amount: one.amount + amount, tip: one.tip + tip });
	}
	return [...found.values()].filter((one) => one.amount > 0 || one.tip > 0);
}
