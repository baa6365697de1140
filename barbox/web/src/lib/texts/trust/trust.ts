import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The words of trusting the box and of moving with it. */
export const w = speak(en, zh);
export type TrustText = keyof typeof en;
