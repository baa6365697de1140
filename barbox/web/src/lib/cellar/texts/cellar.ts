import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of taps and kept bottles. */
export const c = speak(en, zh);
export type CellarText = keyof typeof en;
