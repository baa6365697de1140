import { expect, test } from 'vitest';
import { among } from './among.ts';
import type { NamedMember } from './types.ts';

const person = (memberId: number, about: Partial<NamedMember>): NamedMember => ({
	memberId,
	name: null,
	initials: null,
	phone: null,
	card: null,
	code: null,
	...about
});

const people = [
	person(2, { name: 'Anna Lee', initials: 'al', phone: '13900001111' }),
	person(1, { name: '陈晓', initials: 'cx', phone: '+8613812345678', card: '0042', code: 'K7QX' }),
	person(1, { phone: '13777770000' })
];

test('a guest is found without the box as with it: by digits, card, code, number, name or initials', () => {
	const found = (text: string) => among(people, text).map((each) => each.memberId);
	expect(found('5678')).toEqual([1]);
	expect(found('138 1234')).toEqual([1]);
	expect(found('0042')).toEqual([1]);
	expect(found('k7qx')).toEqual([1]);
	expect(found('cx')).toEqual([1]);
	expect(found('lee')).toEqual([2]);
	expect(found('m2')).toEqual([2]);
	expect(found('7777')).toEqual([1]);
	expect(found('1')).toEqual([]);
	expect(found('zz')).toEqual([]);
});
