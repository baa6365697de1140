import { speak } from '#lib/texts/texts.svelte.ts';
import { en } from './en.ts';
import { zh } from './zh.ts';

/** The office's text in the reader's language. */
export const o = speak(en, zh);
export type OfficeText = keyof typeof en;

/** The text for something the box named, e.g. `state.` and `open`; its own name where the catalogue has no word yet. */
export function word(about: string, name: string): string {
	const key = about + name;
	return key in en ? o(key as Plain) : name;
}

/** Texts without slots. */
type Plain = {
	[Key in OfficeText]: (typeof en)[Key] extends `${string}{${string}` ? never : Key;
}[OfficeText];
