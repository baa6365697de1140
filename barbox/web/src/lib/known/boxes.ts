/** A box this tablet has worked with, and every address it was reached at, the latest first. */
export interface KnownBox {
	boxId: string;
	name: string;
	addresses: string[];
	/** When it was last reached, by this tablet's clock. */
	at: number;
}

const KEPT = 'barbox.boxes';
const MOST_BOXES = 8;
const MOST_ADDRESSES = 12;

/** The list after a box answered. */
export function remembered(
	boxes: readonly KnownBox[],
	now: Pick<KnownBox, 'boxId' | 'name' | 'addresses'>,
	at: number
): KnownBox[] {
	const before = boxes.find((box) => box.boxId === now.boxId);
	const addresses = [...new Set([...now.addresses, ...(before?.addresses ?? [])])].slice(0, MOST_ADDRESSES);
	const others = boxes.filter((box) => box.boxId !== now.boxId);
	return [{ ...now, addresses, at }, ...others].slice(0, MOST_BOXES);
}

/**
 * Where a box may be when it does not answer at the page's own address: where it was, and by its name. A page that
 * came by HTTPS may ask by HTTPS only, at its own port.
 */
export function candidates(boxes: readonly KnownBox[], boxId: string, here: URL): string[] {
	const addresses = boxes.find((box) => box.boxId === boxId)?.addresses ?? [];
	const named = `${here.protocol}//barbox.local${here.port ? `:${here.port}` : ''}`;
	const secure = (address: string) => {
		const url = new URL(address);
		return `https://${url.hostname}${here.port ? `:${here.port}` : ''}`;
	};
	const all = [...(here.protocol === 'https:' ? addresses.map(secure) : addresses), named];
	return [...new Set(all)].filter((address) => address !== here.origin && address.startsWith(here.protocol));
}

export function knownBoxes(): KnownBox[] {
	try {
		return JSON.parse(localStorage.getItem(KEPT) ?? '[]') as KnownBox[];
	} catch {
		return [];
	}
}

/** The box answered: it was at these addresses. */
export function remember(now: Pick<KnownBox, 'boxId' | 'name' | 'addresses'>): void {
	localStorage.setItem(KEPT, JSON.stringify(remembered(knownBoxes(), now, Date.now())));
}
