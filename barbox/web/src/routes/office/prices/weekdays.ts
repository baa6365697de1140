/** The name of a weekday, 0 is Monday, as the reader's language writes it. */
export function weekday(day: number, language: string, width: 'short' | 'long' = 'short'): string {
	// 1 January 2024 was a Monday.
	return new Date(2024, 0, 1 + day, 12).toLocaleDateString(language, { weekday: width });
}

/** `Mon–Fri`, `Sat, Sun`: days next to each other are drawn together. */
export function weekdaysOf(days: readonly number[], language: string): string {
	const sorted = [...new Set(days)].sort((a, b) => a - b);
	const runs: number[][] = [];
	for (const day of sorted) {
		const last = runs.at(-1);
		if (last && day === (last.at(-1) ?? -2) + 1) last.push(day);
		else runs.push([day]);
	}
	return runs
		.map((run) => {
			const names = run.map((day) => weekday(day, language));
			return names.length > 2 ? `${names[0]}–${names.at(-1)}` : names.join(', ');
		})
		.join(', ');
}
