/** Where the app leads, in English. */
export const en = {
	'nav.floor': 'Floor',
	'nav.drawer': 'Drawer',
	'nav.count': 'Count stock',
	'nav.waste': 'Waste and moves',
	'nav.bookings': 'Bookings',
	'nav.display': 'Display',
	'nav.office': 'Office',
	'nav.lock': 'Switch user',
	'nav.language': '中文',
	'nav.theme.day': 'Daylight theme',
	'nav.theme.night': 'Night theme',
	'nav.fullscreen': 'Full screen',
	'office.version': 'Version {version}'
} as const;
