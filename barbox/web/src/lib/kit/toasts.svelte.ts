export interface Toast {
	text: string;
	undo?: () => void;
	wrong?: boolean;
}

/** Long enough to take something back, short enough not to hide the next thing. */
const UNDO_MS = 5_000;
const NEWS_MS = 2_500;

class Toasts {
	current = $state.raw<Toast | null>(null);
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** One at a time: the newest is the one a finger may still want back. */
	show(toast: Toast): void {
		clearTimeout(this.timer);
		this.current = toast;
		this.timer = setTimeout(() => (this.current = null), toast.undo || toast.wrong ? UNDO_MS : NEWS_MS);
	}

	undo(): void {
		this.current?.undo?.();
		this.hide();
	}

	hide(): void {
		clearTimeout(this.timer);
		this.current = null;
	}
}

export const toasts = new Toasts();
