import { expect, test } from 'vitest';
import type { Line, Menu, Order } from '#lib/api/types.ts';
import type { Command, Entry } from './commands.ts';
import { catalogueOf, replay, unitPrice } from './replay.ts';

const menu: Menu = {
	taxIncluded: true,
	categories: [],
	products: [1, 2].map((id) => ({
		id,
		categoryId: 1,
		name: `产品${id}`,
		names: { zh: `产品${id}`, en: `Product ${id}` },
		price: id * 1000,
		stationId: 1,
		available: true,
		stock: null,
		groupIds: [],
		barcode: null,
		sort: id,
		regularPrice: id * 1000,
		openPrice: false,
		unit: 'piece',
		age: 0,
		sizes: []
	})),
	groups: [
		{
			id: 1,
			kind: 'choice',
			name: 'g',
			names: {},
			minimum: 0,
			maximum: 1,
			modifiers: [{ id: 9, name: '加冰', names: {}, price: 150, itemId: null }]
		}
	],
	taxRates: []
};
const table = {
	id: 5,
	areaId: 1,
	name: 'A5',
	seats: 4,
	x: 0,
	y: 0,
	width: 1,
	height: 1,
	shape: 'round' as const
};
const catalogue = catalogueOf(menu, [table]);
const nobody = new Map<string, number>();

function line(lineId: number, more: Partial<Line> = {}): Line {
	return {
		lineId,
		itemId: 1,
		name: 'x',
		names: {},
		quantity: 1,
		price: 1000,
		amount: 1000,
		modifiers: [],
		seat: null,
		course: null,
		note: null,
		stationId: 1,
		stationName: null,
		status: 'preparing',
		staffId: 1,
		sentAt: '2026-11-22T19:00:00.000Z',
		readyAt: null,
		comp: false,
		reason: null,
		parentId: null,
		priceRuleId: null,
		discount: null,
		discountAmount: 0,
		...more
	};
}

function order(orderId: number, items: Line[]): Order {
	return {
		orderId,
		number: orderId,
		status: 'open',
		version: 3,
		tableId: 5,
		tableName: 'A5',
		areaId: 1,
		tab: null,
		covers: 2,
		memberId: null,
		customerInfo: null,
		staffId: 1,
		staffName: 'Anna',
		items,
		takeaway: false,
		subtotal: 1000,
		discount: null,
		discountAmount: 0,
		minimumSpend: 0,
		minimumLeft: 0,
		serviceAmount: 0,
		coverAmount: 0,
		taxes: [],
		totalAmount: 1000,
		paidAmount: 0,
		refundedAmount: 0,
		roundingAmount: 0,
		balance: 1000,
		payments: [],
		shares: [],
		splitFrom: null,
		carriedOver: null,
		businessDay: '2026-11-27',
		paidAt: null,
		createdAt: '2026-11-22T19:00:00.000Z',
		seq: 1
	};
}

let n = 0;
function entry(command: Command, key = `key-${++n}`): Entry {
	return { n: ++n, key, at: 1_790_000_000_000, staffId: 1, command, attempts: 0 };
}

test('a round for an open table stands on it at once, marked as waiting, and the box’s total is not touched', () => {
	const views = replay(
		[order(17, [line(1)])],
		[entry({ kind: 'order.add', ref: '17', items: [{ itemId: 2, quantity: 3, modifiers: [9] }] })],
		nobody,
		catalogue
	);
	const view = views.get('17');
	expect(view?.items.map((one) => [one.waiting, one.amount])).toEqual([
		[false, 1000],
		[true, 3 * 2150]
	]);
	expect(view?.totalAmount).toBe(1000);
	expect(view?.waitingAmount).toBe(6450);
	expect(view?.waiting).toBe(1);
});

test('an order begun without the box takes more rounds before it has a number', () => {
	const views = replay(
		[],
		[
			entry({ kind: 'order.place', tableId: 5, items: [{ itemId: 1, quantity: 1 }] }, 'new'),
			entry({ kind: 'order.add', ref: 'new', items: [{ itemId: 2, quantity: 1, hold: true }] })
		],
		nobody,
		catalogue
	);
	const view = views.get('new');
	expect(view?.tableName).toBe('A5');
	expect(view?.items.map((one) => one.status)).toEqual(['preparing', 'held']);
	expect(view?.waiting).toBe(2);
});

test('once the creation is answered, what waits behind it lands on the numbered order', () => {
	const waiting = [entry({ kind: 'order.add', ref: 'new', items: [{ itemId: 2, quantity: 1 }] })];
	const views = replay([order(21, [line(1)])], waiting, new Map([['new', 21]]), catalogue);
	expect(views.has('new')).toBe(false);
	expect(views.get('21')?.items).toHaveLength(2);
});

test('a void, a bump and a move are seen before the box has answered', () => {
	const start = [order(17, [line(1), line(2), line(3, { status: 'held', course: 2 })])];
	const see = (command: Command) => replay(start, [entry(command)], nobody, catalogue).get('17');
	expect(see({ kind: 'order.void', ref: '17', lineIds: [2], reason: 'x' })?.items[1]?.status).toBe('void');
	expect(see({ kind: 'line.status', ref: '17', lineIds: [1], status: 'ready' })?.items[0]?.status).toBe(
		'ready'
	);
	expect(see({ kind: 'order.fire', ref: '17', course: 2 })?.items[2]?.status).toBe('preparing');
	expect(see({ kind: 'order.send', ref: '17' })?.items[2]?.waiting).toBe(true);
	expect(see({ kind: 'order.move', ref: '17', tab: 'Tom' })).toMatchObject({ tableId: null, tab: 'Tom' });
	expect(see({ kind: 'order.comp', ref: '17', lineIds: [1], reason: 'x' })?.items[0]?.comp).toBe(true);
	expect(see({ kind: 'order.change', ref: '17', version: 3, covers: 6 })?.covers).toBe(6);
	expect(see({ kind: 'order.member', ref: '17', memberId: 4 })?.memberId).toBe(4);
});

test('the box’s picture itself is never written on, and untouched orders stay the same object', () => {
	const orders = [order(17, [line(1)]), order(18, [line(1)])];
	const frozen = JSON.stringify(orders);
	const before = replay(orders, [], nobody, catalogue);
	const after = replay(
		orders,
		[entry({ kind: 'order.void', ref: '17', lineIds: [1], reason: 'x' })],
		nobody,
		catalogue
	);
	expect(JSON.stringify(orders)).toBe(frozen);
	expect(after.get('18')).toBe(before.get('18'));
	expect(after.get('17')).not.toBe(before.get('17'));
});

test('a command for an order that is gone shows nothing and breaks nothing', () => {
	const views = replay(
		[],
		[entry({ kind: 'order.void', ref: '99', lineIds: [1], reason: 'x' })],
		nobody,
		catalogue
	);
	expect(views.size).toBe(0);
});

test('a size in a happy hour costs what the box tells, and what comes with it comes on top', () => {
	const [lager] = menu.products;
	const [extras] = menu.groups;
	if (!lager || !extras) throw new Error('the menu is empty');
	const glass = { id: 4, name: 'pint', names: {}, price: 1400, itemId: null };
	const products = [{ ...lager, id: 8, price: 2240, sizes: [{ modifierId: 4, price: 3360 }] }];
	const groups = [{ ...extras, modifiers: [glass, ...extras.modifiers] }];
	const known = catalogueOf({ ...menu, products, groups }, []);
	expect(unitPrice(known, 8, [4])).toBe(3360);
	expect(unitPrice(known, 8, [4, 9])).toBe(3510);
	expect(unitPrice(known, 8)).toBe(2240);
	expect(unitPrice(known, 8, [], undefined, [{ choice: 5, modifiers: [9] }])).toBe(2390);
});
