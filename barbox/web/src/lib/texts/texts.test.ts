import { expect, test } from 'vitest';

type Texts = Record<string, string>;
type File = Record<string, Texts>;

/** Each catalogue is a folder with en.ts and zh.ts: the common one here, the others loaded with their screens. */
const english = import.meta.glob<File>('../**/en.ts', { eager: true });
const chinese = import.meta.glob<File>('../**/zh.ts', { eager: true });
const only = (file: File | undefined) => Object.values(file ?? {})[0] ?? {};
const catalogues = Object.entries(english).map(
	([path, file]) => [path, only(file), only(chinese[path.replace(/en\.ts$/, 'zh.ts')])] as const
);

/** What is filled; of `{n|day|days}`, which has two forms, not. */
const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each(catalogues)('%s has every text in both languages, with the same slots', (_, en, zh) => {
	expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
	for (const [key, text] of Object.entries(en)) expect(slots(zh[key] ?? ''), key).toEqual(slots(text));
});

test.each(catalogues)('%s has one form for one and one for several', (_, en, zh) => {
	for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)])
		for (const [, forms] of text.matchAll(/\{(\w+\|[^}]*)\}/g))
			expect(forms?.split('|'), key).toHaveLength(3);
});

test.each(catalogues)('%s has no empty text', (_, en, zh) => {
	for (const [key, text] of [...Object.entries(en), ...Object.entries(zh)])
		expect(text.trim(), key).not.toBe('');
});
