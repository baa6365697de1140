export interface Toast {
	text: string;
	undo?: () => void;
	wrong?: boolean;
}

const SHOWN_MS = 5_000;

class Toasts {
	current = $state.raw<Toast | null>(null);
	private timer: ReturnType<typeof setTimeout> | undefined;

	/** One at a time: the newest is the one a finger may still want back. */
	show(toast: Toast): void {
		clearTimeout(this.timer);
		this.current = toast;
		this.timer = setTimeout(() => (this.current = null), SHOWN_MS);
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
