export const PLATFORMS = ['android', 'apple', 'windows', 'mac'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What kind of device a browser says it runs on; an iPad says it is a Mac, but Macs have no touch screens. */
export function platformOf(userAgent: string, touchPoints: number): Platform {
	if (/Android/i.test(userAgent)) return 'android';
	if (/iPhone|iPad/i.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1)) return 'apple';
	return /Macintosh/.test(userAgent) ? 'mac' : 'windows';
}
