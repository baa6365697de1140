/** Screens on which nobody is in the middle of something. */
const CALM = /^\/(floor|display|office)/;

/** Whether the app may be started anew: never mid-order, never while something waits to be sent or to be decided. */
export function mayStartAnew(path: string, waiting: number, drafts: number): boolean {
	return CALM.test(path) && waiting === 0 && drafts === 0;
}

/** Longer than a box on a bad Wi-Fi needs to hand out the app. */
const PATIENCE_MS = 30_000;

/** Starts the newest app: where a service worker keeps it, once the new one is whole on this tablet. */
export async function startAnew(): Promise<void> {
	const kept = await navigator.serviceWorker?.getRegistration();
	if (kept) {
		await kept.update().catch(() => undefined);
		const next = kept.waiting ?? (await whole(kept.installing));
		if (next) {
			const taken = new Promise<void>((resolve) => {
				navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
				setTimeout(resolve, PATIENCE_MS);
			});
			next.postMessage('take over');
			await taken;
		}
	}
	location.reload();
}

function whole(worker: ServiceWorker | null): Promise<ServiceWorker | null> {
	if (!worker) return Promise.resolve(null);
	return new Promise((resolve) => {
		setTimeout(() => resolve(null), PATIENCE_MS);
		worker.addEventListener('statechange', () => {
			if (worker.state === 'installed') resolve(worker);
			if (worker.state === 'redundant') resolve(null);
		});
	});
}
