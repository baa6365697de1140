import { Problem, type Request } from '#lib/api/client.ts';
import { newId } from '#lib/ids.ts';
import { toasts } from '#lib/kit/toasts.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import { t, texts } from '#lib/texts/texts.svelte.ts';

/** Why something did not work, as a sentence for the reader. */
export function why(problem: unknown): string {
	return problem instanceof Problem ? problem.message : t('common.unreachable');
}

/** What the job gives; if it fails a toast says why and null comes back. */
export async function tried<T>(job: Promise<T>): Promise<T | null> {
	try {
		return await job;
	} catch (problem) {
		toasts.show({ text: why(problem), wrong: true });
		return null;
	}
}

/** Reads from the box. Throws Problem or Unreachable. */
export function read<T>(path: string, timeoutMs = 15_000): Promise<T> {
	return asPerson<T>({ path, timeoutMs });
}

/** Changes something on the box, once. Throws Problem or Unreachable. */
export function change<T>(
	method: NonNullable<Request['method']>,
	path: string,
	body: unknown = undefined,
	timeoutMs = 15_000
): Promise<T> {
	const sent = body === undefined && (method === 'POST' || method === 'PUT') ? {} : body;
	return asPerson<T>({ method, path, body: sent, key: newId(), timeoutMs });
}

/** The same; a failure is told in a toast. Returns whether it worked. */
export async function changed(
	method: NonNullable<Request['method']>,
	path: string,
	body: unknown = undefined
): Promise<boolean> {
	return (await tried(change<unknown>(method, path, body).then(() => true))) ?? false;
}

/** A file the box makes: a picture, a table. Throws Problem or Unreachable. */
export async function file(path: string, body: unknown = undefined): Promise<Blob> {
	const headers: Record<string, string> = {
		Authorization: `Bearer ${session.current?.token ?? ''}`,
		'Accept-Language': texts.language
	};
	const init: RequestInit = { headers, cache: 'no-store' };
	if (body !== undefined) {
		headers['Content-Type'] = 'application/json';
		Object.assign(init, { method: 'POST', body: JSON.stringify(body) });
	}
	let response = await fetch(path, init);
	if (response.ok) return response.blob();
	let problem = new Problem(response.status, await response.json());
	if (problem.code === 'pin_again' && (await session.askPin())) {
		headers['Authorization'] = `Bearer ${session.current?.token ?? ''}`;
		response = await fetch(path, init);
		if (response.ok) return response.blob();
		problem = new Problem(response.status, await response.json());
	}
	throw problem;
}

/** The blob as `data:` address: the app's pages may show no other picture that is not theirs. */
export function dataUrl(blob: Blob): Promise<string> {
	return new Promise((resolve, reject) => {
		const reader = new FileReader();
		reader.onload = () => resolve(String(reader.result));
		reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
		reader.readAsDataURL(blob);
	});
}

/** Keeps a file the box made among the downloads. */
export async function download(path: string, name: string): Promise<void> {
	const blob = await tried(file(path));
	if (!blob) return;
	const link = document.createElement('a');
	link.href = URL.createObjectURL(blob);
	link.download = name;
	link.click();
	setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** Something read from the box, shown when it is there and read again after a change. */
export class Shown<T> {
	value = $state.raw<T | null>(null);
	wrong = $state('');
	constructor(private readonly path: string) {}

	load = async (): Promise<void> => {
		try {
			this.value = await read<T>(this.path);
			this.wrong = '';
		} catch (problem) {
			this.wrong = why(problem);
		}
	};
}

/** The same for a path that changes with what is looked at; made while a screen is. An answer that comes late is none. */
export class Following<T> {
	value = $state.raw<T | null>(null);
	wrong = $state('');

	constructor(path: () => string) {
		$effect(() => {
			let stale = false;
			read<T>(path()).then(
				(found) => {
					if (stale) return;
					this.value = found;
					this.wrong = '';
				},
				(problem) => {
					if (!stale) this.wrong = why(problem);
				}
			);
			return () => (stale = true);
		});
	}
}

/** A thing's name in the reader's language, else in any. */
export function called(names: Record<string, string>): string {
	return names[texts.names] ?? Object.values(names)[0] ?? '';
}

/** Its name in the other language, where it has one. */
export function alsoCalled(names: Record<string, string>): string {
	const other = names[texts.names === 'en' ? 'zh' : 'en'] ?? '';
	return other === called(names) ? '' : other;
}

/** `1260` -> `21:00`, in minutes past midnight. */
export function hour(minute: number): string {
	return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** `21:00` -> `1260`. */
export function minuteOf(text: string): number {
	const [hours, minutes] = text.split(':').map(Number);
	return (hours ?? 0) * 60 + (minutes ?? 0);
}
