/** Currencies that bars are likely to ask for; any other ISO 4217 code can be set by the API. */
export const CURRENCIES = [
	'CNY',
	'EUR',
	'USD',
	'GBP',
	'JPY',
	'HKD',
	'TWD',
	'SGD',
	'THB',
	'KRW',
	'CHF',
	'AUD',
	'KWD'
] as const;

/** This device's own time zone first, then all there are. */
export function zones(now?: string): string[] {
	const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
	return [...new Set([now ?? here, here, 'UTC', ...Intl.supportedValuesOf('timeZone')])];
}
