import { carry } from '#lib/api/client.ts';
import { STRICT, store, type Draft, type PendingPayment } from '#lib/outbox/database.ts';
import type { Entry, Refused } from '#lib/outbox/commands.ts';

/**
 * A browser keeps what a page stores apart by the page's address. When the box's address changes, or the tablet moves
 * to HTTPS, everything moves along in the new address's fragment, which no browser sends over the network.
 */
interface Luggage {
	/** localStorage, by key. */
	kept: Record<string, string>;
	entries: Entry[];
	refused: Refused[];
	aliases: { key: string; orderId: number; at: number }[];
	drafts: Draft[];
	payments: PendingPayment[];
}

const DEVICE = 'barbox.device';

async function pack(): Promise<Luggage> {
	const db = await store();
	const kept = Object.fromEntries(
		Object.keys(localStorage)
			.filter((key) => key.startsWith('barbox.'))
			.map((key) => [key, localStorage.getItem(key) ?? ''])
	);
	return {
		kept,
		entries: await db.getAll('entries'),
		refused: await db.getAll('refused'),
		aliases: await db.getAll('aliases'),
		drafts: await db.getAll('drafts'),
		payments: await db.getAll('payments')
	};
}

/** Goes to the box at its other address, with everything this tablet has. */
export async function moveTo(origin: string): Promise<void> {
	const luggage = new TextEncoder().encode(JSON.stringify(await pack()));
	const text = btoa(Array.from(luggage, (byte) => String.fromCharCode(byte)).join(''));
	location.replace(`${origin}/moved#${text}`);
}

/** Takes in what `moveTo` brought. Returns whether the box here knows the tablet it is of. */
export async function arrive(fragment: string): Promise<boolean> {
	const bytes = Uint8Array.from(atob(fragment), (char) => char.charCodeAt(0));
	const luggage = JSON.parse(new TextDecoder().decode(bytes)) as Luggage;
	const device = JSON.parse(luggage.kept[DEVICE] ?? 'null') as { deviceToken: string } | null;
	const known = await carry({ path: '/api/session/people', token: device?.deviceToken, language: 'en' });
	if (!device || known.status !== 200) return false;
	const here = JSON.parse(localStorage.getItem(DEVICE) ?? 'null') as { deviceToken: string } | null;
	if (here && here.deviceToken !== device.deviceToken) return false;
	const tx = (await store()).transaction(
		['entries', 'refused', 'aliases', 'drafts', 'payments'],
		'readwrite',
		STRICT
	);
	const there = new Set((await tx.objectStore('entries').getAll()).map((entry) => entry.key));
	for (const entry of luggage.entries) {
		const { n: _, ...unnumbered } = entry;
		if (!there.has(entry.key)) await tx.objectStore('entries').add(unnumbered as Entry);
	}
	for (const refused of luggage.refused) await tx.objectStore('refused').put(refused);
	for (const alias of luggage.aliases) await tx.objectStore('aliases').put(alias);
	for (const draft of luggage.drafts) await tx.objectStore('drafts').put(draft);
	for (const payment of luggage.payments) await tx.objectStore('payments').put(payment);
	await tx.done;
	for (const [key, value] of Object.entries(luggage.kept)) localStorage.setItem(key, value);
	return true;
}
