import { Problem } from '#lib/api/client.ts';
import type { Person } from '#lib/api/types.ts';
import { newId } from '#lib/ids.ts';
import { asPerson } from '#lib/session.svelte.ts';
import { t } from '#lib/texts/texts.svelte.ts';

export interface Deed {
	method?: 'POST' | 'PUT';
	path: string;
	body: object;
}

/**
 * What only counts once the box has answered: money, and what changes a whole order. Nothing is shown before. The key
 * is made once for a deed, so tapping again after silence is the same tap and is never done twice.
 */
export class Asking<Answer> {
	busy = $state(false);
	wrong = $state('');
	/** Whoever holds the tablet may not: somebody who may has to lend their PIN. */
	lacking = $state(false);

	private deed: Deed | null = null;
	private said = '';
	private key = '';

	constructor(private readonly done: (answer: Answer) => void) {}

	/** Asks; where `may` is false already, for a PIN first. */
	async go(deed: Deed, may = true): Promise<void> {
		if (this.busy) return;
		const said = JSON.stringify(deed);
		if (said !== this.said) this.key = newId();
		this.said = said;
		this.deed = deed;
		this.wrong = '';
		if (!may) this.lacking = true;
		else await this.ask().catch((problem: unknown) => this.refused(problem));
	}

	/** The same in the name of whoever holds the tablet, with what `person` may lent for it. Throws Problem for a wrong PIN. */
	async lend(person: Person, pin: string): Promise<void> {
		try {
			await this.ask(`${person.id}:${pin}`);
			this.lacking = false;
		} catch (problem) {
			if (problem instanceof Problem && (problem.code === 'wrong_pin' || problem.status === 429))
				throw problem;
			this.lacking = false;
			this.refused(problem);
		}
	}

	private async ask(override?: string): Promise<void> {
		if (!this.deed) return;
		this.busy = true;
		try {
			const { method = 'POST', path, body } = this.deed;
			const answer = await asPerson<Answer>({
				method,
				path,
				body,
				key: this.key,
				override,
				timeoutMs: 8_000
			});
			this.said = '';
			this.done(answer);
		} finally {
			this.busy = false;
		}
	}

	private refused(problem: unknown): void {
		if (!(problem instanceof Problem) || problem.status >= 500) {
			this.wrong = t('ask.silence');
			return;
		}
		this.said = '';
		if (problem.code === 'permission') this.lacking = true;
		else this.wrong = problem.message;
	}
}
