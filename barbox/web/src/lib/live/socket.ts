import type { Frame } from '#lib/api/types.ts';
import { fullJitter } from '#lib/outbox/backoff.ts';

/** Without a frame for this long the line is dead, whatever the browser believes: the box beats every 5 s. */
export const DEAD_MS = 12_000;

export interface SocketParts {
	/** Asked before each connection: the last sequence seen, the session's token, what it hears. Null: stay away. */
	door: () => { since: number; token: string; rooms: string } | null;
	onFrame: (frame: Frame) => void;
	onUp: () => void;
	onDown: () => void;
	/** The box ended the session. */
	onOver: () => void;
}

/** The live line to the box: resumes where it stopped, notices silence, comes back with jitter. */
export class LiveSocket {
	private socket: WebSocket | null = null;
	private silence: ReturnType<typeof setTimeout> | undefined;
	private retry: ReturnType<typeof setTimeout> | undefined;
	private attempt = 0;
	private stopped = false;
	up = false;

	constructor(private readonly parts: SocketParts) {}

	start(): void {
		this.stopped = false;
		if (!this.socket) this.connect();
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.retry);
		this.hangUp();
	}

	/** A sign of life from elsewhere (a tap, the page came back): do not wait for the backoff. */
	nudge(): void {
		if (this.stopped || this.socket) return;
		this.attempt = 0;
		clearTimeout(this.retry);
		this.connect();
	}

	private connect(): void {
		const door = this.parts.door();
		if (!door || this.stopped) return;
		const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
		const url = `${scheme}://${location.host}/api/live?since=${door.since}&rooms=${door.rooms}`;
		const socket = new WebSocket(url, ['barbox', `bearer.${door.token}`]);
		this.socket = socket;
		this.listen();
		socket.onopen = () => {
			this.listen();
			this.up = true;
			this.parts.onUp();
		};
		socket.onmessage = (message) => {
			this.listen();
			// Not on opening: a box that hangs up at once must not be called twenty times a second.
			this.attempt = 0;
			this.parts.onFrame(JSON.parse(String(message.data)) as Frame);
		};
		socket.onclose = (event) => {
			this.hangUp();
			if (event.code === 4401) this.parts.onOver();
			else this.again();
		};
	}

	private listen(): void {
		clearTimeout(this.silence);
		this.silence = setTimeout(() => {
			this.hangUp();
			this.again();
		}, DEAD_MS);
	}

	private hangUp(): void {
		clearTimeout(this.silence);
		const socket = this.socket;
		this.socket = null;
		if (socket) {
			socket.onopen = socket.onmessage = socket.onclose = null;
			socket.close();
		}
		if (this.up) {
			this.up = false;
			this.parts.onDown();
		}
	}

	private again(): void {
		if (this.stopped) return;
		clearTimeout(this.retry);
		this.retry = setTimeout(() => this.connect(), fullJitter(this.attempt++, Math.random, 500, 5_000));
	}
}
