import { house } from '#lib/live/house.svelte.ts';

/** Gone for longer than a restart of the router's Wi-Fi: perhaps it is elsewhere. */
const LOST_MS = 10_000;
const LOOK_MS = 5_000;

/** Where the box is when it does not answer where the page came from. */
class Lost {
	/** Its new address, once it has proved that it is this tablet's box. */
	foundAt = $state<string | null>(null);

	/** Looks for the box whenever it is gone; what is needed for it is loaded while it is there. */
	watch(): () => void {
		const finder = import('./find.ts');
		const looking = setInterval(() => {
			const { downSince, venue } = house;
			if (downSince === null) this.foundAt = null;
			else if (venue && !this.foundAt && Date.now() - downSince > LOST_MS)
				void finder.then(async ({ findBox }) => {
					const found = await findBox(venue.boxId);
					if (house.downSince !== null) this.foundAt = found;
				});
		}, LOOK_MS);
		return () => clearInterval(looking);
	}
}

export const lost = new Lost();
