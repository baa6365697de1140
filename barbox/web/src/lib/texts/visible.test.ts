import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'svelte/compiler';
import { expect, test } from 'vitest';

const SOURCES = fileURLToPath(new URL('../..', import.meta.url));
/** Attributes that people read or hear. */
const READ_OUT = new Set([
	'alt',
	'aria-label',
	'aria-description',
	'label',
	'placeholder',
	'title',
	'hint',
	'lead'
]);
/** The same in every language: names of languages in themselves, of formats, units. */
const EVERYWHERE = new Set(['English', '简体中文', 'XLSX', 'CSV', 'kg', 'ml', '(ml)', 'PDF', 'QR']);

type Node = { type?: string; name?: string; data?: string; value?: unknown; start?: number } & Record<
	string,
	unknown
>;

/** Every piece of text of a component that is not asked of a catalogue. */
function* spoken(node: unknown): Generator<string> {
	if (Array.isArray(node)) {
		for (const each of node) yield* spoken(each);
		return;
	}
	if (typeof node !== 'object' || node === null) return;
	const { type, name, data, value } = node as Node;
	if (type === 'Text' && typeof data === 'string') yield data;
	if (type === 'Attribute') {
		if (READ_OUT.has(name ?? '')) yield* spoken(value);
		return;
	}
	if (type === 'Script' || type === 'StyleSheet' || type === 'Comment') return;
	for (const [key, each] of Object.entries(node))
		if (key !== 'tag' && (key !== 'expression' || type === 'ExpressionTag')) yield* inside(each);
}

/** What an expression writes as it stands: `{busy ? 'Wait' : name}`. */
function* inside(node: unknown): Generator<string> {
	const { type } = (node ?? {}) as Node;
	if (type === 'ConditionalExpression') {
		const { consequent, alternate } = node as Node;
		yield* inside(consequent);
		yield* inside(alternate);
	} else if (type === 'LogicalExpression') {
		const { left, right } = node as Node;
		yield* inside(left);
		yield* inside(right);
	} else if (type === 'Literal') {
		const { value } = node as Node;
		if (typeof value === 'string') yield value;
	} else if (type === 'TemplateLiteral') {
		for (const part of (node as Node)['quasis'] as { value: { cooked: string } }[]) yield part.value.cooked;
	} else if (
		type === undefined ||
		!/Expression$|^Identifier$|Statement$|Declaration$|^Property$/.test(type)
	) {
		yield* spoken(node);
	}
}

/** Addresses and what clouds call their regions. */
const TECHNICAL = /:\/\/|^[a-z]{2}-[a-z]+-\d$/;
const wordy = (text: string): boolean =>
	/\p{L}{2,}/u.test(text) && !EVERYWHERE.has(text.trim()) && !TECHNICAL.test(text.trim());

test('no word that people read stands outside the catalogues', () => {
	const found: string[] = [];
	for (const path of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
		if (!path.endsWith('.svelte')) continue;
		const { fragment } = parse(readFileSync(`${SOURCES}/${path}`, 'utf8'), { modern: true });
		for (const text of spoken(fragment)) if (wordy(text)) found.push(`${path}: ${text.trim()}`);
	}
	expect(found).toEqual([]);
});

test('a word that stands outside is found, wherever people meet it', () => {
	const page = `<script>let a = 'not shown';</script>
		<h1 class="large">Hello</h1><input placeholder="Type here" type="text" />
		{#if busy}<p>{late ? 'Hurry' : t('common.ok')}</p>{/if}{\`Table \${n}\`}<option>English</option>`;
	const found = [...spoken(parse(page, { modern: true }).fragment)].filter(wordy).map((text) => text.trim());
	expect(found).toEqual(['Hello', 'Type here', 'Hurry', 'Table']);
});
