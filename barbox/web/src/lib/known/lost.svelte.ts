import { house } from '#lib/live/house.svelte.ts';

/** Gone for longer than a restart of the router's Wi-Fi: perhaps it is elsewhere. */
const LOST_MS = 10_000;
const LOOK_MS = 5_000;

/** Where the box is when it does not answer where the page came from. */
class Lost {
	/** Its new address, once it has proved that it is this tablet's box. */
	foundAt = $state<string | null>(null);

	/** What is needed when it is gone is loaded while it is there. */
	private readonly finder = import('./find.ts');
	private readonly mover = import('./handover.ts');

	/** Goes there, with everything this tablet has. */
	async follow(): Promise<void> {
		const { moveTo } = await this.mover;
		if (this.foundAt) await moveTo(this.foundAt);
	}

	/** Looks for the box whenever it is gone. */
	watch(): () => void {
		const looking = setInterval(() => {
			const { downSince, venue } = house;
			if (downSince === null) this.foundAt = null;
			else if (venue && !this.foundAt && Date.now() - downSince > LOST_MS)
				void this.finder.then(async ({ findBox }) => {
					const found = await findBox(venue.boxId);
					if (house.downSince !== null) this.foundAt = found;
				});
		}, LOOK_MS);
		return () => clearInterval(looking);
	}
}

export const lost = new Lost();
