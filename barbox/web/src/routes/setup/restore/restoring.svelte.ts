import { ask, carry, Problem } from '#lib/api/client.ts';
import { t, texts } from '#lib/texts/texts.svelte.ts';
import { session } from '#lib/session.svelte.ts';
import type { Medium, Offer, Progress, Restore, Ticket } from './types.ts';

export type Place = 'stick' | 'bucket' | 'webdav';

const EVERY_MS = 400;
const NEVER: Progress = {
	step: 'fetching',
	done: 0,
	size: 0,
	problem: '',
	lacks: '',
	bar: '',
	orders: 0,
	admin: '',
	deviceId: 0
};

/** One restore, from where the backup is to the bar that opens again. */
export class Restoring {
	code = $state('');
	place = $state<Place>('stick');
	media = $state.raw<readonly Medium[] | null>(null);
	stick = $state('');
	bucket = $state({ name: '', endpoint: '', region: '', user: '', secret: '' });
	dav = $state({ address: '', user: '', secret: '' });
	offers = $state.raw<readonly Offer[]>([]);
	chosen = $state.raw<Offer | null>(null);
	/** Of a live copy, the moment to end with, as `datetime-local` has it; empty: the last of all. */
	moment = $state('');
	key = $state('');
	progress = $state.raw<Progress | null>(null);
	/** The bar is open again. */
	open = $state(false);
	busy = $state(false);
	wrong = $state('');

	words = $derived(this.key.split(/[\s,]+/).filter((word) => /[a-z]/i.test(word)).length);

	private get source(): Pick<Restore, 'code' | 'url' | 'credentials'> {
		const code = this.code.trim();
		if (this.place === 'stick') return { code, url: this.stick, credentials: null };
		const { user, secret } = this.place === 'bucket' ? this.bucket : this.dav;
		const url = this.place === 'bucket' ? this.bucketUrl() : `webdav+${withScheme(this.dav.address.trim())}`;
		return { code, url, credentials: user ? { user, secret } : null };
	}

	private bucketUrl(): string {
		const query = new URLSearchParams();
		if (this.bucket.endpoint.trim()) query.set('endpoint', withScheme(this.bucket.endpoint.trim()));
		if (this.bucket.region.trim()) query.set('region', this.bucket.region.trim());
		return `s3://${this.bucket.name.trim().replace(/^s3:\/\//, '')}${query.size ? `?${query}` : ''}`;
	}

	/** Which sticks are plugged in. */
	async look(): Promise<void> {
		if (!this.code.trim()) return;
		await this.trying(async () => {
			const body = { code: this.code.trim() };
			this.media = (await this.post<{ media: Medium[] }>('/media', body)).media;
			if (!this.media.some((each) => each.url === this.stick)) this.stick = this.media[0]?.url ?? '';
		});
	}

	/** Which backups are there. */
	async list(): Promise<void> {
		this.offers = [];
		this.chosen = null;
		this.moment = '';
		await this.trying(async () => {
			this.offers = (await this.post<{ offers: Offer[] }>('/offers', this.source, 60_000)).offers;
			this.chosen = this.offers.find((each) => !each.tooNew) ?? null;
		});
	}

	/** Has the chosen one restored, and waits until the bar is open. */
	async go(pin: string, deviceName: string): Promise<void> {
		const { chosen } = this;
		if (!chosen) return;
		await this.trying(async () => {
			const at =
				chosen.since && this.moment ? new Date(this.moment).toISOString().replace('.000Z', 'Z') : null;
			const body: Restore = { ...this.source, name: chosen.name, key: this.key, pin, deviceName, at };
			const ticket = await this.post<Ticket>('', body, 60_000);
			this.progress = NEVER;
			const end = await this.follow(ticket.ticket);
			if (end.step === 'failed') return;
			session.paired({ deviceId: end.deviceId, deviceToken: ticket.deviceToken }, deviceName);
			await this.untilOpen();
			this.open = true;
		});
	}

	private async follow(ticket: string): Promise<Progress> {
		for (;;) {
			const reply = await carry({ path: `/api/setup/restore/${ticket}`, language: texts.language });
			if (reply.status === 200) this.progress = reply.body as Progress;
			else if (reply.status !== 0) throw new Problem(reply.status, reply.body as object);
			const { step } = this.progress ?? NEVER;
			if (step === 'ready' || step === 'failed') return this.progress ?? NEVER;
			await new Promise((after) => setTimeout(after, EVERY_MS));
		}
	}

	private async untilOpen(): Promise<void> {
		for (;;) {
			const reply = await carry({ path: '/api/health', language: texts.language });
			if (reply.status === 200 && (reply.body as { status: string }).status === 'ok') return;
			await new Promise((after) => setTimeout(after, EVERY_MS));
		}
	}

	private post<T>(path: string, body: unknown, timeoutMs = 15_000): Promise<T> {
		const request = { method: 'POST', path: `/api/setup/restore${path}`, body, timeoutMs } as const;
		return ask<T>({ ...request, language: texts.language });
	}

	private async trying(work: () => Promise<void>): Promise<void> {
		this.busy = true;
		this.wrong = '';
		try {
			await work();
		} catch (problem) {
			this.progress = null;
			this.wrong = problem instanceof Problem ? problem.message : t('common.unreachable');
		}
		this.busy = false;
	}
}

function withScheme(address: string): string {
	return /^https?:\/\//.test(address) ? address : `https://${address}`;
}
