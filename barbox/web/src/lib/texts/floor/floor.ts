import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of the floor: tables and tabs. */
export const f = speak(en, zh);
