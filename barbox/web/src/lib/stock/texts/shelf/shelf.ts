import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of what became of the stock, of its tables, places and books. */
export const b = speak(en, zh);
export type ShelfText = keyof typeof en;
