import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of stock: what is on the shelf, and how it is counted. */
export const s = speak(en, zh);
export type StockText = keyof typeof en;
