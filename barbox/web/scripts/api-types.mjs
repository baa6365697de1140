/**
 * Writes TypeScript types of the box's OpenAPI document to standard output:
 *
 *     node scripts/api-types.mjs openapi.json > src/lib/api/generated.ts
 *
 * Only what the app uses: the types that a types.ts in src names as `api.X`, and what those are made of. So the file changes
 * when the app is concerned, and not with every call the box learns. Understands what msgspec writes: objects, arrays,
 * unions, references, constants and additional properties.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const document = JSON.parse(readFileSync(process.argv[2] ?? 0, 'utf8'));
const schemas = document.components.schemas;

/** `barbox.menu.api.ModifierView` -> `MenuModifierView`: a name used in two rooms carries its room. */
function typeName(name) {
	const parts = name.split('.');
	const last = parts.at(-1);
	if (parts.length === 1) return last;
	const room = parts.at(-3) ?? '';
	return room.charAt(0).toUpperCase() + room.slice(1) + last;
}

function typeOf(schema) {
	if (schema.$ref) return typeName(schema.$ref.split('/').at(-1));
	if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
	if (schema.const !== undefined) return JSON.stringify(schema.const);
	const union = schema.anyOf ?? schema.oneOf;
	if (union) return union.map(typeOf).join(' | ');
	if (Array.isArray(schema.type)) return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
	switch (schema.type) {
		case 'integer':
		case 'number':
			return 'number';
		case 'string':
		case 'boolean':
		case 'null':
			return schema.type;
		case 'array': {
			const item = schema.items ? typeOf(schema.items) : 'unknown';
			return item.includes('|') ? `(${item})[]` : `${item}[]`;
		}
		case 'object': {
			if (schema.properties) return `{ ${properties(schema).join(' ')} }`;
			const value = schema.additionalProperties;
			return `Record<string, ${value && value !== true ? typeOf(value) : 'unknown'}>`;
		}
		default:
			return 'unknown';
	}
}

function properties(schema) {
	const required = new Set(schema.required ?? []);
	return Object.entries(schema.properties ?? {}).map(
		([name, property]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(property)};`
	);
}

const sources = fileURLToPath(new URL('../src', import.meta.url));
const app = readdirSync(sources, { recursive: true })
	.filter((path) => basename(path) === 'types.ts')
	.sort()
	.map((path) => readFileSync(join(sources, path), 'utf8'))
	.join('\n');
const wanted = new Set([...app.matchAll(/\bapi\.(\w+)/g)].map((match) => match[1]));
const byType = new Map(Object.keys(schemas).map((name) => [typeName(name), name]));
const missing = [...wanted].filter((type) => !byType.has(type));
if (missing.length > 0) {
	console.error(`the box has no ${missing.join(', ')} any more`);
	process.exit(1);
}
// A Set that grows while it is walked: what is referred to is wanted too.
for (const type of wanted) {
	const text = JSON.stringify(schemas[byType.get(type)]);
	for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)) wanted.add(typeName(name));
}

const lines = ['// Made from the box’s OpenAPI document by scripts/api-types.mjs. Do not edit.', ''];
for (const type of [...wanted].sort()) {
	const name = byType.get(type);
	const schema = schemas[name];
	if (schema.type === 'object' && schema.properties) {
		lines.push(
			`export interface ${typeName(name)} {`,
			...properties(schema).map((line) => `\t${line}`),
			'}',
			''
		);
	} else {
		lines.push(`export type ${typeName(name)} = ${typeOf(schema)};`, '');
	}
}
process.stdout.write(lines.join('\n'));
