import type { NamedMember } from './types.ts';

/** Who is meant by what was typed or scanned, by the rules of the box's own search; each once. */
export function among(people: readonly NamedMember[], text: string): NamedMember[] {
	const wanted = text.trim();
	const lower = wanted.toLowerCase();
	const digits = wanted.replace(/[\s().-]/g, '');
	const number = /^m\d{1,15}$/.test(lower) ? Number(lower.slice(1)) : 0;
	const byDigits = /^\+?\d{3,16}$/.test(digits);
	const found = people.filter(
		({ memberId, name, initials, phone, card, code }) =>
			code === wanted.toUpperCase() ||
			card === wanted ||
			memberId === number ||
			(byDigits
				? (phone?.includes(digits) ?? false) || (card?.startsWith(digits) ?? false)
				: !/^\d*$/.test(digits) &&
					((name?.toLowerCase().includes(lower) ?? false) || (initials?.startsWith(lower) ?? false)))
	);
	return [...new Map(found.map((each) => [each.memberId, each])).values()];
}
