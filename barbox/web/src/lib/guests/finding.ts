import { Problem } from '#lib/api/client.ts';
import { newId } from '#lib/ids.ts';
import { house } from '#lib/live/house.svelte.ts';
import { asPerson } from '#lib/session.svelte.ts';
import { among } from './among.ts';
import { members } from './members.svelte.ts';
import type { EditMember, Member, Members } from './types.ts';

const MOST = 20;

/** By what somebody is found in a list; their tier where the box has told it. */
export type FoundMember = Pick<Member, 'memberId' | 'name' | 'phone' | 'card'> &
	Partial<Pick<Member, 'tier'>>;

/** The same without the box where it is silent: among those this tablet has heard of. Throws Problem. */
export async function findAnyhow(text: string): Promise<FoundMember[]> {
	if (house.live)
		try {
			return await lookUp(text);
		} catch (problem) {
			if (problem instanceof Problem && problem.status < 500) throw problem;
		}
	return among(members.everybody, text).slice(0, MOST);
}

/** Members by what was typed or scanned. Throws Problem or Unreachable. */
export async function lookUp(text: string): Promise<Member[]> {
	const found = await asPerson<Members>({
		path: `/api/members?limit=${MOST}&q=${encodeURIComponent(text.trim())}`
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
