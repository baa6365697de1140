/** What was typed here and is not on the box yet: it outlives a reload. */

export function recall<T>(key: string): T | null {
	try {
		return JSON.parse(localStorage.getItem(key) ?? 'null') as T | null;
	} catch {
		localStorage.removeItem(key);
		return null;
	}
}

/** Nothing is kept of null. */
export function keep(key: string, value: unknown): void {
	if (value === null) localStorage.removeItem(key);
	else localStorage.setItem(key, JSON.stringify(value));
}
