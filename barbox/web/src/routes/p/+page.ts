import { redirect } from '@sveltejs/kit';

/** The short address on the slip: `/p#CODE`. The browser carries the fragment along. */
export function load({ url }: { url: URL }): never {
	redirect(307, `/pair${url.hash}`);
}
