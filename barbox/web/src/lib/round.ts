import type { NewLine } from '#lib/api/types.ts';
import { newId } from '#lib/ids.ts';
import type { Draft, DraftLine } from '#lib/outbox/database.ts';

/** What the next tapped products get besides themselves. */
export interface Setting {
	seat?: number;
	course?: number;
	hold?: boolean;
}

/** A line of a later course waits until that course is fired; of the first, or of none, it is made at once. */
export const inCourse = (course: number | null) => ({
	course,
	hold: course !== null && course > 1 ? true : null
});

/** What is given is set, null forgets it. */
export function withSet(setting: Setting, change: { [Key in keyof Setting]?: Setting[Key] | null }): Setting {
	const kept = Object.entries({ ...setting, ...change }).filter(([, value]) => value !== null);
	return Object.fromEntries(kept);
}

const sameList = (a: readonly number[], b: readonly number[]) =>
	a.length === b.length && a.every((id) => b.includes(id));

/** One more of a product. The same choices for the same seat count up; a line with a note is never touched. */
export function withProduct(
	draft: Draft,
	itemId: number,
	modifiers: number[],
	setting: Setting,
	quantity = 1,
	more: Pick<DraftLine, 'price' | 'parts'> = {}
): Draft {
	const apart = more.price !== undefined || more.parts !== undefined || !Number.isInteger(quantity);
	const same = apart
		? undefined
		: draft.lines.find(
				(line) =>
					line.itemId === itemId &&
					line.note === undefined &&
					line.price === undefined &&
					line.parts === undefined &&
					line.seat === setting.seat &&
					line.course === setting.course &&
					(line.hold ?? false) === (setting.hold ?? false) &&
					sameList(line.modifiers, modifiers)
			);
	if (same) return withQuantity(draft, same.id, same.quantity + quantity);
	return {
		...draft,
		lines: [...draft.lines, { id: newId(), itemId, quantity, modifiers, ...setting, ...more }]
	};
}

/** A line's new quantity; none left takes the line away. */
export function withQuantity(draft: Draft, id: string, quantity: number): Draft {
	if (quantity <= 0) return without(draft, id);
	return { ...draft, lines: draft.lines.map((line) => (line.id === id ? { ...line, quantity } : line)) };
}

export function without(draft: Draft, id: string): Draft {
	return { ...draft, lines: draft.lines.filter((line) => line.id !== id) };
}

/** Sets what is given and forgets what is given as null. */
export function withChange(
	draft: Draft,
	id: string,
	change: { [Key in keyof Omit<DraftLine, 'id' | 'itemId'>]?: DraftLine[Key] | null }
): Draft {
	const lines = draft.lines.map((line) => {
		if (line.id !== id) return line;
		const changed = Object.entries({ ...line, ...change }).filter(
			([, value]) => value !== null && value !== undefined
		);
		return Object.fromEntries(changed) as unknown as DraftLine;
	});
	return { ...draft, lines };
}

/** The round as the box wants it. */
export function toLines(draft: Draft): NewLine[] {
	return draft.lines.map(({ id: _, modifiers, hold, ...line }) => ({
		...line,
		...(modifiers.length > 0 ? { modifiers } : {}),
		...(hold ? { hold } : {})
	}));
}

/** How many things that is; what is weighed counts as one. */
export const pieces = (draft: Draft | null) =>
	draft?.lines.reduce((sum, line) => sum + (Number.isInteger(line.quantity) ? line.quantity : 1), 0) ?? 0;
