import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The office's text in the reader's language. */
export const o = speak(en, zh);
export type OfficeText = keyof typeof en;
