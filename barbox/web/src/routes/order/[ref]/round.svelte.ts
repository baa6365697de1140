import type { NewLine, Product } from '#lib/api/types.ts';
import { toasts } from '#lib/kit/toasts.svelte.ts';
import { times } from '#lib/money.ts';
import { house } from '#lib/live/house.svelte.ts';
import { resolve, type Ref } from '#lib/outbox/commands.ts';
import type { Draft, DraftLine } from '#lib/outbox/database.ts';
import { outbox } from '#lib/outbox/outbox.svelte.ts';
import { unitPrice } from '#lib/outbox/replay.ts';
import { toLines, withChange, without, withProduct, withQuantity, type Setting } from '#lib/round.ts';
import { nameOf, t } from '#lib/texts/texts.svelte.ts';

type More = Pick<DraftLine, 'price' | 'parts'>;

/** The round being typed for one order: what is tapped but not sent. */
export class Round {
	setting = $state.raw<Setting>({});
	selected = $state<string | null>(null);
	lastAdded = $state.raw<Product | null>(null);

	constructor(private readonly ref: Ref) {}

	get draft(): Draft | null {
		return outbox.draftFor(this.ref);
	}

	get order() {
		return house.view(this.ref);
	}

	/** What the round will come to by today's prices. */
	get amount(): number {
		return this.draft?.lines.reduce((sum, line) => sum + this.lineAmount(line), 0) ?? 0;
	}

	lineAmount(line: DraftLine): number {
		const price = unitPrice(house.catalogue, line.itemId, line.modifiers, line.price, line.parts);
		return times(price, line.quantity);
	}

	private get current(): Draft {
		const ref = outbox.canonical(this.ref);
		const empty = { ref, tableId: null, tab: null, covers: null, lines: [], at: Date.now() };
		return { ...(this.draft ?? empty), ref };
	}

	add(itemId: number, modifiers: number[] = [], quantity = 1, more: More = {}): void {
		const draft = withProduct(this.current, itemId, modifiers, this.setting, quantity, more);
		outbox.saveDraft(draft);
		this.lastAdded = house.catalogue.products.get(itemId) ?? null;
		this.selected = null;
	}

	/** Somebody has looked: the guests are old enough for what this round has. */
	ageChecked(): void {
		outbox.saveDraft({ ...this.current, ageChecked: true });
	}

	takeaway(takeaway: boolean): void {
		outbox.saveDraft({ ...this.current, takeaway });
	}

	quantity(line: DraftLine, quantity: number): void {
		if (quantity <= 0) this.remove(line);
		else outbox.saveDraft(withQuantity(this.current, line.id, quantity));
	}

	change(line: DraftLine, change: Parameters<typeof withChange>[2]): void {
		outbox.saveDraft(withChange(this.current, line.id, change));
	}

	remove(line: DraftLine): void {
		const before = this.current;
		outbox.saveDraft(without(before, line.id));
		const product = house.catalogue.products.get(line.itemId);
		toasts.show({
			text: t('order.removed', { name: product ? nameOf(product) : '' }),
			undo: () => outbox.saveDraft(before)
		});
	}

	clear(): void {
		const before = this.current;
		outbox.saveDraft({ ...before, lines: [] });
		toasts.show({ text: t('order.cleared'), undo: () => outbox.saveDraft(before) });
	}

	covers(covers: number): void {
		const order = this.order;
		if (!order) outbox.saveDraft({ ...this.current, covers });
		else if (order.orderId > 0) {
			void outbox.issue({ kind: 'order.change', ref: String(order.orderId), version: order.version, covers });
		}
	}

	/** The typed round becomes a command. False when there was nothing to send. */
	async send(): Promise<boolean> {
		const draft = this.draft;
		if (!draft || draft.lines.length === 0) return false;
		await this.submit(toLines(draft), draft);
		return true;
	}

	/** A member sits down: their order begins before anything is on it, for their prices. */
	async begin(memberId: number): Promise<void> {
		await outbox.issue(
			{ kind: 'order.place', ...seated(this.draft), memberId, items: [] },
			{ key: outbox.canonical(this.ref) }
		);
	}

	/** The last round once more, at once. */
	async sameAgain(lines: NewLine[]): Promise<void> {
		await this.submit(lines, null);
	}

	private async submit(items: NewLine[], draft: Draft | null): Promise<void> {
		const ref = outbox.canonical(this.ref);
		const known = this.order !== null || resolve(ref, outbox.aliases) !== null;
		const options = draft ? { draft: draft.ref } : {};
		const checked = draft?.ageChecked ? { ageChecked: true } : {};
		if (known) {
			await outbox.issue({ kind: 'order.add', ref, items, ...checked }, options);
			return;
		}
		await outbox.issue(
			{ kind: 'order.place', ...seated(draft), ...checked, items },
			{ ...options, key: ref }
		);
	}

	/** Leaving the screen with nothing typed leaves nothing behind. */
	leave(): void {
		const draft = this.draft;
		if (draft && draft.lines.length === 0) outbox.dropDraft(draft.ref);
	}
}

/** Where the party of a draft sits, as the box wants it. */
const seated = (draft: Draft | null) => ({
	...(draft?.tableId ? { tableId: draft.tableId } : {}),
	...(draft?.tab ? { tab: draft.tab } : {}),
	...(draft?.covers ? { covers: draft.covers } : {}),
	...(draft?.takeaway ? { takeaway: true } : {}),
	...(draft?.card ? { customerInfo: { card: draft.card } } : {})
});
