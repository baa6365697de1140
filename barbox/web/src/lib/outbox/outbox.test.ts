import 'fake-indexeddb/auto';
import { beforeEach, expect, test } from 'vitest';
import { fullJitter } from './backoff.ts';
import type { Call, Command, Entry } from './commands.ts';
import { openStore, type Draft, type Store } from './database.ts';
import { newEntry, Queue } from './queue.ts';
import { OLD_MS, Sender, type Answer } from './sender.ts';

let db: Store;
let queue: Queue;
let names = 0;

beforeEach(async () => {
	db = await openStore(`box-${++names}`);
	queue = new Queue(db);
});

interface Carried {
	key: string;
	call: Call;
}

/** A box that does each key once, with a wire that may lose what goes in or what comes out. */
class Box {
	readonly done: Carried[] = [];
	readonly heard: Carried[] = [];
	private readonly answers = new Map<string, Answer>();
	next: (carried: Carried) => 'ok' | 'lost' | 'unanswered' | Answer = () => 'ok';

	carry = (call: Call, key: string): Promise<Answer> => {
		const carried = { key, call };
		this.heard.push(carried);
		const fate = this.next(carried);
		if (fate === 'lost') return Promise.resolve({ status: 0, body: null });
		if (typeof fate === 'object') return Promise.resolve(fate);
		const answer = this.answers.get(key) ?? { status: 201, body: { orderId: 100 + this.answers.size } };
		if (!this.answers.has(key)) this.done.push(carried);
		this.answers.set(key, answer);
		return Promise.resolve(fate === 'ok' ? answer : { status: 0, body: null });
	};
}

function senderFor(box: Box, more: Partial<ConstructorParameters<typeof Sender>[0]> = {}): Sender {
	return new Sender({
		queue,
		owner: 'tab-1',
		carry: box.carry,
		canSpeakFor: () => true,
		onDone: () => {},
		onChange: () => {},
		...more
	});
}

async function drain(sender: Sender, most = 400): Promise<void> {
	for (let step = 0; step < most && (await queue.oldest()); step++) await sender.step();
}

const place = (tableId: number): Command => ({
	kind: 'order.place',
	tableId,
	items: [{ itemId: 1, quantity: 1 }]
});
const add = (ref: string, itemId = 2): Command => ({
	kind: 'order.add',
	ref,
	items: [{ itemId, quantity: 1 }]
});
const issue = (key: string, command: Command, at = Date.now()) => queue.add(newEntry(key, 1, command, at));

test('commands go out oldest first, each once, and later rounds carry the number the box gave', async () => {
	const box = new Box();
	await issue('a', place(1));
	await issue('b', place(2));
	await issue('c', add('a'));
	await issue('d', add('b'));
	await drain(senderFor(box));
	expect(box.done.map((one) => `${one.key} ${one.call.method} ${one.call.path}`)).toEqual([
		'a POST /api/orders',
		'b POST /api/orders',
		'c PUT /api/orders/100',
		'd PUT /api/orders/101'
	]);
	expect(await queue.waiting()).toEqual([]);
});

test('whatever the wire loses, in or out, every command is done once and in order', async () => {
	const box = new Box();
	let seed = 7;
	const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
	box.next = () => (random() < 0.4 ? 'lost' : random() < 0.4 ? 'unanswered' : 'ok');
	for (let index = 0; index < 40; index++) await issue(`k${index}`, place(index));
	await drain(senderFor(box), 2_000);
	expect(box.done.map((one) => one.key)).toEqual(Array.from({ length: 40 }, (_, index) => `k${index}`));
	expect(box.heard.length).toBeGreaterThan(40);
});

test('what waits survives a reload, with its key', async () => {
	await issue('a', place(1));
	const again = new Queue(db);
	expect((await again.waiting()).map((entry) => entry.key)).toEqual(['a']);
});

test('the number of an order is known even if the tablet dies right after the answer', async () => {
	const box = new Box();
	await issue('a', place(1));
	await senderFor(box).step();
	await issue('b', add('a'));
	await drain(senderFor(box));
	expect(box.done[1]?.call.path).toBe('/api/orders/100');
});

test('a refusal is set aside for a person and blocks nobody', async () => {
	const box = new Box();
	box.next = ({ key }) =>
		key === 'b' ? { status: 400, body: { code: 'insufficient_stock', error: '啤酒 库存不足' } } : 'ok';
	await issue('a', place(1));
	await issue('b', place(2));
	await issue('c', place(3));
	await drain(senderFor(box));
	expect(box.done.map((one) => one.key)).toEqual(['a', 'c']);
	expect(await queue.refused()).toMatchObject([{ key: 'b', need: 'refused', error: '啤酒 库存不足' }]);
});

test('what builds on a refused order waits with it, and goes when the person says so', async () => {
	const box = new Box();
	box.next = ({ key }) => (key === 'a' ? { status: 409, body: { code: 'conflict' } } : 'ok');
	await issue('a', place(1));
	await issue('b', add('a'));
	await drain(senderFor(box));
	const refused = await queue.refused();
	expect(refused.map((one) => [one.key, one.need])).toEqual([
		['a', 'refused'],
		['b', 'depends']
	]);
	box.next = () => 'ok';
	if (refused[0]) await queue.sendAgain(refused[0]);
	await drain(senderFor(box));
	expect(box.done.map((one) => `${one.key} ${one.call.path}`)).toEqual([
		'a /api/orders',
		'b /api/orders/100'
	]);
	expect(await queue.refused()).toEqual([]);
});

test('a box in trouble is asked again, later and later, and told nothing else meanwhile', async () => {
	const box = new Box();
	box.next = () => ({ status: 503, body: null, retryAfterMs: 3_000 });
	await issue('a', place(1));
	await issue('b', place(2));
	const sender = senderFor(box);
	expect(await sender.step()).toBeGreaterThanOrEqual(3_000);
	await sender.step();
	expect(box.heard.map((one) => one.key)).toEqual(['a', 'a']);
	expect(await queue.waiting()).toHaveLength(2);
});

test('a command on which the box always stumbles ends with a person', async () => {
	const box = new Box();
	box.next = ({ key }) => (key === 'a' ? { status: 500, body: null } : 'ok');
	await issue('a', place(1));
	await issue('b', place(2));
	await drain(senderFor(box));
	expect((await queue.refused()).map((one) => one.key)).toEqual(['a']);
	expect(box.done.map((one) => one.key)).toEqual(['b']);
});

test('orders that waited too long ask before they pour ghosts, but a bump does not', async () => {
	const box = new Box();
	const longAgo = Date.now() - OLD_MS - 1_000;
	await issue('a', place(1), longAgo);
	await issue('b', add('a'), longAgo + 1);
	await issue('c', { kind: 'line.status', ref: '55', lineIds: [1], status: 'ready' }, longAgo + 2);
	await drain(senderFor(box));
	expect(box.done.map((one) => one.key)).toEqual(['c']);
	const refused = await queue.refused();
	expect(refused.map((one) => one.key)).toEqual(['a', 'b']);
	if (refused[0]) await queue.sendAgain(refused[0]);
	await drain(senderFor(box));
	expect(box.done.map((one) => one.key)).toEqual(['c', 'a', 'b']);
});

test('an ended session sets its commands aside until their author is back', async () => {
	const box = new Box();
	box.next = () => ({ status: 401, body: { error: 'signed out' } });
	await issue('a', place(1));
	await drain(senderFor(box));
	expect(await queue.refused()).toMatchObject([{ key: 'a', need: 'session' }]);
	await issue('b', place(2));
	await drain(senderFor(box, { canSpeakFor: () => false }));
	expect(box.heard.map((one) => one.key)).toEqual(['a']);
	expect(await queue.refused()).toHaveLength(2);
});

test('two tabs of one tablet never send at the same time', async () => {
	const box = new Box();
	let busy = 0;
	let most = 0;
	const carry = async (call: Call, key: string): Promise<Answer> => {
		most = Math.max(most, ++busy);
		await new Promise((resolve) => setTimeout(resolve, 2));
		const answer = await box.carry(call, key);
		busy--;
		return answer;
	};
	for (let index = 0; index < 12; index++) await issue(`k${index}`, place(index));
	const tabs = ['tab-1', 'tab-2'].map((owner) => senderFor(box, { owner, carry }));
	for (let step = 0; step < 200 && (await queue.oldest()); step++)
		await Promise.all(tabs.map((tab) => tab.step()));
	expect(most).toBe(1);
	expect(box.heard.map((one) => one.key)).toEqual(Array.from({ length: 12 }, (_, index) => `k${index}`));
});

test('a tab that died while sending holds the others up only until its lease ends', async () => {
	await issue('a', place(1));
	const taken = await queue.take('dead tab', 1_000, 7_000);
	expect(taken?.attempts).toBe(1);
	expect(await queue.take('tab-1', 2_000, 7_000)).toBeNull();
	expect((await queue.take('tab-1', 8_001, 7_000))?.attempts).toBe(2);
});

test('a round can be taken back until it was tried', async () => {
	const first = await issue('a', place(1));
	const second = await issue('b', place(2));
	await queue.take('tab-1', Date.now(), 7_000);
	expect(await queue.takeBack(first.n)).toBe(false);
	expect(await queue.takeBack(second.n)).toBe(true);
	expect((await queue.waiting()).map((entry: Entry) => entry.key)).toEqual(['a']);
});

test('a round is either being typed or waiting, never both', async () => {
	const draft: Draft = { ref: 'a', tableId: 1, tab: null, covers: null, lines: [], at: 0 };
	await db.put('drafts', draft);
	await queue.add(newEntry('a', 1, place(1)), 'a');
	expect(await db.getAll('drafts')).toEqual([]);
	expect(await queue.waiting()).toHaveLength(1);
});

test('the backoff is anywhere below an ever higher limit', () => {
	expect(fullJitter(0, () => 1)).toBe(250);
	expect(fullJitter(3, () => 1)).toBe(2_000);
	expect(fullJitter(50, () => 1)).toBe(10_000);
	expect(fullJitter(50, () => 0)).toBe(0);
});
