import { SvelteMap } from 'svelte/reactivity';
import { newId } from '#lib/ids.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { EditMember, Member, Members } from './types.ts';

/** What somebody is called on the screens: their name, else their number. */
export function memberName(member: Pick<Member, 'name' | 'memberId'>): string {
	return member.name ?? `M${member.memberId}`;
}

/** Is it their birthday, by this tablet's calendar? */
export function hasBirthday(member: Member): boolean {
	const now = new Date();
	const today = `${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`;
	return member.birthday?.endsWith(today) ?? false;
}

/** Members by what was typed or scanned. Throws Problem or Unreachable. */
export async function lookUp(text: string): Promise<Member[]> {
	const found = await asPerson<Members>({
		path: `/api/members?limit=20&q=${encodeURIComponent(text.trim())}`
	});
	return found.members;
}

/** A new member's number. Throws Problem or Unreachable. */
export async function join(member: EditMember): Promise<number> {
	const made = await asPerson<{ id: number }>({
		method: 'POST',
		path: '/api/members',
		body: member,
		key: newId()
	});
	return made.id;
}

/** Those members that some screen shows, kept up to date. Nothing of them outlives the page. */
class KnownMembers {
	private readonly known = new SvelteMap<number, Member>();
	private readonly asked = new Set<number>();
	private listening = false;

	/** The member, or null until the box has told. */
	of(id: number | null | undefined): Member | null {
		if (!id || !session.may('member.read')) return null;
		this.listen();
		const member = this.known.get(id);
		if (!member && !this.asked.has(id)) void this.load(id);
		return member ?? null;
	}

	async load(id: number): Promise<void> {
		this.asked.add(id);
		try {
			this.known.set(id, await asPerson<Member>({ path: `/api/members/${id}` }));
		} catch {
			// Silence or a person who was forgotten: the number stands for them, and the next screen asks again.
			this.asked.delete(id);
		}
	}

	private listen(): void {
		if (this.listening) return;
		this.listening = true;
		house.listen((event) => {
			const id = Number(/^member:(\d+)$/.exec(event.subject)?.[1]);
			if (this.known.has(id)) void this.load(id);
		});
	}
}

export const members = new KnownMembers();
