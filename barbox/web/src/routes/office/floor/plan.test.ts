import { expect, test } from 'vitest';
import { freePlace, nextName, snapped } from './plan.ts';

test('a table snaps to the grid and stays whole on the plan', () => {
	expect(snapped(31.4, 12)).toBe(32);
	expect(snapped(-5, 12)).toBe(0);
	expect(snapped(97, 12)).toBe(88);
});

test('a new table goes where nothing stands', () => {
	expect(freePlace([], 12, 14)).toEqual({ x: 4, y: 4 });
	expect(freePlace([{ x: 4, y: 4, width: 12, height: 14 }], 12, 14)).toEqual({ x: 16, y: 4 });
});

test('names go on counting', () => {
	expect(nextName([])).toBe('T1');
	expect(nextName(['T1', 'T3', 'T2'])).toBe('T4');
	expect(nextName(['Bar 9'])).toBe('Bar 10');
	expect(nextName(['Sofa'])).toBe('Sofa1');
});
