import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of the drawer and of closing time. */
export const d = speak(en, zh);
export type DrawerText = keyof typeof en;
