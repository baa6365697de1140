/** Times of the venue's wall, whatever zone the tablet is in. */

const parts = new Map<string, Intl.DateTimeFormat>();

function format(zone: string): Intl.DateTimeFormat {
	let found = parts.get(zone);
	if (!found) {
		found = new Intl.DateTimeFormat('en-GB', {
			timeZone: zone,
			year: 'numeric',
			month: '2-digit',
			day: '2-digit',
			hour: '2-digit',
			minute: '2-digit',
			hourCycle: 'h23'
		});
		parts.set(zone, found);
	}
	return found;
}

/** The moment on that wall: `{ day: '2026-11-22', time: '19:30' }`. */
export function onWall(at: string | number, zone: string): { day: string; time: string } {
	const said = Object.fromEntries(
		format(zone)
			.formatToParts(new Date(at))
			.map((part) => [part.type, part.value])
	);
	return {
		day: `${said['year']}-${said['month']}-${said['day']}`,
		time: `${said['hour']}:${said['minute']}`
	};
}

/** A day and time of that wall as a moment; where clocks are turned, the nearest there is. */
export function moment(day: string, time: string, zone: string): number {
	const wanted = Date.parse(`${day}T${time}:00Z`);
	let guess = wanted;
	for (let turn = 0; turn < 2; turn++) {
		const shown = onWall(guess, zone);
		guess += wanted - Date.parse(`${shown.day}T${shown.time}:00Z`);
	}
	return guess;
}

/** The day so many days later. */
export function dayAfter(day: string, days: number): string {
	return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** Small hours belong to the night before. */
const SMALL_HOURS = '06:00';

/** A time of an evening as a moment: 00:30 of Friday's evening is on Saturday. */
export function inEvening(day: string, time: string, zone: string): number {
	return moment(time < SMALL_HOURS ? dayAfter(day, 1) : day, time, zone);
}
