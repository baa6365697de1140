import type { CustomerInfo, LineChange, LineStatus, NewLine } from '#lib/api/types.ts';

/**
 * An order as a tablet names it: the box's number as text, or, until the box has answered,
 * the Idempotency-Key of the command that creates it.
 */
export type Ref = string;

export type Command =
	| {
			kind: 'order.place';
			tableId?: number;
			tab?: string;
			covers?: number;
			items: NewLine[];
			customerInfo?: CustomerInfo;
			takeaway?: boolean;
			ageChecked?: boolean;
			memberId?: number;
	  }
	| { kind: 'order.add'; ref: Ref; items: NewLine[]; ageChecked?: boolean }
	| { kind: 'order.change'; ref: Ref; version: number; changes?: LineChange[]; covers?: number; tab?: string }
	| { kind: 'order.send'; ref: Ref }
	| { kind: 'order.fire'; ref: Ref; course: number }
	| { kind: 'order.void'; ref: Ref; lineIds: number[]; reason: string; quantity?: number }
	| { kind: 'order.comp'; ref: Ref; lineIds: number[]; reason: string; quantity?: number; staff?: boolean }
	| { kind: 'order.move'; ref: Ref; tableId?: number; tab?: string; reason?: string }
	| { kind: 'order.transfer'; ref: Ref; staffId: number; reason?: string }
	| { kind: 'order.member'; ref: Ref; memberId: number | null }
	/** 86, back on the menu, or so many left. */
	| { kind: 'menu.soldout'; productId: number; soldOut: boolean; left?: number }
	| { kind: 'note.leave'; text: string }
	| { kind: 'note.done'; noteId: number; done: boolean }
	| { kind: 'line.status'; ref: Ref; lineIds: number[]; status: LineStatus };

/** What is about an order; the others are about the house. */
export type OrderCommand = Extract<Command, { kind: 'order.place' } | { ref: Ref }>;

export function ofOrder(command: Command): command is OrderCommand {
	return command.kind === 'order.place' || 'ref' in command;
}

export interface Entry {
	/** Place in the queue, given by the store. */
	n: number;
	/** Idempotency-Key, made once when the finger came down. */
	key: string;
	/** When, by this tablet's clock (milliseconds). */
	at: number;
	staffId: number;
	command: Command;
	/** How often it was tried. More than 0: the box may already have done it. */
	attempts: number;
	/** Somebody looked at an old command and said: send it. */
	confirmed?: boolean;
}

/** Why a command waits for a person: the box refused it, it is old, its author is signed out, or what it builds on did not go. */
export type Need = 'refused' | 'old' | 'session' | 'depends';

export interface Refused extends Entry {
	need: Need;
	/** A ready sentence of the box, in the language it was asked in. */
	error: string | null;
	code: string | null;
	status: number;
}

export interface Call {
	method: 'POST' | 'PUT';
	path: string;
	body: unknown;
}

const isNumber = (ref: Ref) => /^\d+$/.test(ref);

/** What a command is about: an order, for a creation its own key, a product, or a note. */
export function refOf(entry: Pick<Entry, 'key' | 'command'>): Ref {
	const { command } = entry;
	if (command.kind === 'order.place') return entry.key;
	if (command.kind === 'note.leave') return `note:${entry.key}`;
	if (command.kind === 'note.done') return `note:${command.noteId}`;
	return command.kind === 'menu.soldout' ? `product:${command.productId}` : command.ref;
}

/** The box's number for `ref`, or null while its creation is unanswered. */
export function resolve(ref: Ref, aliases: ReadonlyMap<string, number>): number | null {
	return isNumber(ref) ? Number(ref) : (aliases.get(ref) ?? null);
}

/** The call that carries a command to the box, or null while it refers to an order the box has not answered for. */
export function callFor(command: Command, aliases: ReadonlyMap<string, number>): Call | null {
	if (command.kind === 'order.place') {
		const { kind: _, ...body } = command;
		return { method: 'POST', path: '/api/orders', body };
	}
	if (command.kind === 'menu.soldout') {
		const product = `/api/menu/products/${command.productId}`;
		return command.soldOut
			? { method: 'POST', path: `${product}/sold-out`, body: {} }
			: { method: 'POST', path: `${product}/left`, body: { left: command.left ?? null } };
	}
	if (command.kind === 'note.leave')
		return { method: 'POST', path: '/api/notes', body: { text: command.text } };
	if (command.kind === 'note.done') {
		return { method: 'POST', path: `/api/notes/${command.noteId}/done`, body: { done: command.done } };
	}
	const { kind, ref, ...body } = command;
	const id = resolve(ref, aliases);
	if (id === null) return null;
	const order = `/api/orders/${id}`;
	switch (kind) {
		case 'order.add':
		case 'order.change':
		case 'order.member':
			return { method: 'PUT', path: order, body };
		case 'line.status':
			return { method: 'POST', path: `${order}/lines/status`, body };
		default:
			return { method: 'POST', path: `${order}/${kind.slice('order.'.length)}`, body };
	}
}

/** Does sending this late pour drinks nobody waits for any more? */
export function makesSomething(command: Command): boolean {
	return (
		command.kind === 'order.place' ||
		command.kind === 'order.add' ||
		command.kind === 'order.send' ||
		command.kind === 'order.fire'
	);
}
