import { house } from '#lib/live/house.svelte.ts';
import { store } from '#lib/outbox/database.ts';
import { outbox } from '#lib/outbox/outbox.svelte.ts';
import { asPerson, session } from '#lib/session.svelte.ts';
import type { Note, Notes } from './types.ts';

export interface NoteShown extends Note {
	/** Stable for the list on screen. */
	key: string;
	/** Not answered by the box yet. */
	waiting: boolean;
}

const KEPT = 'notes';

/** What the shifts tell each other: the box's last word, with what this tablet has not sent yet played on top. */
class ShiftNotes {
	private told = $state.raw<readonly Note[]>([]);
	private following = false;

	/** Newest first. */
	all: readonly NoteShown[] = $derived.by(() => {
		let shown: NoteShown[] = this.told.map((note) => ({ ...note, key: String(note.noteId), waiting: false }));
		for (const { key, at, staffId, command } of outbox.entries) {
			if (command.kind === 'note.leave') {
				const staffName = session.current?.staff.id === staffId ? session.current.staff.name : '';
				shown = [
					{ ...BLANK, text: command.text, staffId, staffName, at: new Date(at).toISOString(), key },
					...shown
				];
			} else if (command.kind === 'note.done') {
				const doneAt = command.done ? new Date(at).toISOString() : null;
				shown = shown.map((note) =>
					note.noteId === command.noteId ? { ...note, doneAt, waiting: true } : note
				);
			}
		}
		return shown;
	});
	standing = $derived(this.all.filter((note) => note.doneAt === null));

	/** Reads them and goes on hearing of them; once for the app. */
	follow(): void {
		if (!this.following) {
			this.following = true;
			outbox.onNote = (note) => this.put(note);
			house.listen((event) => event.kind === 'note.changed' && this.put(event.data as Note));
			void this.recall();
		}
		void this.load();
	}

	private put(note: Note): void {
		const others = this.told.filter((each) => each.noteId !== note.noteId);
		this.told = [note, ...others].sort((a, b) => b.noteId - a.noteId);
		void this.keep();
	}

	private async load(): Promise<void> {
		try {
			this.told = (await asPerson<Notes>({ path: '/api/notes' })).notes;
			await this.keep();
		} catch {
			// Without the box the last known notes stay; the line itself says that it is gone.
		}
	}

	private async recall(): Promise<void> {
		const kept = (await (await store()).get('pictures', KEPT)) as Note[] | undefined;
		if (kept && this.told.length === 0) this.told = kept;
	}

	private async keep(): Promise<void> {
		await (await store()).put('pictures', this.told, KEPT);
	}
}

const BLANK = { noteId: 0, doneAt: null, doneBy: null, doneByName: null, waiting: true };

export const notes = new ShiftNotes();
