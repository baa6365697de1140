import { expect, test } from 'vitest';
import { preset } from './span.ts';

test('last week is the one before this Monday, wherever in the week today is', () => {
	for (const today of ['2026-11-30', '2026-12-02', '2026-12-06']) {
		expect(preset('lastWeek', today)).toEqual({ from: '2026-11-23', to: '2026-11-29' });
	}
});

test('this week runs from Monday to today, a month is thirty days with today', () => {
	expect(preset('week', '2026-11-29')).toEqual({ from: '2026-11-23', to: '2026-11-29' });
	expect(preset('month', '2026-11-29')).toEqual({ from: '2026-10-31', to: '2026-11-29' });
});
