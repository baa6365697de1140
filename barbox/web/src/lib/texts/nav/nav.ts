import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of the app’s ways: its screens, its menu. */
export const nav = speak(en, zh);
