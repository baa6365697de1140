import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of the notes that shifts leave each other. */
export const n = speak(en, zh);
