/** Who signs in, and who allows, in English. */
export const en = {
	'pin.who': 'Who is it?',
	'pin.for': 'PIN for {name}',
	'pin.again': 'PIN of {name}, once more',
	'pin.someone': 'Not me',
	'pin.enter': 'Sign in',
	'pin.delete': 'Delete last digit',
	'pin.digits': '{n} {n|digit|digits} entered',
	'pin.nobody': 'No people yet.',
	'pin.offline': 'The box does not answer. Signing in works again when it is back.',
	'role.admin': 'Owner',
	'role.manager': 'Manager',
	'role.waiter': 'Waiter',
	'role.bartender': 'Bartender',
	'role.kitchen': 'Kitchen',
	'override.title': 'A manager’s PIN',
	'override.lead': 'This needs someone who may.'
} as const;
