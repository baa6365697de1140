/** SHA-256 and HMAC (FIPS 180-4, RFC 2104): browsers give theirs to pages of a trusted origin only. */
const encoder = new TextEncoder();

/** The first 32 bits of the fractions of the primes' roots, as the standard makes its constants. */
function constants(count: number, root: number): Uint32Array {
	const found: number[] = [];
	for (let n = 2; found.length < count; n++) {
		let prime = true;
		for (let d = 2; d * d <= n; d++) if (n % d === 0) prime = false;
		if (prime) found.push(fraction(n, root));
	}
	return Uint32Array.from(found);
}

/** By whole numbers: a double has not enough digits for every cube root. */
function fraction(prime: number, root: number): number {
	const target = BigInt(prime) << BigInt(32 * root);
	let low = 0n;
	let high = 1n << 40n;
	while (high - low > 1n) {
		const middle = (low + high) >> 1n;
		if (middle ** BigInt(root) <= target) low = middle;
		else high = middle;
	}
	return Number(low & 0xffffffffn);
}

const START = constants(8, 2);
const ROUND = constants(64, 3);
const turn = (x: number, n: number) => (x >>> n) | (x << (32 - n));

export function sha256(message: Uint8Array): Uint8Array {
	const blocks = new Uint8Array((((message.length + 8) >> 6) + 1) << 6);
	blocks.set(message);
	blocks[message.length] = 0x80;
	const view = new DataView(blocks.buffer);
	view.setUint32(blocks.length - 4, message.length << 3);
	const sum = START.slice();
	const w = new Uint32Array(64);
	const at = (list: Uint32Array, index: number) => list[index] ?? 0;
	for (let offset = 0; offset < blocks.length; offset += 64) {
		for (let i = 0; i < 16; i++) w[i] = view.getUint32(offset + 4 * i);
		for (let i = 16; i < 64; i++) {
			const [x, y] = [at(w, i - 15), at(w, i - 2)];
			const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
			const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
			w[i] = at(w, i - 16) + s0 + at(w, i - 7) + s1;
		}
		let [a, b, c, d, e, f, g, h] = sum as unknown as [
			number,
			number,
			number,
			number,
			number,
			number,
			number,
			number
		];
		for (let i = 0; i < 64; i++) {
			const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
			const t1 = (h + s1 + ((e & f) ^ (~e & g)) + at(ROUND, i) + at(w, i)) | 0;
			const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
			[h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
		}
		[a, b, c, d, e, f, g, h].forEach((each, i) => (sum[i] = at(sum, i) + each));
	}
	const digest = new DataView(new ArrayBuffer(32));
	sum.forEach((each, i) => digest.setUint32(4 * i, each));
	return new Uint8Array(digest.buffer);
}

export function hmac(key: Uint8Array, text: string): Uint8Array {
	const block = new Uint8Array(64);
	block.set(key.length > 64 ? sha256(key) : key);
	const message = encoder.encode(text);
	const inner = sha256(new Uint8Array([...block.map((byte) => byte ^ 0x36), ...message]));
	return sha256(new Uint8Array([...block.map((byte) => byte ^ 0x5c), ...inner]));
}

export const bytesOf = (text: string) => encoder.encode(text);
export const hex = (bytes: Uint8Array) =>
	[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
