/** Spans of business days by name, as `YYYY-MM-DD`; weeks begin on Monday. */
import { dayAfter } from '#lib/guests/when.ts';

export const PRESETS = ['today', 'yesterday', 'week', 'lastWeek', 'month', 'quarter'] as const;
export type Preset = (typeof PRESETS)[number];
export interface Span {
	from: string;
	to: string;
}

export function preset(name: Preset, today: string): Span {
	const weekday = (new Date(`${today}T12:00:00Z`).getUTCDay() + 6) % 7;
	const monday = dayAfter(today, -weekday);
	switch (name) {
		case 'today':
			return { from: today, to: today };
		case 'yesterday':
			return { from: dayAfter(today, -1), to: dayAfter(today, -1) };
		case 'week':
			return { from: monday, to: today };
		case 'lastWeek':
			return { from: dayAfter(monday, -7), to: dayAfter(monday, -1) };
		case 'month':
			return { from: dayAfter(today, -29), to: today };
		case 'quarter':
			return { from: dayAfter(today, -89), to: today };
	}
}
