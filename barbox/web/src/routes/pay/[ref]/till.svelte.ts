import type { Method, Share, Tender } from '#lib/api/types.ts';
import { roundToStep } from '#lib/money.ts';

const LONGEST = 9;

/** One tender being typed: how it is paid, how much of the order, how much was given, what tip. */
export class Till {
	method = $state<Method>('cash');
	/** Digits typed on the pad: the notes given in cash, else the amount. Empty: exactly what is due. */
	typed = $state('');
	tip = $state(0);
	/** What is left of the cash is the tip. */
	keep = $state(false);
	reference = $state('');
	/** More than this the guest does not have: of a balance, points or a deposit. */
	most = $state(Infinity);
	/** Which guest's share is being paid; 0 is the whole rest. */
	chosen = $state<number | null>(null);

	constructor(
		private readonly balance: () => number,
		/** The smallest coin of the bar; 0 or 1 where every unit can be paid. */
		private readonly coin: () => number = () => 0,
		private readonly shares: () => readonly Share[] = () => []
	) {}

	/** The number of the share that this tender pays: as chosen, else the first that is still owed; 0 for the whole rest. */
	get part(): number {
		const owed = this.shares().filter((share) => share.paidAmount < share.amount);
		if (this.chosen === 0 || owed.length === 0) return 0;
		return (owed.find((share) => share.share === this.chosen) ?? owed[0])?.share ?? 0;
	}

	/** What this tender is meant to cover: the rest, or one share of it. */
	get share(): number {
		const share = this.shares().find((one) => one.share === this.part);
		const owed = share ? Math.min(share.amount - share.paidAmount, this.balance()) : this.balance();
		return Math.min(owed, this.most);
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
		if (this.method !== 'cash') return Math.min(Number(this.typed), this.share);
		if (this.given >= this.asked) return this.share;
		// A part in cash is paid in whole coins, so that rounding adds nothing to it.
		return this.given - (this.given % Math.max(1, this.coin()));
	}

	/** What lies on the bar beyond what it pays. */
	get over(): number {
		return this.method === 'cash' ? Math.max(0, this.given - roundToStep(this.covers, this.coin())) : 0;
	}

	get change(): number {
		return this.keep ? 0 : this.over;
	}

	/** The tip as it is booked. */
	get tips(): number {
		return this.method === 'cash' ? (this.keep ? this.over : 0) : this.tip;
	}

	/** What goes into the drawer or over the terminal. */
	get takes(): number {
		return this.method === 'cash' ? this.given - this.change : this.covers + this.tip;
	}

	get missing(): number {
		return Math.max(0, this.share - this.covers);
	}

	/** A voucher has a number, and what is on the house a reason; without it the box books neither. */
	get lacksReference(): boolean {
		return (this.method === 'voucher' || this.method === 'house') && this.reference.trim().length < 2;
	}

	press(digits: string): void {
		const next = (this.typed + digits).replace(/^0+/, '');
		if (next.length <= LONGEST) this.typed = next;
	}

	back(): void {
		this.typed = this.typed.slice(0, -1);
	}

	choose(method: Method, most = Infinity): void {
		this.method = method;
		this.afresh();
		this.most = most;
	}

	/** Pays this share, 0 for the whole rest. */
	pick(share: number): void {
		this.chosen = share;
		this.afresh();
	}

	/** One payment is done: the next share, everything else afresh. */
	next(): void {
		this.chosen = null;
		if (this.method === 'voucher' || this.method === 'house') this.method = 'cash';
		this.afresh();
	}

	private afresh(): void {
		this.most = Infinity;
		this.typed = '';
		this.tip = 0;
		this.keep = false;
		this.reference = '';
	}

	tender(): Tender {
		const tender: Tender = { method: this.method, amount: this.covers };
		if (this.method === 'cash') tender.tendered = this.given;
		if (this.tips > 0) tender.tip = this.tips;
		if (this.reference.trim() !== '') tender.reference = this.reference.trim();
		return tender;
	}
}
