/** A scanner types like nobody can: its keys come faster than this, and Enter ends them. */
const FASTEST_FINGER_MS = 60;
const SHORTEST = 4;

/** Tells a barcode scanner, which is a keyboard to the tablet, from somebody typing. */
export class Wedge {
	private typed = '';
	private last = 0;

	/** One key at `at` (ms). The code when this key ends one, else null. */
	key(key: string, at: number): string | null {
		const fast = at - this.last < FASTEST_FINGER_MS;
		this.last = at;
		if (key === 'Enter') {
			const code = fast && this.typed.length >= SHORTEST ? this.typed : null;
			this.typed = '';
			return code;
		}
		if (key.length !== 1) return null;
		this.typed = fast ? this.typed + key : key;
		return null;
	}
}
