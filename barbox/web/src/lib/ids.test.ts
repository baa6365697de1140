import { expect, test } from 'vitest';
import { newId } from './ids.ts';

test('ids are UUIDs of version 7', () => {
	expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('ids of one tablet rise, even many in one millisecond and with a clock that steps back', () => {
	const now = Date.now() + 10_000;
	const ids = Array.from({ length: 10_000 }, (_, index) => newId(index < 5_000 ? now : now - 60_000));
	expect([...ids].sort()).toEqual(ids);
	expect(new Set(ids).size).toBe(ids.length);
});

test('ids begin with their time', () => {
	const late = Date.UTC(2031, 0, 1);
	expect(parseInt(newId(late).replaceAll('-', '').slice(0, 12), 16)).toBe(late);
});
