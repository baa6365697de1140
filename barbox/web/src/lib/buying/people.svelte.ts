import type { Person } from '#lib/api/types.ts';
import { asDevice } from '#lib/session.svelte.ts';

/** Who works here, by number: orders and deliveries name who wrote them. Nobody waits for it. */
class People {
	private names = $state.raw<ReadonlyMap<number, string>>(new Map());

	load = async (): Promise<void> => {
		try {
			const { people } = await asDevice<{ people: Person[] }>({ path: '/api/session/people' });
			this.names = new Map(people.map((each) => [each.id, each.name]));
		} catch {
			// Without names the rest of the page is as good.
		}
	};

	name(id: number | null): string {
		return this.names.get(id ?? 0) ?? '';
	}
}

export const people = new People();
