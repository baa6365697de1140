import { expect, test } from 'vitest';
import { rowsOf } from './rows.ts';

test('tables stand apart and whole on the plan, however many', () => {
	for (let count = 0; count <= 40; count++) {
		const boxes = rowsOf(count);
		expect(boxes).toHaveLength(count);
		for (const [index, a] of boxes.entries()) {
			expect(a.x + a.width).toBeLessThanOrEqual(100);
			expect(a.y + a.height).toBeLessThanOrEqual(100);
			for (const b of boxes.slice(index + 1)) {
				const apart =
					a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
				expect(apart, `${count} tables`).toBe(true);
			}
		}
	}
});
