import type { BoxEvent } from '#lib/api/types.ts';
import { toasts } from '#lib/kit/toasts.svelte.ts';
import { session } from '#lib/session.svelte.ts';
import { nameOf } from '#lib/texts/texts.svelte.ts';
import { much } from './amounts.ts';
import { b } from './texts/shelf/shelf.ts';

interface Level {
	name: string;
	names: Record<string, string>;
	unit: string;
	onHand: number;
}

/** An item is low: said once, and never over something that a finger may still want back. */
export function tellLow(event: BoxEvent): void {
	if (!session.may('stock.read') || toasts.current?.undo || toasts.current?.wrong) return;
	const level = event.data as Level;
	toasts.show({ text: b('lowNow', { name: nameOf(level), much: much(level.onHand, level.unit) }) });
}
