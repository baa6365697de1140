import type { ProblemBody } from './types.ts';

/** The box said no, and why. */
export class Problem extends Error {
	constructor(
		readonly status: number,
		readonly body: ProblemBody
	) {
		super(body.error ?? body.detail ?? body.title ?? `${status}`);
	}
	get code(): string {
		return this.body.code ?? '';
	}
}

/** Whether the box said no; anything else is silence, or a box that is starting, or a session that ended. */
export function refused(problem: unknown): problem is Problem {
	return problem instanceof Problem && problem.status < 500 && ![401, 408, 425, 429].includes(problem.status);
}

/** No answer in time. The box may or may not have heard. */
export class Unreachable extends Error {}

export interface Reply {
	/** 0: no answer in time. */
	status: number;
	body: unknown;
	etag: string | null;
	retryAfterMs: number;
}

export interface Request {
	method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
	path: string;
	body?: unknown;
	token?: string | null | undefined;
	/** Idempotency-Key. */
	key?: string;
	/** `staffId:pin` of somebody who may what the one who asks may not; lent for this call alone. */
	override?: string | undefined;
	etag?: string | null;
	language: string;
	timeoutMs?: number;
}

/** One call, whatever the answer; silence is an answer too (status 0). */
export async function carry(request: Request): Promise<Reply> {
	const headers: Record<string, string> = { 'Accept-Language': request.language };
	if (request.token) headers['Authorization'] = `Bearer ${request.token}`;
	if (request.key) headers['Idempotency-Key'] = request.key;
	if (request.override) headers['Manager-Override'] = request.override;
	if (request.etag) headers['If-None-Match'] = request.etag;
	const init: RequestInit = { method: request.method ?? 'GET', headers, cache: 'no-store' };
	if (request.body !== undefined) {
		headers['Content-Type'] = 'application/json';
		init.body = JSON.stringify(request.body);
	}
	const giveUp = new AbortController();
	const timer = setTimeout(() => giveUp.abort(), request.timeoutMs ?? 5_000);
	try {
		const response = await fetch(request.path, { ...init, signal: giveUp.signal });
		const text = response.status === 204 || response.status === 304 ? '' : await response.text();
		return {
			status: response.status,
			body: text === '' ? null : parse(text),
			etag: response.headers.get('ETag'),
			retryAfterMs: Number(response.headers.get('Retry-After') ?? 0) * 1000 || 0
		};
	} catch (cause) {
		if (cause instanceof TypeError || (cause instanceof DOMException && cause.name === 'AbortError')) {
			return { status: 0, body: null, etag: null, retryAfterMs: 0 };
		}
		throw cause;
	} finally {
		clearTimeout(timer);
	}
}

function parse(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		// Something between the tablet and the box answered, e.g. a router's login page.
		return { title: text.slice(0, 200) };
	}
}

/** The body of a 2xx answer. Throws Problem for a refusal and Unreachable for silence. */
export async function ask<T>(request: Request): Promise<T> {
	return bodyOf<T>(await carry(request));
}

/** The body of a 2xx answer. Throws Problem for a refusal and Unreachable for silence. */
export function bodyOf<T>(reply: Reply): T {
	if (reply.status === 0) throw new Unreachable();
	if (reply.status < 200 || reply.status >= 300)
		throw new Problem(reply.status, (reply.body ?? {}) as ProblemBody);
	return reply.body as T;
}
