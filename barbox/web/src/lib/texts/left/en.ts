/** What is 86, and of what only a few are left, in English. */
export const en = {
	title: '86 and what is left',
	soldOut: '86: sold out',
	back: 'Back on the menu',
	few: 'Only a few left…',
	howMany: 'How many are left of {name}?',
	plenty: 'Plenty',
	none: '86: none',
	find: 'Find a product',
	nothing: 'Nothing found.'
} as const;
