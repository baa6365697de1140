import { expect, test } from 'vitest';
import { isBirthday } from './birthday.ts';

test('a birthday is on its day, with or without a year; of a leap day, on the last of February', () => {
	expect(isBirthday('1990-05-17', '2026-05-17')).toBe(true);
	expect(isBirthday('05-17', '2026-05-18')).toBe(false);
	expect(isBirthday('1992-02-29', '2027-02-28')).toBe(true);
	expect(isBirthday('1992-02-29', '2028-02-28')).toBe(false);
	expect(isBirthday(null, '2026-05-17')).toBe(false);
});
