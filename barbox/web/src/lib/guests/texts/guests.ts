import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of members and bookings. */
export const g = speak(en, zh);
export type GuestText = keyof typeof en;
