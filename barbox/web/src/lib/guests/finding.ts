import { newId } from '#lib/ids.ts';
import { asPerson } from '#lib/session.svelte.ts';
import type { EditMember, Member, Members } from './types.ts';

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
