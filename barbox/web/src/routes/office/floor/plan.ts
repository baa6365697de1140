import type { OfficeTable } from '#lib/office/types.ts';

type Box = Pick<OfficeTable, 'x' | 'y' | 'width' | 'height'>;

/** Tables stand on a grid of this many percent of the plan. */
export const STEP = 2;

/** On the grid, and whole on the plan. */
export function snapped(at: number, size: number): number {
	const onGrid = Math.round(at / STEP) * STEP;
	return Math.max(0, Math.min(100 - size, onGrid));
}

function overlap(a: Box, b: Box): boolean {
	return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The first free place, row by row; the corner where there is none. */
export function freePlace(tables: readonly Box[], width: number, height: number): { x: number; y: number } {
	for (let y = 4; y + height <= 100; y += STEP) {
		for (let x = 4; x + width <= 100; x += STEP) {
			const box = { x, y, width: width + STEP, height: height + STEP };
			if (!tables.some((each) => overlap(each, box))) return { x, y };
		}
	}
	return { x: 0, y: 0 };
}

/** The name after the last: T7 after T6, 12 after 11. */
export function nextName(names: readonly string[]): string {
	const last = names.at(-1) ?? 'T0';
	const [, stem = '', digits = '0'] = /^(.*?)(\d*)$/.exec(last) ?? [];
	let number = Number(digits || '0');
	const taken = new Set(names);
	do number++;
	while (taken.has(`${stem}${number}`));
	return `${stem}${number}`;
}
