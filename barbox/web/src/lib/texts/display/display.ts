import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of bar and kitchen displays. */
export const d = speak(en, zh);
