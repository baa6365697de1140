/** What is said on the floor, in English. */
export const en = {
	'floor.title': 'Floor',
	'floor.tables': 'Tables',
	'floor.tabs': 'Tabs',
	'floor.counter': 'Counter',
	'floor.newTab': 'New tab',
	'floor.tabName': 'Name, card or seat',
	'floor.tabStart': 'Open tab',
	'floor.noTabs': 'No open tabs.',
	'floor.noTables': 'No tables yet. The floor plan is drawn in the office.',
	'floor.seats': '{n} seats',
	'floor.booked': 'booked {time}',
	'floor.billed': 'Bill printed',
	'floor.ready': 'Ready to serve',
	'floor.draft': 'Round not sent',
	'floor.search': 'Find a tab or table',
	'floor.open': '{n} open',
	'floor.unnamed': 'Tab',
	'order.items': '{n} pcs'
} as const;
