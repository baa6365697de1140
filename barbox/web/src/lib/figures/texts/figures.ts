import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of figures: forecast, reports, suggestions. */
export const f = speak(en, zh);
export type FigureText = keyof typeof en;
