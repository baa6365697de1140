import { house } from '#lib/live/house.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { Directory, Member, NamedMember } from './types.ts';
import { isBirthday } from './birthday.ts';

const HEARD_MS = 3_600_000;

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
	/** By what everybody is found: a guest comes also while the box is silent. */
	everybody = $state.raw<readonly NamedMember[]>([]);
	private heardAt = 0;
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

	/** What to call an order's member; null for nobody, and until anything is known of them. */
	nameOf(id: number | null | undefined): string | null {
		if (!id) return null;
		const member = this.of(id) ?? this.everybody.find((each) => each.memberId === id);
		return member ? memberName(member) : null;
	}

	/** Hears of everybody, now and then; silence is tried again at the next order. */
	async hear(): Promise<void> {
		if (!house.live || !session.may('member.read') || Date.now() - this.heardAt < HEARD_MS) return;
		this.listen();
		this.heardAt = Date.now();
		try {
			this.everybody = (await asPerson<Directory>({ path: '/api/members-directory' })).members;
		} catch {
			this.heardAt = 0;
		}
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
		house.listen(({ kind, subject }) => {
			const id = subject.startsWith('member:') ? Number(subject.slice(7)) : 0;
			if (kind === 'member.erased') this.everybody = this.everybody.filter((each) => each.memberId !== id);
			else if (/^member\.(joined|changed|merged)$/.test(kind)) this.heardAt = 0;
			if (id in this.known) void this.load(id);
		});
	}
}

export const members = new KnownMembers();
