import { read, why } from '#lib/office/desk.svelte.ts';
import { nameOf } from '#lib/texts/texts.svelte.ts';
import type { Place, Places, Supplier, Suppliers } from './types.ts';

/** Where things stand and who brings them: what every screen of the stock names. */
export class Store {
	places = $state.raw<readonly Place[]>([]);
	suppliers = $state.raw<readonly Supplier[]>([]);
	wrong = $state('');

	load = async (): Promise<void> => {
		try {
			const [where, who] = await Promise.all([
				read<Places>('/api/inventory/locations'),
				read<Suppliers>('/api/suppliers')
			]);
			this.places = where.locations;
			this.suppliers = who.suppliers;
			this.wrong = '';
		} catch (problem) {
			this.wrong = why(problem);
		}
	};

	/** A place by its name; '' while it is not known. */
	place(id: number | null): string {
		const found = this.places.find((each) => each.id === id);
		return found ? nameOf(found) : '';
	}
}
