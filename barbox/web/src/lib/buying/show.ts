import { house } from '#lib/live/house.svelte.ts';
import { dayName } from '#lib/office/figures.ts';
import { figure, isoDay, much } from '#lib/stock/amounts.ts';
import { s } from '#lib/stock/texts/stock.ts';
import type { Item } from '#lib/stock/types.ts';
import { nameOf, texts } from '#lib/texts/texts.svelte.ts';
import { b } from './texts/buying.ts';

/** `20261204` as "Fri 4 Dec". */
export function day(number: number): string {
	return dayName(isoDay(number));
}

/** Today in the bar, as the box writes days. */
export function today(): number {
	const written = new Date().toLocaleDateString('sv-SE', { timeZone: house.venue?.timezone });
	return Number(written.replaceAll('-', ''));
}

/** What a pack is called, or the unit where it is bought by that. */
export function packName(names: Record<string, string> | null, unit: string): string {
	return names ? (names[texts.names] ?? Object.values(names)[0] ?? '') : s(`unit.${unit}` as 'unit.ml');
}

/** `6 × Bottle 700 ml`, or `24 pcs` where it is bought by the unit. */
export function count(packs: number, names: Record<string, string> | null, unit: string): string {
	return names ? `${figure(packs)} × ${packName(names, unit)}` : much(packs, unit);
}

/** The same of an item known here: `Bottle 700 ml`. */
export function packOf(item: Item | undefined, packId: number | null): string {
	const pack = item?.packs.find((each) => each.id === packId);
	if (pack) return nameOf(pack);
	return item ? s(`unit.${item.unit}` as 'unit.ml') : '';
}

/** `count` of an item known here. */
export function packs(count: number, item: Item | undefined, packId: number | null): string {
	return packId === null && item ? much(count, item.unit) : `${figure(count)} × ${packOf(item, packId)}`;
}

/** How a price changed: `+3.2 %`. */
export function percent(change: number): string {
	return b('percent', { n: `${change > 0 ? '+' : ''}${figure(change)}` });
}
