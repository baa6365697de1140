import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of buying: what to order, from whom, and what came. */
export const b = speak(en, zh);
export type BuyingText = keyof typeof en;
