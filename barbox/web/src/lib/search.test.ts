import { expect, test } from 'vitest';
import { rank, searchKey } from './search.ts';

const find = (wanted: string, zh: string, en: string, barcode: string | null = null) =>
	rank(searchKey({ name: zh, names: { zh, en }, barcode }), wanted);

test('pinyin initials find Chinese names', () => {
	expect(find('qd', '青岛经典', 'Tsingtao')).toBeGreaterThan(0);
	expect(find('qdjd', '青岛经典', 'Tsingtao')).toBeGreaterThan(0);
	expect(find('jls', '健力士黑啤', 'Guinness')).toBeGreaterThan(0);
	expect(find('xh', '青岛经典', 'Tsingtao')).toBe(0);
});

test('both names, their first letters and the barcode are found', () => {
	expect(find('青', '青岛经典', 'Tsingtao')).toBe(4);
	expect(find('tsing', '青岛经典', 'Tsingtao')).toBe(4);
	expect(find('gt', '金汤力', 'Gin & Tonic')).toBeGreaterThan(0);
	expect(find('6901035', '青岛', 'Tsingtao', '6901035600123')).toBeGreaterThan(0);
});

test('a slip of the finger still finds it, but ranks lower', () => {
	expect(find('mjto', '莫吉托', 'Mojito')).toBe(2);
	expect(find('mojito', '莫吉托', 'Mojito')).toBe(4);
	expect(find('jito', '莫吉托', 'Mojito')).toBe(3);
});
