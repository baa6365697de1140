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

/** Day and time, as the reader writes them. */
export function moment(at: string): string {
	return new Date(at).toLocaleString(texts.language, { dateStyle: 'medium', timeStyle: 'short' });
}
