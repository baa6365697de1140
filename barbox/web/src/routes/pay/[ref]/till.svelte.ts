import type { Method, Tender } from '#lib/api/types.ts';
import { roundToStep, splitEvenly } from '#lib/money.ts';

const LONGEST = 9;

/** One tender being typed: how it is paid, how much of the order, how much was given, what tip. */
export class Till {
	method = $state<Method>('cash');
	/** Into how many shares the rest is split; 1 is the whole. */
	parts = $state(1);
	/** Digits typed on the pad: the notes given in cash, else the amount. Empty: exactly what is due. */
	typed = $state('');
	tip = $state(0);
	reference = $state('');

	constructor(
		private readonly balance: () => number,
		/** The smallest coin of the bar; 0 or 1 where every unit can be paid. */
		private readonly coin: () => number = () => 0
	) {}

	/** What this tender is meant to cover: the rest, or one share of it. */
	get share(): number {
		return this.parts === 1 ? this.balance() : (splitEvenly(this.balance(), this.parts)[0] ?? 0);
	}

	/** What is asked of the guest: cash to the smallest coin, anything else with the tip. */
	get asked(): number {
		return this.method === 'cash' ? roundToStep(this.share, this.coin()) : this.share + this.tip;
	}

	/** What lies on the bar, in minor units. */
	get given(): number {
		return this.typed === '' ? this.asked : Number(this.typed);
	}

	/** How much of the order this pays: less than asked leaves a balance. */
	get covers(): number {
		if (this.typed === '') return this.share;
		if (this.method !== 'cash') return Math.min(Number(this.typed), this.balance());
		if (this.given >= this.asked) return this.share;
		// A part in cash is paid in whole coins, so that rounding adds nothing to it.
		return this.given - (this.given % Math.max(1, this.coin()));
	}

	get change(): number {
		return this.method === 'cash' ? Math.max(0, this.given - roundToStep(this.covers, this.coin())) : 0;
	}

	/** What goes into the drawer or over the terminal. */
	get takes(): number {
		return this.method === 'cash' ? this.given - this.change : this.covers + this.tip;
	}

	get missing(): number {
		return Math.max(0, this.share - this.covers);
	}

	press(digits: string): void {
		const next = (this.typed + digits).replace(/^0+/, '');
		if (next.length <= LONGEST) this.typed = next;
	}

	back(): void {
		this.typed = this.typed.slice(0, -1);
	}

	choose(method: Method): void {
		this.method = method;
		this.typed = '';
		this.tip = 0;
	}

	split(parts: number): void {
		this.parts = parts;
		this.typed = '';
		this.tip = 0;
	}

	/** One payment is done: the next share, everything else afresh. */
	next(): void {
		this.parts = Math.max(1, this.parts - 1);
		this.typed = '';
		this.tip = 0;
		this.reference = '';
	}

	tender(): Tender {
		const tender: Tender = { method: this.method, amount: this.covers };
		if (this.method === 'cash') tender.tendered = this.given;
		if (this.method !== 'cash' && this.tip > 0) tender.tip = this.tip;
		if (this.reference.trim() !== '') tender.reference = this.reference.trim();
		return tender;
	}
}
