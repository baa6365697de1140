/** Notes that shifts leave each other, in English. */
export const en = {
	title: 'Shift notes',
	lead: 'What the next shift should know. Everybody sees it.',
	label: 'New note',
	hint: 'Keg 3 is nearly empty · the scarf in the drawer is table 5’s',
	leave: 'Leave the note',
	none: 'Nothing to tell.',
	done: 'Seen to',
	back: 'Not done after all',
	doneBy: 'Seen to by {name}, {time}',
	lately: 'Seen to lately',
	waits: 'still on this tablet',
	more: '{n} notes'
} as const;
