import { expect, test } from 'vitest';
import { en } from './en.ts';
import { zh } from './zh.ts';

const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test('both languages fill the same slots', () => {
	for (const key of Object.keys(en) as (keyof typeof en)[]) {
		expect(slots(zh[key]), key).toEqual(slots(en[key]));
	}
});

test('no text is empty', () => {
	for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)])
		expect(text.trim(), key).not.toBe('');
});
