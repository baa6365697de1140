import { expect, test } from 'vitest';
import { weekdaysOf } from './weekdays.ts';

test('days next to each other are one run', () => {
	expect(weekdaysOf([0, 1, 2, 3, 4], 'en')).toBe('Mon–Fri');
	expect(weekdaysOf([6, 5], 'en')).toBe('Sat, Sun');
	expect(weekdaysOf([0, 2, 3, 4, 6], 'en')).toBe('Mon, Wed–Fri, Sun');
	expect(weekdaysOf([0, 1, 2], 'zh-CN')).toBe('周一–周三');
});
