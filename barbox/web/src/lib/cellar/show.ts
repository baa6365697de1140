import { house } from '#lib/live/house.svelte.ts';
import { texts } from '#lib/texts/texts.svelte.ts';

/** `450 ml`, `28.3 l`; of what is counted in other units the number with its unit. */
export function much(quantity: number, unit: string): string {
	const figure = (value: number, places: number) =>
		value.toLocaleString(texts.language, { maximumFractionDigits: places });
	if (unit === 'ml' && quantity >= 1000) return `${figure(quantity / 1000, 1)} l`;
	return unit === 'piece' ? figure(quantity, 1) : `${figure(quantity, 0)} ${unit}`;
}

/** A day, or the day of a moment, as short as it can be read: this year's without the year. */
export function day(of: string): string {
	const year = of.slice(0, 4) === house.venue?.businessDay.slice(0, 4) ? undefined : 'numeric';
	const shown = { year, day: 'numeric', month: 'short', timeZone: 'UTC' } as const;
	return new Date(`${of.slice(0, 10)}T12:00:00Z`).toLocaleDateString(texts.language, shown);
}

/** A day so many days after another. */
export function daysAfter(of: string, days: number): string {
	return new Date(Date.parse(`${of}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
