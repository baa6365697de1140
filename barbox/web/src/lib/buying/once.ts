import { refused, type Request } from '#lib/api/client.ts';
import { newId } from '#lib/ids.ts';
import { asPerson } from '#lib/session.svelte.ts';

const PATIENCE_MS = 15_000;

/** Changes on the box that keep their key until it has answered: tapped again after silence, it is the same change. */
export class Once {
	private readonly unanswered = new Map<string, string>();

	/** Throws Problem or Unreachable. */
	async change<T>(method: NonNullable<Request['method']>, path: string, body: unknown = {}): Promise<T> {
		const said = JSON.stringify([method, path, body]);
		const key = this.unanswered.get(said) ?? newId();
		this.unanswered.set(said, key);
		try {
			const answer = await asPerson<T>({ method, path, body, key, timeoutMs: PATIENCE_MS });
			this.unanswered.delete(said);
			return answer;
		} catch (problem) {
			if (refused(problem)) this.unanswered.delete(said);
			throw problem;
		}
	}
}

export const once = new Once();
