const AGAIN_MS = 3_000;

/** Sends what waits on this tablet, one after the other, until the line fails; then again by itself. */
export class Errands<Item> {
	/** The last one found no box: it is tried again. */
	stuck = $state(false);
	private sending = false;
	private timer: ReturnType<typeof setTimeout> | undefined;

	constructor(
		private readonly next: () => Item | undefined,
		/** Sends one; whether the box answered. */
		private readonly one: (item: Item) => Promise<boolean>
	) {}

	async send(): Promise<void> {
		if (this.sending) return;
		this.sending = true;
		clearTimeout(this.timer);
		for (let item = this.next(); item; item = this.next()) {
			this.stuck = !(await this.one(item));
			if (this.stuck) {
				this.timer = setTimeout(() => void this.send(), AGAIN_MS);
				break;
			}
		}
		this.sending = false;
	}
}
