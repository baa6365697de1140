import type { Line, LineChange, Menu, Modifier, NewLine, Order, Product, Table } from '#lib/api/types.ts';
import { times } from '#lib/money.ts';
import { ofOrder, resolve, type Command, type Entry, type OrderCommand, type Ref } from './commands.ts';

export interface LineView extends Line {
	/** Stable for the list on screen. */
	key: string;
	/** Not answered by the box yet, or changed by a command that is not. */
	waiting: boolean;
}

/** The box's order with this tablet's unanswered commands played on top. Sums stay the box's: money is never guessed. */
export interface OrderView extends Omit<Order, 'items'> {
	ref: Ref;
	/** 0 until the box has numbered it. */
	orderId: number;
	items: LineView[];
	/** Commands about it that still wait on this tablet. */
	waiting: number;
	/** What the waiting lines will come to by today's prices. */
	waitingAmount: number;
}

export interface Catalogue {
	products: ReadonlyMap<number, Product>;
	modifiers: ReadonlyMap<number, Modifier>;
	tables: ReadonlyMap<number, Table>;
	/** The product behind each choice of a set menu. */
	courses: ReadonlyMap<number, number>;
}

export function catalogueOf(menu: Menu | null, tables: readonly Table[]): Catalogue {
	return {
		products: new Map(menu?.products.map((product) => [product.id, product])),
		modifiers: new Map(menu?.groups.flatMap((group) => group.modifiers).map((one) => [one.id, one])),
		tables: new Map(tables.map((table) => [table.id, table])),
		courses: new Map(
			menu?.groups
				.filter((group) => group.kind === 'set')
				.flatMap((group) => group.modifiers)
				.flatMap(({ id, itemId }) => (itemId === null ? [] : [[id, itemId] as const]))
		)
	};
}

const seen = new WeakMap<Order, OrderView>();

function plain(order: Order): OrderView {
	let view = seen.get(order);
	if (!view) {
		const items = order.items.map((line) => ({ ...line, key: String(line.lineId), waiting: false }));
		view = { ...order, ref: String(order.orderId), items, waiting: 0, waitingAmount: 0 };
		seen.set(order, view);
	}
	return view;
}

/** What the choices within the courses of a set menu add to it; they never take off. */
export const supplement = (catalogue: Catalogue, modifiers: readonly number[]) =>
	modifiers.reduce((sum, id) => sum + Math.max(0, catalogue.modifiers.get(id)?.price ?? 0), 0);

/** What one line will cost, modifiers included; a size has the price the box tells for it now. */
export function unitPrice(
	catalogue: Catalogue,
	itemId: number,
	modifiers: readonly number[] = [],
	asked?: number,
	parts: NewLine['parts'] = []
): number {
	const product = catalogue.products.get(itemId);
	const size =
		asked === undefined ? product?.sizes.find((one) => modifiers.includes(one.modifierId)) : undefined;
	return modifiers.reduce(
		(sum, id) => sum + (id === size?.modifierId ? 0 : (catalogue.modifiers.get(id)?.price ?? 0)),
		(asked ?? size?.price ?? product?.price ?? 0) +
			parts.reduce((sum, part) => sum + supplement(catalogue, part.modifiers ?? []), 0)
	);
}

function foresee(line: NewLine, index: number, entry: Entry, catalogue: Catalogue): LineView {
	const product = catalogue.products.get(line.itemId);
	const price = unitPrice(catalogue, line.itemId, line.modifiers, line.price ?? undefined, line.parts);
	return {
		key: `${entry.key}/${index}`,
		waiting: true,
		lineId: 0,
		itemId: line.itemId,
		name: product?.name ?? `#${line.itemId}`,
		names: product?.names ?? {},
		quantity: line.quantity,
		price,
		amount: times(price, line.quantity),
		modifiers: (line.modifiers ?? []).flatMap((id) => catalogue.modifiers.get(id) ?? []),
		seat: line.seat ?? null,
		course: line.course ?? null,
		note: line.note ?? null,
		stationId: product?.stationId ?? null,
		stationName: null,
		status: line.hold ? 'held' : 'preparing',
		staffId: entry.staffId,
		sentAt: null,
		readyAt: null,
		comp: false,
		reason: null,
		parentId: null,
		priceRuleId: null,
		discount: null,
		discountAmount: 0
	};
}

function begun(
	entry: Entry,
	command: Extract<Command, { kind: 'order.place' }>,
	catalogue: Catalogue
): OrderView {
	const table = command.tableId === undefined ? undefined : catalogue.tables.get(command.tableId);
	return {
		ref: entry.key,
		orderId: 0,
		number: 0,
		status: 'open',
		version: 0,
		tableId: command.tableId ?? null,
		tableName: table?.name ?? null,
		areaId: table?.areaId ?? null,
		tab: command.tab ?? null,
		covers: command.covers ?? null,
		memberId: command.memberId ?? null,
		customerInfo: command.customerInfo ?? null,
		staffId: entry.staffId,
		staffName: '',
		items: [],
		takeaway: command.takeaway ?? false,
		subtotal: 0,
		discount: null,
		discountAmount: 0,
		minimumSpend: 0,
		minimumLeft: 0,
		serviceAmount: 0,
		coverAmount: 0,
		taxes: [],
		totalAmount: 0,
		paidAmount: 0,
		refundedAmount: 0,
		roundingAmount: 0,
		balance: 0,
		payments: [],
		shares: [],
		splitFrom: null,
		carriedOver: null,
		businessDay: '',
		paidAt: null,
		createdAt: new Date(entry.at).toISOString(),
		seq: 0,
		waiting: 0,
		waitingAmount: 0
	};
}

function withLines(
	view: OrderView,
	lines: readonly NewLine[],
	entry: Entry,
	catalogue: Catalogue
): OrderView {
	const added = lines.map((line, index) => foresee(line, index, entry, catalogue));
	const amount = added.reduce((sum, line) => sum + line.amount, 0);
	return { ...view, items: [...view.items, ...added], waitingAmount: view.waitingAmount + amount };
}

function touch(
	view: OrderView,
	ids: readonly number[] | null,
	change: (line: LineView) => Partial<Line>
): OrderView {
	const items = view.items.map((line) =>
		ids === null || ids.includes(line.lineId) ? { ...line, ...change(line), waiting: true } : line
	);
	return { ...view, items };
}

function changedBy(change: LineChange | undefined): Partial<Line> {
	const better: Partial<Line> = {};
	if (change?.quantity === 0) better.status = 'void';
	else if (change?.quantity) better.quantity = change.quantity;
	if (change?.seat) better.seat = change.seat;
	if (change?.course) better.course = change.course;
	if (change?.note !== undefined) better.note = change.note;
	return better;
}

function play(view: OrderView, command: OrderCommand, entry: Entry, catalogue: Catalogue): OrderView {
	switch (command.kind) {
		case 'order.place':
		case 'order.add':
			return withLines(view, command.items, entry, catalogue);
		case 'order.change': {
			const ids = command.changes?.map((one) => one.lineId) ?? [];
			const changed = touch(view, ids, (line) =>
				changedBy(command.changes?.find((one) => one.lineId === line.lineId))
			);
			return { ...changed, covers: command.covers ?? view.covers, tab: command.tab ?? view.tab };
		}
		case 'order.send':
			return touch(
				view,
				view.items.filter((line) => line.status === 'held').map((line) => line.lineId),
				() => ({
					status: 'preparing'
				})
			);
		case 'order.fire':
			return touch(
				view,
				view.items
					.filter((line) => line.status === 'held' && line.course === command.course)
					.map((line) => line.lineId),
				() => ({ status: 'preparing' })
			);
		case 'order.void':
		case 'order.comp':
			return touch(view, command.lineIds, (line) => {
				// A part of a line becomes one of its own, which only the box can number.
				if (command.quantity && command.quantity < line.quantity)
					return command.kind === 'order.void' ? { quantity: line.quantity - command.quantity } : {};
				const what: Partial<Line> = command.kind === 'order.void' ? { status: 'void' } : { comp: true };
				return { ...what, reason: command.reason };
			});
		case 'line.status':
			return touch(view, command.lineIds, () => ({ status: command.status }));
		case 'order.transfer':
			return view;
		case 'order.member':
			return { ...view, memberId: command.memberId };
		case 'order.move': {
			const table = command.tableId === undefined ? undefined : catalogue.tables.get(command.tableId);
			return {
				...view,
				tableId: table?.id ?? null,
				tableName: table?.name ?? null,
				areaId: table?.areaId ?? null,
				tab: command.tab ?? view.tab
			};
		}
	}
}

/**
 * What the screen shows: the box's orders, then this tablet's unanswered commands in their order. Pure; the box's
 * picture is never touched, so the box's next word simply replaces what was foreseen.
 */
export function replay(
	orders: Iterable<Order>,
	entries: readonly Entry[],
	aliases: ReadonlyMap<string, number>,
	catalogue: Catalogue
): Map<Ref, OrderView> {
	const views = new Map<Ref, OrderView>();
	for (const order of orders) views.set(String(order.orderId), plain(order));
	for (const entry of entries) {
		const { command } = entry;
		if (!ofOrder(command)) continue;
		let ref: Ref;
		let view: OrderView | undefined;
		if (command.kind === 'order.place') {
			ref = entry.key;
			view = begun(entry, command, catalogue);
		} else {
			const id = resolve(command.ref, aliases);
			ref = id === null ? command.ref : String(id);
			view = views.get(ref);
		}
		if (!view) continue;
		views.set(ref, { ...play(view, command, entry, catalogue), waiting: view.waiting + 1 });
	}
	return views;
}
