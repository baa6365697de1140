import { expect, test } from 'vitest';
import type { Draft } from './outbox/database.ts';
import { inCourse, pieces, toLines, withChange, withProduct, withQuantity, withSet } from './round.ts';

const empty: Draft = { ref: '17', tableId: 5, tab: null, covers: null, lines: [], at: 0 };

test('tapping the same drink counts up', () => {
	const twice = withProduct(withProduct(empty, 3, [], {}), 3, [], {});
	expect(toLines(twice)).toEqual([{ itemId: 3, quantity: 2 }]);
});

test('other choices, another seat or a note make another line', () => {
	let draft = withProduct(empty, 3, [1, 2], {});
	draft = withProduct(draft, 3, [2, 1], {});
	expect(draft.lines).toHaveLength(1);
	draft = withProduct(draft, 3, [1], {});
	draft = withProduct(draft, 3, [1], { seat: 2 });
	expect(draft.lines).toHaveLength(3);
	draft = withChange(draft, draft.lines[0]?.id ?? '', { note: 'no ice' });
	draft = withProduct(draft, 3, [1, 2], {});
	expect(draft.lines).toHaveLength(4);
	expect(pieces(draft)).toBe(5);
});

test('one less than one takes the line away', () => {
	const draft = withProduct(empty, 3, [], {});
	expect(withQuantity(draft, draft.lines[0]?.id ?? '', 0).lines).toEqual([]);
});

test('what is taken off a line is not sent', () => {
	let draft = withProduct(empty, 3, [], { seat: 1, course: 2, hold: true });
	expect(toLines(draft)).toEqual([{ itemId: 3, quantity: 1, seat: 1, course: 2, hold: true }]);
	draft = withChange(draft, draft.lines[0]?.id ?? '', { seat: null, hold: null, note: 'hot' });
	expect(toLines(draft)).toEqual([{ itemId: 3, quantity: 1, course: 2, note: 'hot' }]);
});

test('a later course waits for its call, the first and none are made at once', () => {
	let setting = withSet({ seat: 1 }, inCourse(2));
	expect(setting).toEqual({ seat: 1, course: 2, hold: true });
	setting = withSet(setting, inCourse(1));
	expect(setting).toEqual({ seat: 1, course: 1 });
	expect(withSet(setting, inCourse(null))).toEqual({ seat: 1 });
	let draft = withProduct(empty, 3, [], { course: 1 });
	draft = withChange(draft, draft.lines[0]?.id ?? '', inCourse(3));
	expect(toLines(draft)).toEqual([{ itemId: 3, quantity: 1, course: 3, hold: true }]);
});
