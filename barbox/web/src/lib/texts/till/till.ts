import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of the sheets over an order and of paying. */
export const w = speak(en, zh);
export type TillText = keyof typeof en;
