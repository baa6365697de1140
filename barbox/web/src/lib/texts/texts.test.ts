import { expect, test } from 'vitest';

interface Part {
	en?: Record<string, string>;
	zh?: Record<string, string>;
}

/** The common catalogue in two files, the parts with both languages in one. */
const files = import.meta.glob<Part>('./*.ts', { eager: true });
const common: Part = { ...files['./en.ts'], ...files['./zh.ts'] };
const parts = Object.entries(files)
	.filter(([, file]) => file.en && file.zh)
	.concat([['common', common]]);

const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(parts)('%s has every text in both languages, with the same slots', (_, { en = {}, zh = {} }) => {
	expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
	for (const [key, text] of Object.entries(en)) expect(slots(zh[key] ?? ''), key).toEqual(slots(text));
});

test.each(parts)('%s has no empty text', (_, { en = {}, zh = {} }) => {
	for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)])
		expect(text.trim(), key).not.toBe('');
});
