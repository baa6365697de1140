import { house } from '#lib/live/house.svelte.ts';
import { asPerson } from '#lib/session.svelte.ts';
import type { Booking, Bookings } from './types.ts';

/** Which tables are promised to whom tonight: nobody is to be seated where somebody else comes in a quarter of an hour. */
export class Promised {
	private all = $state.raw<readonly Booking[]>([]);

	/** Who comes next, by table. */
	next: ReadonlyMap<number, Booking> = $derived.by(() => {
		const coming = this.all.filter((each) => each.status === 'booked');
		coming.sort((a, b) => b.startsAt.localeCompare(a.startsAt));
		return new Map(coming.flatMap((each) => each.tableIds.map((id) => [id, each] as const)));
	});

	/** Follows the box until the answer is called. */
	follow(): () => void {
		return house.listen(({ kind, data }) => {
			if (!kind.startsWith('reservation.')) return;
			const told = data as Partial<Booking>;
			if (!told.reservationId) return;
			const others = this.all.filter((each) => each.reservationId !== told.reservationId);
			const tonight = told.businessDay === house.venue?.businessDay;
			this.all = tonight ? [...others, told as Booking] : others;
		});
	}

	/** Asks anew, as when the line was down. */
	async load(): Promise<void> {
		try {
			this.all = (await asPerson<Bookings>({ path: '/api/reservations' })).reservations;
		} catch {
			// What was heard last stands; the line tells when it is up again.
		}
	}
}
