/** Is a birthday ("05-17", with or without its year) on this day? Of a leap day, on the last of February. */
export function isBirthday(birthday: string | null, day: string): boolean {
	const shown = birthday?.slice(-5);
	if (shown !== '02-29') return shown === day.slice(-5);
	const next = new Date(Date.parse(day) + 86_400_000).toISOString();
	return next.startsWith('-03-01', 4);
}
