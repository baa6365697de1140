/**
 * A text with its `{slots}` filled; `{n|day|days}` is `day` where `n` is 1, else `days`. That is all of English grammar
 * that counts need, and Chinese needs none.
 */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
	return text.replace(/\{(\w+)(?:\|(.*?)\|(.*?))?\}/g, (_, slot: string, one?: string, many?: string) => {
		const value = String(values[slot]);
		return (value === '1' ? one : many) ?? value;
	});
}
