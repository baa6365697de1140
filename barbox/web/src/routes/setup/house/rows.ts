interface Box {
	x: number;
	y: number;
	width: number;
	height: number;
}

/** Places for so many tables, in even rows, in percent of the plan. */
export function rowsOf(count: number): Box[] {
	if (count <= 0) return [];
	const columns = Math.min(8, Math.ceil(Math.sqrt(count * 1.6)));
	const rows = Math.ceil(count / columns);
	const cell = { width: 100 / columns, height: 100 / rows };
	const width = even(Math.min(16, cell.width * 0.7));
	const height = even(Math.min(20, cell.height * 0.7));
	return Array.from({ length: count }, (_, index) => ({
		x: even((index % columns) * cell.width + (cell.width - width) / 2),
		y: even(Math.floor(index / columns) * cell.height + (cell.height - height) / 2),
		width,
		height
	}));
}

/** On the floor plan's grid of two percent. */
function even(size: number): number {
	return Math.max(2, Math.floor(size / 2) * 2);
}
