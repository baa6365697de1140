import { ask, bodyOf, carry, Problem, type Reply, type Request } from '#lib/api/client.ts';
import type { Device, Permission, Session } from '#lib/api/types.ts';
import { languageOf, texts } from '#lib/texts/texts.svelte.ts';

interface Paired extends Device {
	name: string;
}

const DEVICE = 'barbox.device';
const SESSION = 'barbox.session';
const TOKENS = 'barbox.tokens';
const PIN_LENGTHS = 'barbox.pinLengths';
/** The box's tokens live for 15 minutes. */
const FRESH_MS = 7 * 60_000;

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

	/** A dear call waits for the PIN of whoever is signed in: answered with whether it was given. */
	pinAsked = $state.raw<((given: boolean) => void) | null>(null);
	private renewals = new Map<string, Promise<string | null>>();
	private fresh = 0;

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
		this.keepToken(session);
		const lengths = read<Record<string, number>>(PIN_LENGTHS) ?? {};
		localStorage.setItem(PIN_LENGTHS, JSON.stringify({ ...lengths, [staffId]: pin.length }));
		const language = languageOf(session.staff.language);
		if (language) texts.choose(language);
		this.tellTime();
		return session;
	}

	/** A box that hears no time server believes two tablets that agree. Nobody waits for it. */
	private tellTime(): void {
		const now = new Date().toISOString();
		asDevice({ method: 'POST', path: '/api/clock/told', body: { now } }).catch(() => undefined);
	}

	/**
	 * A fresh token in place of one that is over, the session going on; null when the session has ended. Throws
	 * Unreachable.
	 */
	renew(token: string): Promise<string | null> {
		const going = this.renewals.get(token);
		if (going) return going;
		const renewal = this.fetchToken(token).finally(() => this.renewals.delete(token));
		this.renewals.set(token, renewal);
		return renewal;
	}

	/** Renews before the token is over, so that the live line finds the door open; silence is tried again later. */
	async keepFresh(now = false): Promise<void> {
		const token = this.current?.token;
		if (!token || (!now && Date.now() - this.fresh < FRESH_MS)) return;
		this.fresh = Date.now();
		await this.renew(token).catch(() => (this.fresh = 0));
	}

	/** Gives the PIN of whoever is signed in again. Throws Problem for a wrong one. */
	async confirm(pin: string): Promise<void> {
		await asPerson<null>({ method: 'POST', path: '/api/session/pin', body: { pin } });
		this.pinAsked?.(true);
	}

	/** Has the PIN asked for on the screen. Resolves with whether it was given. */
	askPin(): Promise<boolean> {
		this.pinAsked?.(false);
		return new Promise((resolve) => {
			this.pinAsked = (given) => {
				this.pinAsked = null;
				resolve(given);
			};
		});
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

	private async fetchToken(old: string): Promise<string | null> {
		const token = this.device?.deviceToken;
		const body = { token: old };
		try {
			const renewed = await ask<Session>({
				method: 'POST',
				path: '/api/session/renew',
				body,
				token,
				language: texts.language
			});
			this.keepToken(renewed);
			return renewed.token;
		} catch (problem) {
			if (problem instanceof Problem && problem.status === 401) return null;
			throw problem;
		}
	}

	/** In place where nothing else changed: a new token alone must not look like a new person at the tablet. */
	private keepToken(renewed: Session): void {
		this.tokens = { ...this.tokens, [renewed.staff.id]: renewed.token };
		localStorage.setItem(TOKENS, JSON.stringify(this.tokens));
		const { current } = this;
		if (current?.staff.id !== renewed.staff.id) return;
		this.fresh = Date.now();
		if (String(current.permissions) === String(renewed.permissions)) Object.assign(current, renewed);
		else this.current = renewed;
		localStorage.setItem(SESSION, JSON.stringify(renewed));
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

/** One call with a session's token, renewed unseen where it is over. Silence is an answer too (status 0). */
export async function carryAs(token: string | null, request: Asked): Promise<Reply> {
	const reply = await carry({ ...request, token, language: texts.language });
	if (!token || codeOf(reply) !== 'token_expired') return reply;
	try {
		const renewed = await session.renew(token);
		if (renewed === null) return { ...reply, body: { ...(reply.body as object), code: 'unauthenticated' } };
		return await carry({ ...request, token: renewed, language: texts.language });
	} catch {
		return { ...reply, status: 0, body: null };
	}
}

/** What kind of refusal an answer is, '' where it is none. */
export function codeOf(reply: Reply): string {
	return String((reply.body as { code?: unknown } | null)?.code ?? '');
}

/**
 * A call in the name of whoever is signed in. A 401 ends their session here too; what is dear asks for their PIN
 * again, and throws its Problem when that is not given.
 */
export async function asPerson<T>(request: Asked): Promise<T> {
	const who = session.current;
	try {
		let reply = await carryAs(who?.token ?? null, request);
		if (codeOf(reply) === 'pin_again' && (await session.askPin()))
			reply = await carryAs(session.current?.token ?? null, request);
		return bodyOf<T>(reply);
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

for (const sign of ['online', 'pageshow', 'visibilitychange'])
	addEventListener(sign, () => void session.keepFresh());
setInterval(() => void session.keepFresh(), 60_000);
