/** The words of bar and kitchen displays, in English. The Chinese file must have the same keys. */
export const en = {
	title: 'Display',
	choose: 'Which station?',
	everything: 'All stations',
	empty: 'All done. Well poured.',
	bump: 'Bump',
	bumped: 'Bumped: {name}',
	changed: 'CHANGED',
	recall: 'Recall',
	recallTitle: 'Recall',
	noRecall: 'Nothing to recall.',
	allDay: 'All day',
	open: '{n} open',
	sound: 'Sound',
	mute: 'Mute',
	dead: 'No connection: this screen may be out of date',
	late: 'late',
	soon: 'getting old',
	fresh: 'fresh'
} as const;
