import type { Named } from '#lib/api/types.ts';

/** The first character of each pinyin initial, in pinyin order; i, u and v start no syllable. */
const STARTS: readonly [string, string][] = [
	['a', '阿'],
	['b', '八'],
	['c', '嚓'],
	['d', '哒'],
	['e', '妸'],
	['f', '发'],
	['g', '旮'],
	['h', '哈'],
	['j', '讥'],
	['k', '咔'],
	['l', '垃'],
	['m', '妈'],
	['n', '拏'],
	['o', '噢'],
	['p', '妑'],
	['q', '七'],
	['r', '呥'],
	['s', '仨'],
	['t', '他'],
	['w', '屲'],
	['x', '夕'],
	['y', '丫'],
	['z', '帀']
];
const pinyin = new Intl.Collator('zh-u-co-pinyin');
const letters = new Map<string, string>();

/** The pinyin initial of a Chinese character, anything else as it is, in lower case. */
function initial(character: string): string {
	if (!/\p{Script=Han}/u.test(character)) return character.toLowerCase();
	let letter = letters.get(character);
	if (letter === undefined) {
		letter = STARTS.findLast(([, start]) => pinyin.compare(start, character) <= 0)?.[0] ?? '';
		letters.set(character, letter);
	}
	return letter;
}

/** What a thing can be found by: its names, their first letters, and pinyin initials (`青岛` by `qd`). */
export function searchKey(thing: Named & { barcode?: string | null }): string {
	const names = [thing.name, ...Object.values(thing.names)];
	const initials = names.map((name) =>
		[...name]
			.filter((one) => /[\p{L}\p{N}]/u.test(one))
			.map(initial)
			.join('')
	);
	const firsts = names.map((name) =>
		name
			.split(/[^\p{L}\p{N}]+/u)
			.map((word) => word[0] ?? '')
			.join('')
	);
	return [...names, ...initials, ...firsts, thing.barcode ?? ''].join('\n').toLowerCase();
}

/**
 * How well `key` answers `wanted`, higher is better, 0 not at all: a name's beginning, then the inside of one, then
 * the letters in order with others between them (`mjto` finds mojito).
 */
export function rank(key: string, wanted: string): number {
	const text = wanted.trim().toLowerCase();
	if (text === '') return 1;
	if (key.startsWith(text) || key.includes(`\n${text}`)) return 4;
	if (key.includes(text)) return 3;
	if (text.length < 3) return 0;
	return key.split('\n').some((name) => inOrder(name, text)) ? 2 : 0;
}

function inOrder(name: string, text: string): boolean {
	let from = 0;
	for (const one of text) {
		const at = name.indexOf(one, from);
		if (at < 0) return false;
		from = at + 1;
	}
	return true;
}
