import { house } from '#lib/live/house.svelte.ts';
import { texts } from '#lib/texts/texts.svelte.ts';

/** `1.5 MB`, as the reader's language writes it. */
export function bytes(count: number): string {
	const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
	const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
	return (count / 1000 ** step).toLocaleString(texts.language, {
		style: 'unit',
		unit: units[step] ?? 'byte',
		unitDisplay: 'short',
		maximumFractionDigits: 1
	});
}

/** Day and time in the bar, wherever the reader is, as they write them. */
export function moment(at: string): string {
	return new Date(at).toLocaleString(texts.language, {
		dateStyle: 'medium',
		timeStyle: 'short',
		timeZone: house.venue?.timezone
	});
}

/** The time of day in the bar. */
export function timeOfDay(at: string): string {
	return new Date(at).toLocaleTimeString(texts.language, {
		hour: '2-digit',
		minute: '2-digit',
		timeZone: house.venue?.timezone
	});
}

/** `2026-12-04` as "Fri 4 Dec", as the reader's language writes it. */
export function dayName(day: string): string {
	return new Date(`${day}T12:00:00Z`).toLocaleDateString(texts.language, {
		weekday: 'short',
		day: 'numeric',
		month: 'short',
		timeZone: 'UTC'
	});
}

/** `21` -> `21:00`. */
export function oclock(hour: number): string {
	return `${String(hour).padStart(2, '0')}:00`;
}

/** What was only reckoned, without the cents nobody can know. */
export function about(amount: number): string {
	return new Intl.NumberFormat(texts.language, {
		style: 'currency',
		currency: house.venue?.currency ?? 'CNY',
		currencyDisplay: 'narrowSymbol',
		maximumFractionDigits: 0
	}).format(amount / 10 ** (house.venue?.exponent ?? 2));
}

/** 0 -> "Mon", as the reader's language writes it. */
export function weekdayName(weekday: number): string {
	return new Date(Date.UTC(2024, 0, 1 + weekday)).toLocaleDateString(texts.language, {
		weekday: 'short',
		timeZone: 'UTC'
	});
}

/** The same where there is little room: no currency, thousands as the language shortens them. */
export function short(amount: number): string {
	return new Intl.NumberFormat(texts.language, {
		notation: 'compact',
		maximumSignificantDigits: 3
	}).format(amount / 10 ** (house.venue?.exponent ?? 2));
}
