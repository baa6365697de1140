import { expect, test } from 'vitest';
import { fill } from './fill.ts';

test('a text says one of a thing otherwise than several', () => {
	const text = '{n} {n|day is|days are} known of {who}';
	expect(fill(text, { n: 1, who: 'us' })).toBe('1 day is known of us');
	expect(fill(text, { n: '1', who: 'us' })).toBe('1 day is known of us');
	expect(fill(text, { n: 0, who: 'us' })).toBe('0 days are known of us');
	expect(fill(text, { n: 21, who: '{n|a|b}' })).toBe('21 days are known of {n|a|b}');
});
