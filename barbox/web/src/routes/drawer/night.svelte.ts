import { Problem } from '#lib/api/client.ts';
import type { BoxEvent, Day, DrawerState } from '#lib/api/types.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asPerson } from '#lib/session.svelte.ts';
import { t } from '#lib/texts/texts.svelte.ts';

/** Several events of one tap are answered with one question. */
const SOON_MS = 250;

/** What is still open, unsent, unprinted and uncounted; kept up to date by what the box tells. */
export class Night {
	day = $state.raw<Day | null>(null);
	wrong = $state('');
	drawers: readonly DrawerState[] = $derived(this.day?.drawers ?? []);
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** Follows the box until the answer is called. */
	follow(): () => void {
		void this.load();
		const leave = house.listen((event) => this.hear(event));
		return () => {
			clearTimeout(this.timer);
			leave();
		};
	}

	soon(): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.load(), SOON_MS);
	}

	private hear(event: BoxEvent): void {
		if (/^(drawer|order|day|print)\./.test(event.kind)) this.soon();
	}

	async load(): Promise<void> {
		try {
			this.day = await asPerson<Day>({ path: '/api/day' });
			this.wrong = '';
		} catch (problem) {
			this.wrong = problem instanceof Problem ? problem.message : t('common.unreachable');
		}
	}
}
