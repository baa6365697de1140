import { formatMoney } from '#lib/money.ts';
import { house } from '#lib/live/house.svelte.ts';
import { texts } from '#lib/texts/texts.svelte.ts';

/** The amount in the venue's currency, as the reader's language writes it. */
export function money(amount: number): string {
	const venue = house.venue;
	return formatMoney(
		amount,
		{ code: venue?.currency ?? 'CNY', exponent: venue?.exponent ?? 2 },
		texts.language
	);
}

class Clock {
	now = $state(Date.now());
	constructor() {
		setInterval(() => (this.now = Date.now()), 5_000);
	}
}

/** Ticks every five seconds: for ages, not for stopwatches. */
export const clock = new Clock();

/** Whole minutes since `at`; never negative, whatever the tablet's clock believes. */
export function minutesSince(at: string | number, now: number): number {
	return Math.max(0, Math.floor((now - new Date(at).getTime()) / 60_000));
}

const THEME = 'barbox.theme';
export type Theme = 'night' | 'day';

class Looks {
	theme = $state<Theme>(localStorage.getItem(THEME) === 'day' ? 'day' : 'night');

	choose(theme: Theme): void {
		this.theme = theme;
		localStorage.setItem(THEME, theme);
		this.apply();
	}

	apply(): void {
		document.documentElement.dataset['theme'] = this.theme;
		document
			.querySelector('meta[name=theme-color]')
			?.setAttribute('content', this.theme === 'day' ? '#edebe4' : '#14161a');
	}
}

export const looks = new Looks();
