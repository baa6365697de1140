import type { Line } from '#lib/api/types.ts';

/** The lines as they are read: each set menu followed by what was chosen in it. */
export function nested<Any extends Pick<Line, 'lineId' | 'parentId'>>(lines: readonly Any[]): Any[] {
	const known = new Set(lines.map((line) => line.lineId));
	const roots = lines.filter((line) => line.parentId === null || !known.has(line.parentId));
	return roots.flatMap((root) => [
		root,
		...lines.filter((line) => line.parentId === root.lineId && line !== root)
	]);
}
