import { Problem } from '#lib/api/client.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asPerson } from '#lib/session.svelte.ts';
import { t } from '#lib/texts/texts.svelte.ts';
import { onWall } from './when.ts';
import type { Booking, Bookings, BookingStatus, Waiting } from './types.ts';

/** Several events of one tap are answered with one question. */
const SOON_MS = 250;
/** Quoted times change by the clock too. */
const QUOTE_MS = 60_000;

/** The bookings of one evening and who waits at the door; kept up to date by what the box tells. */
export class Evening {
	private chosen = $state<string | null>(null);
	/** The business day on the screen: tonight unless another was chosen. */
	day = $derived(this.chosen ?? house.venue?.businessDay ?? new Date().toISOString().slice(0, 10));
	all = $state.raw<readonly Booking[]>([]);
	waiting = $state.raw<Waiting | null>(null);
	/** For how many a time at the door is asked. */
	covers = $state(2);
	loaded = $state(false);
	wrong = $state('');

	/** Those that still count: not cancelled, not waiting at the door. */
	booked = $derived(this.all.filter((each) => each.status !== 'waiting'));
	coming = $derived(this.all.filter((each) => each.status === 'booked'));
	toCall = $derived(this.coming.filter((each) => each.phone && !each.remindedAt));
	isToday = $derived(this.day === house.venue?.businessDay);
	private timer: ReturnType<typeof setTimeout> | undefined;

	get zone(): string {
		return house.venue?.timezone ?? 'UTC';
	}

	time(at: string): string {
		return onWall(at, this.zone).time;
	}

	/** Follows the box until the answer is called. */
	follow(): () => void {
		void this.load();
		const leave = house.listen((event) => {
			if (/^(reservation|deposit|order)\./.test(event.kind)) this.soon();
		});
		const clock = setInterval(() => this.soon(), QUOTE_MS);
		return () => {
			clearTimeout(this.timer);
			clearInterval(clock);
			leave();
		};
	}

	soon(): void {
		clearTimeout(this.timer);
		this.timer = setTimeout(() => void this.load(), SOON_MS);
	}

	show(day: string): void {
		this.chosen = day === house.venue?.businessDay ? null : day;
		void this.load();
	}

	async load(): Promise<void> {
		const { day, covers } = this;
		try {
			const [found, waiting] = await Promise.all([
				asPerson<Bookings>({ path: `/api/reservations?day=${day}` }),
				asPerson<Waiting>({ path: `/api/waiting-list?covers=${covers}` })
			]);
			if (day !== this.day) return;
			this.all = found.reservations;
			if (covers === this.covers) this.waiting = waiting;
			this.loaded = true;
			this.wrong = '';
		} catch (problem) {
			this.wrong = problem instanceof Problem ? problem.message : t('common.unreachable');
		}
	}
}

/** May its tables be given to nobody else? */
export function holdsTables(booking: Booking): boolean {
	return booking.status === 'booked' || booking.status === 'seated';
}

/** Tables that are somebody's between two moments, by another booking than `except`. */
export function takenTables(
	all: readonly Booking[],
	begins: number,
	ends: number,
	except = 0
): Map<number, Booking> {
	const found = new Map<number, Booking>();
	for (const each of all) {
		if (!holdsTables(each) || each.reservationId === except) continue;
		if (Date.parse(each.startsAt) < ends && begins < Date.parse(each.endsAt))
			for (const table of each.tableIds) found.set(table, each);
	}
	return found;
}

export function statusOf(booking: Booking): BookingStatus {
	return booking.status as BookingStatus;
}
