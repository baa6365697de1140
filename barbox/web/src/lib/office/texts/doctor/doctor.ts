import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The doctor's page in the reader's language. */
export const d = speak(en, zh);
