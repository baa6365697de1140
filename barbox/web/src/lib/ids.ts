let lastMillisecond = 0;
let counter = 0;

/**
 * A UUIDv7 (RFC 9562), rising within this page even when several are made in one millisecond.
 * From getRandomValues: crypto.randomUUID does not exist on plain http.
 */
export function newId(now: number = Date.now()): string {
	if (now > lastMillisecond) {
		lastMillisecond = now;
		counter = 0;
	} else if (++counter > 0xfff) {
		lastMillisecond++;
		counter = 0;
	}
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	let rest = lastMillisecond;
	for (let i = 5; i >= 0; i--) {
		bytes[i] = rest % 256;
		rest = Math.floor(rest / 256);
	}
	bytes[6] = 0x70 | (counter >> 8);
	bytes[7] = counter & 0xff;
	bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
	const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
	return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
