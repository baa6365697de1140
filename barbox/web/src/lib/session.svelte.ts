import { ask, carry, type Request } from '#lib/api/client.ts';
import type { Device, Permission, Session } from '#lib/api/types.ts';
import { languageOf, texts } from '#lib/texts/texts.svelte.ts';

interface Paired extends Device {
	name: string;
}

const DEVICE = 'barbox.device';
const SESSION = 'barbox.session';
const TOKENS = 'barbox.tokens';
const PIN_LENGTHS = 'barbox.pinLengths';

function read<T>(key: string): T | null {
	const text = localStorage.getItem(key);
	if (text === null) return null;
	try {
		return JSON.parse(text) as T;
	} catch {
		localStorage.removeItem(key);
		return null;
	}
}

/** Which tablet this is, and who holds it. */
class SessionState {
	device = $state.raw<Paired | null>(read<Paired>(DEVICE));
	current = $state.raw<Session | null>(read<Session>(SESSION));
	/** Kept after a change of user, so that what somebody ordered still goes out in their name. */
	private tokens: Record<string, string> = read<Record<string, string>>(TOKENS) ?? {};

	may(permission: Permission): boolean {
		return this.current?.permissions.includes(permission) ?? false;
	}

	paired(device: Device, name: string): void {
		this.device = { ...device, name };
		localStorage.setItem(DEVICE, JSON.stringify(this.device));
	}

	/** The box no longer knows this tablet. */
	unpair(): void {
		this.device = null;
		localStorage.removeItem(DEVICE);
		this.leave();
	}

	tokenOf(staffId: number): string | null {
		return this.tokens[staffId] ?? null;
	}

	/** How many digits this person's PIN had last time, so that the pad needs no OK key. */
	pinLength(staffId: number): number | null {
		return read<Record<string, number>>(PIN_LENGTHS)?.[staffId] ?? null;
	}

	async signIn(pin: string, staffId: number): Promise<Session> {
		const session = await ask<Session>({
			method: 'POST',
			path: '/api/session',
			body: { pin, staffId },
			token: this.device?.deviceToken,
			language: texts.language
		});
		this.current = session;
		this.tokens = { ...this.tokens, [session.staff.id]: session.token };
		localStorage.setItem(SESSION, JSON.stringify(session));
		localStorage.setItem(TOKENS, JSON.stringify(this.tokens));
		const lengths = read<Record<string, number>>(PIN_LENGTHS) ?? {};
		localStorage.setItem(PIN_LENGTHS, JSON.stringify({ ...lengths, [staffId]: pin.length }));
		const language = languageOf(session.staff.language);
		if (language) texts.choose(language);
		return session;
	}

	/** Leaves the tablet to the next person. The token lives on while `stillOwed` says commands wait in their name. */
	leave(stillOwed = false): void {
		const session = this.current;
		this.current = null;
		localStorage.removeItem(SESSION);
		if (!session || stillOwed) return;
		this.forget(session.staff.id);
		void carry({ method: 'DELETE', path: '/api/session', token: session.token, language: texts.language });
	}

	/** The box ended this person's session. */
	ended(staffId: number): void {
		this.forget(staffId);
		if (this.current?.staff.id !== staffId) return;
		this.current = null;
		localStorage.removeItem(SESSION);
	}

	/** Ends the sessions that were kept only for commands that `owes` says are now all on the box. */
	settle(owes: (staffId: number) => boolean): void {
		for (const [id, token] of Object.entries(this.tokens)) {
			const staffId = Number(id);
			if (staffId === this.current?.staff.id || owes(staffId)) continue;
			this.forget(staffId);
			void carry({ method: 'DELETE', path: '/api/session', token, language: texts.language });
		}
	}

	private forget(staffId: number): void {
		const { [staffId]: _, ...others } = this.tokens;
		this.tokens = others;
		localStorage.setItem(TOKENS, JSON.stringify(others));
	}
}

export const session = new SessionState();

type Asked = Omit<Request, 'language' | 'token'>;

/**
 * One call by somebody who may what the person at the tablet may not: their PIN opens a session for this call only.
 * Throws Problem for a wrong PIN or when they may not either.
 */
export async function asOther<T>(staffId: number, pin: string, request: Asked): Promise<T> {
	const { language } = texts;
	const token = session.device?.deviceToken;
	const body = { pin, staffId };
	const theirs = await ask<Session>({ method: 'POST', path: '/api/session', body, token, language });
	try {
		return await ask<T>({ ...request, token: theirs.token, language });
	} finally {
		await carry({ method: 'DELETE', path: '/api/session', token: theirs.token, language });
	}
}

/** A call in the name of whoever is signed in. A 401 ends their session here too. */
export async function asPerson<T>(request: Asked): Promise<T> {
	const who = session.current;
	try {
		return await ask<T>({ ...request, token: who?.token, language: texts.language });
	} catch (problem) {
		if (who && (problem as { status?: number }).status === 401) session.ended(who.staff.id);
		throw problem;
	}
}

/** A call in the tablet's own name. A 401 means the box has forgotten this tablet. */
export async function asDevice<T>(request: Asked): Promise<T> {
	try {
		return await ask<T>({ ...request, token: session.device?.deviceToken, language: texts.language });
	} catch (problem) {
		if ((problem as { status?: number }).status === 401) session.unpair();
		throw problem;
	}
}
