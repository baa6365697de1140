import type { DrawerState } from '#lib/api/types.ts';
import { d } from '#lib/texts/drawer/drawer.ts';

/** What a drawer is called: a new box calls its own by a number alone. */
export const called = (drawer: DrawerState) =>
	Number(drawer.name) > 0 ? `${d('title')} ${drawer.name}` : drawer.name;
