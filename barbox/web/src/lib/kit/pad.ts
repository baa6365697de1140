import { Wedge } from '#lib/wedge.ts';

/** What takes a number from a keyboard as well as from its own keys. */
export interface Pad {
	/** A digit, or the point of a fraction. */
	press: (key: string) => void;
	back: () => void;
	enter?: () => void;
	/** Where no number can be as long as a barcode: what a scanner typed into it is taken out again. */
	clear?: () => void;
}

/** The shortest barcode on a bottle is EAN-8; a longer number is typed by a person, slowly. */
const SHORTEST_CODE = 8;
const AHEAD = 32;

/**
 * Keys struck since the last tap while no pad was there. A pad may come some frames after the tap that asked for it,
 * being loaded apart: the first digits of an amount would be lost, and 5000 be taken for 000.
 */
let ahead: string[] = [];
/** The last one lies on top. */
const pads: Pad[] = [];
const wedge = new Wedge();

/** Once, for the whole app. Returns how to stop. */
export function hearKeys(): () => void {
	const tapped = () => (ahead = []);
	addEventListener('keydown', struck);
	addEventListener('click', tapped, true);
	addEventListener('pointerdown', tapped, true);
	return () => {
		removeEventListener('keydown', struck);
		removeEventListener('click', tapped, true);
		removeEventListener('pointerdown', tapped, true);
	};
}

/** Keys go to this pad until the returned function is called, first those that were struck too early for it. */
export function hear(pad: Pad): () => void {
	pads.push(pad);
	for (const key of ahead.splice(0)) tell(pad, key);
	return () => void pads.splice(pads.indexOf(pad), 1);
}

function struck(event: KeyboardEvent): void {
	const { key, target } = event;
	if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
	if (event.ctrlKey || event.metaKey) return;
	const pad = pads.at(-1);
	if (!pad) {
		if (key === 'Enter' || key === 'Escape') ahead = [];
		else ahead = [...ahead, key].slice(-AHEAD);
		return;
	}
	const code = wedge.key(key, event.timeStamp);
	if (code !== null && code.length >= SHORTEST_CODE && pad.clear) {
		event.preventDefault();
		pad.clear();
	} else if (key !== 'Enter') tell(pad, key);
	else if (!(target instanceof HTMLButtonElement)) pad.enter?.();
}

function tell(pad: Pad, key: string): void {
	if (/^[\d.,]$/.test(key)) pad.press(key.replace(',', '.'));
	else if (key === 'Backspace') pad.back();
}
