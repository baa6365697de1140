const LONGEST_SIDE = 1200;

/** The text of the QR code in a photograph, or null. Live cameras are closed to pages on plain http, photographs are not. */
export async function textInPhoto(photo: Blob): Promise<string | null> {
	const [{ decodeQR }, picture] = await Promise.all([import('qr/decode.js'), createImageBitmap(photo)]);
	const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
	const width = Math.round(picture.width * scale);
	const height = Math.round(picture.height * scale);
	const canvas = document.createElement('canvas');
	canvas.width = width;
	canvas.height = height;
	const pen = canvas.getContext('2d');
	if (!pen) return null;
	pen.drawImage(picture, 0, 0, width, height);
	const { data } = pen.getImageData(0, 0, width, height);
	try {
		return decodeQR({ width, height, data });
	} catch {
		return null; // how the decoder says that it found none
	}
}
