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
