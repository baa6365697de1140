const KEPT = 'barbox.bell';
const REPEAT_MS = 8_000;

/** Rings on a new ticket and again until somebody has touched the display. Browsers allow sound only after a first tap. */
export class Bell {
	on = $state(localStorage.getItem(KEPT) !== 'off');
	private known: ReadonlySet<string> | null = null;
	private audio: AudioContext | null = null;
	private timer: ReturnType<typeof setInterval> | undefined;

	hear(keys: readonly string[]): void {
		const fresh = this.known !== null && keys.some((key) => !this.known?.has(key));
		this.known = new Set(keys);
		if (keys.length === 0) this.seen();
		if (!fresh || !this.on) return;
		this.ring();
		clearInterval(this.timer);
		this.timer = setInterval(() => this.ring(), REPEAT_MS);
	}

	seen(): void {
		clearInterval(this.timer);
	}

	toggle(): void {
		this.on = !this.on;
		localStorage.setItem(KEPT, this.on ? 'on' : 'off');
		if (this.on) this.ring();
		else this.seen();
	}

	private ring(): void {
		if (!this.on) return;
		this.audio ??= new AudioContext();
		const { audio } = this;
		if (audio.state === 'suspended') void audio.resume();
		for (const [index, pitch] of [880, 1320].entries()) {
			const tone = audio.createOscillator();
			const loudness = audio.createGain();
			const start = audio.currentTime + index * 0.16;
			tone.frequency.value = pitch;
			loudness.gain.setValueAtTime(0.25, start);
			loudness.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
			tone.connect(loudness).connect(audio.destination);
			tone.start(start);
			tone.stop(start + 0.5);
		}
	}
}
