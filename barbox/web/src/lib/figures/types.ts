/** The box's types by the names that figures and suggestions use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Outlook = api.OutlookView;
export type DayAhead = api.DayAhead;
export type HourAhead = api.HourAhead;
export type Accuracy = api.Accuracy;
export type Suggestion = api.SuggestionView;
export type Suggestions = api.SuggestionsView;
export type SuggestionQuality = api.QualityView;
