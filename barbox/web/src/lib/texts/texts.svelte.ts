import type { Named } from '#lib/api/types.ts';
import { en } from './en.ts';
import { fill } from './fill.ts';
import { zh } from './zh.ts';

export type Language = 'en' | 'zh-CN';
export type TextKey = keyof typeof en;

type Slots<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
	? (Slot extends `${infer Name}|${string}` ? Name : Slot) | Slots<Rest>
	: never;
type Arguments<Text extends string> = [Slots<Text>] extends [never]
	? []
	: [values: Record<Slots<Text>, string | number>];

const KEPT = 'barbox.language';

function first(): Language {
	const kept = localStorage.getItem(KEPT);
	if (kept === 'en' || kept === 'zh-CN') return kept;
	return languageOf(navigator.language) ?? 'en';
}

/** The app's language for a tag such as `zh`, `zh-Hans-CN` or `en-GB`. */
export function languageOf(tag: string | null | undefined): Language | null {
	if (tag?.startsWith('zh')) return 'zh-CN';
	if (tag?.startsWith('en')) return 'en';
	return null;
}

class Texts {
	language = $state<Language>(first());

	choose(language: Language): void {
		this.language = language;
		localStorage.setItem(KEPT, language);
		document.documentElement.lang = language;
	}

	/** The tag under which the box keeps names. */
	get names(): 'zh' | 'en' {
		return this.language === 'en' ? 'en' : 'zh';
	}
}

export const texts = new Texts();

/** Says the texts of one catalogue in the reader's language, their slots filled. */
export function speak<English extends Record<string, string>>(
	english: English,
	chinese: Record<keyof English, string>
) {
	return <Key extends keyof English & string>(key: Key, ...[values]: Arguments<English[Key]>): string => {
		const text: string = (texts.language === 'en' ? english : chinese)[key];
		return values ? fill(text, values) : text;
	};
}

/** The text in the reader's language, its slots filled. */
export const t = speak(en, zh);

/** A thing's name in the reader's language, else in the venue's first. */
export function nameOf(thing: Named): string {
	return thing.names[texts.names] ?? thing.name;
}

/** The name in the other language, for the small second line; null when there is none or it is the same. */
export function otherNameOf(thing: Named): string | null {
	const other = thing.names[texts.names === 'en' ? 'zh' : 'en'];
	return other && other !== nameOf(thing) ? other : null;
}

/** The time of day as the reader writes it. */
export function clockTime(at: string | number | Date): string {
	return new Date(at).toLocaleTimeString(texts.language, { hour: '2-digit', minute: '2-digit' });
}

const DAY = 24 * 60;

/** `7 min`, `1 h 05`, `3 days`: how long something has been going on. */
export function ageText(minutes: number): string {
	if (minutes < 1) return t('time.now');
	if (minutes < 60) return t('time.minutes', { n: minutes });
	if (minutes >= 2 * DAY) return t('time.days', { n: Math.floor(minutes / DAY) });
	return t('time.hours', { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, '0') });
}
