import { expect, test } from 'vitest';
import { Till } from './till.svelte.ts';

const till = (balance: number, coin = 0) =>
	new Till(
		() => balance,
		() => coin
	);
const type = (on: Till, digits: string) => [...digits].forEach((digit) => on.press(digit));

test('nothing typed is paid exactly', () => {
	const it = till(3150);
	expect([it.asked, it.given, it.covers, it.change]).toEqual([3150, 3150, 3150, 0]);
	expect(it.tender()).toEqual({ method: 'cash', amount: 3150, tendered: 3150 });
});

test('more cash gives change, less leaves a balance', () => {
	const it = till(3150);
	type(it, '5000');
	expect([it.covers, it.change, it.missing, it.takes]).toEqual([3150, 1850, 0, 3150]);
	it.choose('cash');
	type(it, '2000');
	expect([it.covers, it.change, it.missing]).toEqual([2000, 0, 1150]);
	expect(it.tender()).toEqual({ method: 'cash', amount: 2000, tendered: 2000 });
});

test('cash is asked for in coins the bar has, and the order is still paid whole', () => {
	const it = till(1233, 5);
	expect([it.asked, it.covers, it.change, it.takes]).toEqual([1235, 1233, 0, 1235]);
	type(it, '2000');
	expect([it.covers, it.change]).toEqual([1233, 765]);
	it.back();
	it.back();
	it.back();
	it.back();
	type(it, '503');
	expect([it.covers, it.change, it.missing]).toEqual([500, 3, 733]);
});

test('a card pays the tip on top, and never more than is owed', () => {
	const it = till(2000);
	it.choose('card');
	it.tip = 200;
	expect([it.asked, it.takes]).toEqual([2200, 2200]);
	expect(it.tender()).toEqual({ method: 'card', amount: 2000, tip: 200 });
	type(it, '9900');
	expect(it.covers).toBe(2000);
});

test('what is left of the cash can be the tip', () => {
	const it = till(4400);
	type(it, '5000');
	it.keep = true;
	expect([it.change, it.tips, it.takes]).toEqual([0, 600, 5000]);
	expect(it.tender()).toEqual({ method: 'cash', amount: 4400, tendered: 5000, tip: 600 });
	it.choose('card');
	expect([it.keep, it.tips]).toEqual([false, 0]);
});

test('a voucher and a gift of the house say which and why', () => {
	const it = till(1000);
	it.choose('voucher');
	expect(it.lacksReference).toBe(true);
	it.reference = ' G-17 ';
	expect(it.lacksReference).toBe(false);
	expect(it.tender()).toEqual({ method: 'voucher', amount: 1000, reference: 'G-17' });
});

test('shares are paid one after the other, each by its number', () => {
	const shares = [334, 333, 333].map((amount, index) => ({ share: index + 1, amount, paidAmount: 0 }));
	let owed = 1000;
	const it = new Till(
		() => owed,
		() => 0,
		() => shares
	);
	const paid: [number, number][] = [];
	it.pick(2);
	while (owed > 0) {
		const { amount } = it.tender();
		paid.push([it.part, amount]);
		const share = shares.find((one) => one.share === it.part);
		if (share) share.paidAmount += amount;
		owed -= amount;
		it.next();
	}
	expect(paid).toEqual([
		[2, 333],
		[1, 334],
		[3, 333]
	]);
});

test('the whole rest can be paid although it is split', () => {
	const it = new Till(
		() => 1000,
		() => 0,
		() => [
			{ share: 1, amount: 500, paidAmount: 0 },
			{ share: 2, amount: 500, paidAmount: 0 }
		]
	);
	expect([it.part, it.share]).toEqual([1, 500]);
	it.pick(0);
	expect([it.part, it.share]).toEqual([0, 1000]);
});
