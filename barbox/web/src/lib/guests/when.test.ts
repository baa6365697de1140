import { expect, test } from 'vitest';
import { dayAfter, inEvening, moment, onWall } from './when.ts';

test('a time is the wall’s of the bar, not the tablet’s', () => {
	expect(new Date(moment('2026-11-22', '20:00', 'Asia/Shanghai')).toISOString()).toBe(
		'2026-11-22T12:00:00.000Z'
	);
	expect(onWall('2026-11-22T12:00:00Z', 'Asia/Shanghai')).toEqual({ day: '2026-11-22', time: '20:00' });
});

test('half past midnight belongs to the evening before', () => {
	expect(new Date(inEvening('2026-11-22', '00:30', 'UTC')).toISOString()).toBe('2026-11-23T00:30:00.000Z');
	expect(dayAfter('2026-12-31', 1)).toBe('2027-01-01');
});

test('a night on which clocks are turned', () => {
	expect(new Date(moment('2026-10-25', '20:00', 'Europe/Berlin')).toISOString()).toBe(
		'2026-10-25T19:00:00.000Z'
	);
	expect(new Date(moment('2026-10-24', '20:00', 'Europe/Berlin')).toISOString()).toBe(
		'2026-10-24T18:00:00.000Z'
	);
});
