import { expect, test } from 'vitest';
import { nested } from './lines.ts';

test('what was chosen in a set menu stands below it; what lost its set stands alone', () => {
	const lines = [
		{ lineId: 1, parentId: null },
		{ lineId: 2, parentId: null },
		{ lineId: 3, parentId: 1 },
		{ lineId: 4, parentId: 1 },
		{ lineId: 5, parentId: 99 }
	];
	expect(nested(lines).map((line) => line.lineId)).toEqual([1, 3, 4, 2, 5]);
});
