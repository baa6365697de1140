/** Money is an integer in the currency's minor unit; nothing here ever makes it a fraction. */

export interface Currency {
	code: string;
	/** ISO 4217 exponent: CNY 2, JPY 0, KWD 3. */
	exponent: number;
}

/** `1234` -> `"12.34"`: exact digits, for Intl and for input fields. */
export function decimal(amount: number, exponent: number): string {
	const sign = amount < 0 ? '-' : '';
	const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
	if (exponent === 0) return sign + digits;
	return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

const formats = new Map<string, Intl.NumberFormat>();

/** The amount as the reader's language writes it, e.g. `¥1,234.50`. */
export function formatMoney(amount: number, currency: Currency, locale: string): string {
	const key = `${locale} ${currency.code} ${currency.exponent}`;
	let format = formats.get(key);
	if (!format) {
		format = new Intl.NumberFormat(locale, {
			style: 'currency',
			currency: currency.code,
			currencyDisplay: 'narrowSymbol',
			minimumFractionDigits: currency.exponent,
			maximumFractionDigits: currency.exponent
		});
		formats.set(key, format);
	}
	// A decimal string keeps every digit; the typed signature still asks for a number.
	return format.format(decimal(amount, currency.exponent) as unknown as number);
}

/** What someone typed ("12.5", "12,50", "1 200") in minor units, or null when it is no amount. */
export function parseMoney(text: string, exponent: number): number | null {
	const tidy = text.replace(/[\s¥$€£]/g, '').replace(',', '.');
	const match = /^(\d*)(?:\.(\d*))?$/.exec(tidy);
	if (!match || tidy === '' || tidy === '.') return null;
	const whole = match[1] ?? '';
	const part = match[2] ?? '';
	if (part.length > exponent) return null;
	const amount = Number(whole + part.padEnd(exponent, '0'));
	return Number.isSafeInteger(amount) ? amount : null;
}

/** The nearest multiple of `step`, half up; a step of 0 or 1 changes nothing. The box rounds cash just so. */
export function roundToStep(amount: number, step: number): number {
	if (step <= 1) return amount;
	return Math.floor((amount * 2 + step) / (step * 2)) * step;
}

/**
 * Notes a guest is likely to hand over for `due`: the exact sum first, then the next round sums above it,
 * at most `count` in all.
 */
export function quickCash(due: number, exponent: number, count = 5): number[] {
	const unit = 10 ** exponent;
	const found = new Set<number>([due]);
	for (const step of [1, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((note) => note * unit)) {
		// The smallest steps matter for small sums only: nobody hands over 381 for 380.20.
		if (step * 25 < due) continue;
		found.add(Math.ceil(due / step) * step);
	}
	return [...found].sort((a, b) => a - b).slice(0, count);
}

/** `total` in `parts` shares that differ by at most one minor unit and add up exactly, larger ones first. */
export function splitEvenly(total: number, parts: number): number[] {
	const share = Math.floor(total / parts);
	const larger = total - share * parts;
	return Array.from({ length: parts }, (_, index) => (index < larger ? share + 1 : share));
}

/** `rate` basis points of `amount`, half up. */
export function portion(amount: number, rate: number): number {
	return Math.floor((amount * rate * 2 + 10_000) / 20_000);
}

/** A price for `quantity` of something sold by weight or measure, half up: as the box reckons it, in thousandths. */
export function times(price: number, quantity: number): number {
	return Math.floor((price * Math.round(quantity * 1000) * 2 + 1000) / 2000);
}
