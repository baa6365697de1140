import { version } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self as worker } from '$app/service-worker';

/**
 * Keeps the whole app on the tablet, so that it starts without Wi-Fi. Only where the tablet trusts the box (HTTPS);
 * elsewhere browsers have no service worker and the app works without. Nothing the box says is ever kept here: what a
 * tablet knows of the bar lies in its own store.
 */
const CACHE = `barbox-${version}`;
const SHELL = '/';
const kept = new Set(
	[...immutable, ...assets].map(({ path }) => new URL(path, worker.location.origin).pathname)
);

worker.addEventListener('install', (event) => {
	event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([SHELL, ...kept])));
});

worker.addEventListener('activate', (event) => {
	event.waitUntil(
		caches
			.keys()
			.then((names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name))))
			.then(() => worker.clients.claim())
	);
});

/** A new version waits until somebody who is idle taps for it. */
worker.addEventListener('message', (event) => {
	if (event.data === 'take over') void worker.skipWaiting();
});

worker.addEventListener('fetch', (event) => {
	const { request } = event;
	const { origin, pathname } = new URL(request.url);
	if (request.method !== 'GET' || origin !== worker.location.origin) return;
	if (kept.has(pathname)) event.respondWith(fromCache(request));
	else if (request.mode === 'navigate' && !/^\/(api|r|trust|demo)\//.test(pathname))
		event.respondWith(fromCache(SHELL));
});

async function fromCache(asked: Request | string): Promise<Response> {
	return (await (await caches.open(CACHE)).match(asked)) ?? fetch(asked);
}
