import { house } from '#lib/live/house.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { Member } from './types.ts';
import { isBirthday } from './when.ts';

/** What somebody is called on the screens: their name, else their number. */
export function memberName(member: Pick<Member, 'name' | 'memberId'>): string {
	return member.name ?? `M${member.memberId}`;
}

/** Is it their birthday, by the business day of the house? */
export function hasBirthday(member: Pick<Member, 'birthday'>): boolean {
	return house.venue !== null && isBirthday(member.birthday, house.venue.businessDay);
}

/** Those members that some screen shows, kept up to date. Nothing of them outlives the page. */
class KnownMembers {
	private known = $state.raw<Readonly<Record<number, Member>>>({});
	private readonly asked = new Set<number>();
	private listening = false;

	/** The member, or null until the box has told. */
	of(id: number | null | undefined): Member | null {
		if (!id || !session.may('member.read')) return null;
		this.listen();
		const member = this.known[id];
		if (!member && !this.asked.has(id)) void this.load(id);
		return member ?? null;
	}

	async load(id: number): Promise<void> {
		this.asked.add(id);
		try {
			const member = await asPerson<Member>({ path: `/api/members/${id}` });
			this.known = { ...this.known, [id]: member };
		} catch {
			// Silence or a person who was forgotten: the number stands for them, and the next screen asks again.
			this.asked.delete(id);
		}
	}

	private listen(): void {
		if (this.listening) return;
		this.listening = true;
		house.listen(({ subject }) => {
			const id = subject.startsWith('member:') ? Number(subject.slice(7)) : 0;
			if (id in this.known) void this.load(id);
		});
	}
}

export const members = new KnownMembers();
