import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of pairing and first set-up. */
export const door = speak(en, zh);
