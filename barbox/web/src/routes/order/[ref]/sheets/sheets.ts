import { house } from '#lib/live/house.svelte.ts';
import { session } from '#lib/session.svelte.ts';

/**
 * What opens over an order, loaded apart so that the order screen itself stays light. Fetched soon, one after the other:
 * a sheet first opened when the Wi-Fi is gone must be there, and a browser's six connections are not theirs alone.
 */
export const sheets = {
	draftTools: () => import('../DraftLineTools.svelte'),
	sheet: () => import('#lib/kit/Sheet.svelte'),
	number: () => import('#lib/kit/NumberSheet.svelte'),
	tools: () => import('../LineTools.svelte'),
	goesWell: () => import('./GoesWell.svelte'),
	adding: () => import('./Adding.svelte'),
	choices: () => import('./Choices.svelte'),
	measure: () => import('./Measure.svelte'),
	menu: () => import('./OrderMenu.svelte'),
	voiding: () => import('./VoidLines.svelte'),
	changing: () => import('./ChangeLine.svelte'),
	discount: () => import('./Discount.svelte'),
	moveLines: () => import('./MoveLines.svelte'),
	member: () => import('#lib/guests/MemberSheet.svelte'),
	needs: () => import('#lib/kit/NeedsYou.svelte'),
	printer: () => import('#lib/kit/PrinterHelp.svelte'),
	app: () => import('#lib/kit/AppMenu.svelte')
};

const SOON_MS = 300;

export function fetchSheets(): void {
	setTimeout(() => void fetchEach(), SOON_MS);
}

/** Asked for while the box is away, a part would fail, and a browser does not ask for it a second time. */
async function fetchEach(): Promise<void> {
	for (const load of Object.values(sheets)) {
		// Before anybody signs in the page has just come from the box, so it is there.
		while (session.current && !house.live) await new Promise((again) => setTimeout(again, SOON_MS));
		await Promise.allSettled([load()]);
	}
}
