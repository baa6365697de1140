/**
 * What opens over an order, loaded apart so that the order screen itself stays light. Fetched as soon as the browser has
 * nothing better to do: a sheet first opened when the Wi-Fi is gone must be there.
 */
export const sheets = {
	adding: () => import('./Adding.svelte'),
	choices: () => import('./Choices.svelte'),
	menu: () => import('./OrderMenu.svelte'),
	voiding: () => import('./VoidLines.svelte'),
	discount: () => import('./Discount.svelte'),
	moveLines: () => import('./MoveLines.svelte'),
	needs: () => import('#lib/kit/NeedsYou.svelte'),
	printer: () => import('#lib/kit/PrinterHelp.svelte'),
	app: () => import('#lib/kit/AppMenu.svelte')
};

const LATER_MS = 1_500;

export function fetchSheets(): void {
	setTimeout(() => void Promise.allSettled(Object.values(sheets).map((load) => load())), LATER_MS);
}
