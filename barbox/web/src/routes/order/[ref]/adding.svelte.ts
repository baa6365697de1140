import type { Product } from '#lib/api/types.ts';
import type { DraftLine } from '#lib/outbox/database.ts';
import { house } from '#lib/live/house.svelte.ts';
import type { Round } from './round.svelte.ts';

/** What is asked before a tapped product stands on the round. */
export type Step = 'age' | 'price' | 'quantity' | 'choices' | 'course';

/** A product on its way to the round: one question after the other, none where there is nothing to ask. */
export class Adding {
	product = $state.raw<Product | null>(null);
	step = $state<Step | null>(null);
	/** The product chosen in a set menu that has choices of its own. */
	course = $state.raw<Product | null>(null);
	price: number | undefined;
	quantity = 1;

	private steps: Step[] = [];
	private modifiers: number[] = [];
	private courses: { choice: number; product: Product }[] = [];
	private parts: NonNullable<DraftLine['parts']> = [];

	constructor(private readonly round: Round) {}

	/** Tapped; `choose` by a long press, where nothing need be chosen. */
	begin(product: Product, choose = false): void {
		this.product = product;
		this.price = undefined;
		this.quantity = 1;
		this.modifiers = [];
		this.courses = [];
		this.parts = [];
		const steps: [Step, boolean][] = [
			['age', product.age > 0 && !this.round.draft?.ageChecked],
			['price', product.openPrice],
			['quantity', product.unit !== 'piece'],
			['choices', choose || requires(product)]
		];
		this.steps = product.available ? steps.filter(([, asked]) => asked).map(([step]) => step) : ['choices'];
		this.next();
	}

	next(): void {
		this.step = this.steps.shift() ?? null;
		if (this.step === null) this.finish();
	}

	oldEnough(): void {
		this.round.ageChecked();
		this.next();
	}

	chosen(modifiers: number[], quantity: number): void {
		this.modifiers = modifiers;
		this.quantity *= quantity;
		this.courses = modifiers.flatMap((choice) => {
			const product = courseOf(choice);
			return product && requires(product) ? [{ choice, product }] : [];
		});
		this.nextCourse();
	}

	courseChosen(modifiers: number[]): void {
		const course = this.courses.shift();
		if (course) this.parts.push({ choice: course.choice, modifiers });
		this.nextCourse();
	}

	/** Nothing is added. */
	leave(): void {
		this.step = null;
		this.product = null;
	}

	private nextCourse(): void {
		this.course = this.courses[0]?.product ?? null;
		if (this.course) this.step = 'course';
		else this.next();
	}

	private finish(): void {
		const { product, price, parts } = this;
		if (!product) return;
		this.round.add(product.id, this.modifiers, this.quantity, {
			...(price !== undefined ? { price } : {}),
			...(parts.length > 0 ? { parts } : {})
		});
		this.leave();
	}
}

/** Must something be chosen for it? */
function requires(product: Product): boolean {
	return (house.menu?.groups ?? []).some((group) => product.groupIds.includes(group.id) && group.minimum > 0);
}

function courseOf(choice: number): Product | null {
	for (const group of house.menu?.groups ?? []) {
		if (group.kind !== 'set') continue;
		const found = group.modifiers.find((one) => one.id === choice);
		if (found?.itemId) return house.catalogue.products.get(found.itemId) ?? null;
	}
	return null;
}
