import { expect, test } from 'vitest';
import { Wedge } from './wedge.ts';

function type(wedge: Wedge, text: string, ms: number, from = 1_000): string | null {
	let code: string | null = null;
	[...text, 'Enter'].forEach((key, index) => (code = wedge.key(key, from + index * ms)));
	return code;
}

test('a scanner is heard, whatever modifier keys it presses', () => {
	const wedge = new Wedge();
	expect(type(wedge, '6901035613095', 8)).toBe('6901035613095');
	wedge.key('Shift', 5_000);
	expect(type(wedge, 'ABC-42', 20, 5_010)).toBe('ABC-42');
});

test('a finger is no scanner, and what it typed before is not part of the code', () => {
	const wedge = new Wedge();
	expect(type(wedge, '12345', 180)).toBeNull();
	wedge.key('9', 9_000);
	expect(type(wedge, '690103', 10, 9_500)).toBe('690103');
	expect(type(wedge, '12', 10, 12_000)).toBeNull();
});
