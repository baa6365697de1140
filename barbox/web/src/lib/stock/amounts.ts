import { texts } from '#lib/texts/texts.svelte.ts';
import { s, type StockText } from './texts/stock.ts';

/** A number as the reader writes it, at most three places behind the point. */
export function figure(quantity: number): string {
	return quantity.toLocaleString(texts.language, { maximumFractionDigits: 3 });
}

/** `700 ml`, `24 pcs`. */
export function much(quantity: number, unit: string): string {
	const key = `unit.${unit}` as StockText;
	return `${figure(quantity)} ${s(key as 'unit.ml')}`;
}

/** 20261204 -> `2026-12-04`. */
export function isoDay(day: number): string {
	const text = String(day);
	return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
}

/** Days from one day to another, both `YYYY-MM-DD`; negative for one before. */
export function daysUntil(from: string, to: string): number {
	return Math.round((Date.parse(`${to}T12:00:00Z`) - Date.parse(`${from}T12:00:00Z`)) / 86_400_000);
}
