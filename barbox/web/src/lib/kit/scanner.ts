import { Wedge } from '#lib/wedge.ts';

/** Keys closer together than this are one burst. */
const BURST_MS = 60;

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * Hears a barcode scanner wherever the focus is, until the answer is called. What it typed into a field before it was
 * known for a scanner is taken out again.
 */
export function hearScanner(take: (code: string) => void): () => void {
	const wedge = new Wedge();
	let before: { field: Field | null; text: string } = { field: null, text: '' };
	let last = 0;

	function struck(event: KeyboardEvent): void {
		if (event.ctrlKey || event.metaKey || event.altKey) return;
		if (event.timeStamp - last > BURST_MS) {
			const { target } = event;
			const typed = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
			before = { field: typed ? target : null, text: typed ? target.value : '' };
		}
		last = event.timeStamp;
		const code = wedge.key(event.key, event.timeStamp);
		if (code === null) return;
		event.preventDefault();
		event.stopPropagation();
		last = 0;
		if (before.field && before.field.value !== before.text) {
			before.field.value = before.text;
			before.field.dispatchEvent(new Event('input', { bubbles: true }));
		}
		take(code);
	}
	addEventListener('keydown', struck, true);
	return () => removeEventListener('keydown', struck, true);
}
