import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of signing in, of roles and of a manager’s PIN. */
export const whom = speak(en, zh);
