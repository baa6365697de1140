/** The box's types by the names that notes use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Note = api.NoteView;
export type Notes = api.Notes;
