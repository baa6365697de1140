import { expect, test } from 'vitest';
import { callFor, refOf, type Command } from './commands.ts';

const none = new Map<string, number>();

test('a new order goes to the orders, without the command’s own name', () => {
	const command: Command = { kind: 'order.place', tableId: 5, items: [{ itemId: 1, quantity: 2 }] };
	expect(callFor(command, none)).toEqual({
		method: 'POST',
		path: '/api/orders',
		body: { tableId: 5, items: [{ itemId: 1, quantity: 2 }] }
	});
});

test('a round for an order without a number waits for it', () => {
	const command: Command = { kind: 'order.add', ref: 'key-1', items: [{ itemId: 1, quantity: 1 }] };
	expect(callFor(command, none)).toBeNull();
	expect(callFor(command, new Map([['key-1', 17]]))).toEqual({
		method: 'PUT',
		path: '/api/orders/17',
		body: { items: [{ itemId: 1, quantity: 1 }] }
	});
});

test('verbs go to their own address', () => {
	expect(callFor({ kind: 'order.void', ref: '17', lineIds: [2], reason: 'typed wrong' }, none)).toEqual({
		method: 'POST',
		path: '/api/orders/17/void',
		body: { lineIds: [2], reason: 'typed wrong' }
	});
	const drunk: Command = { kind: 'order.comp', ref: '17', lineIds: [2], reason: 'For staff', staff: true };
	expect(callFor(drunk, none)).toEqual({
		method: 'POST',
		path: '/api/orders/17/comp',
		body: { lineIds: [2], reason: 'For staff', staff: true }
	});
	expect(callFor({ kind: 'line.status', ref: '17', lineIds: [2], status: 'ready' }, none)?.path).toBe(
		'/api/orders/17/lines/status'
	);
});

test('an order is named by its creation’s key until it has a number', () => {
	const entry = { key: 'key-1', command: { kind: 'order.place', items: [] } as Command };
	expect(refOf(entry)).toBe('key-1');
});
