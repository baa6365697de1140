/** The box's types by the names that figures and suggestions use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Outlook = api.OutlookView;
export type DayAhead = api.DayAhead;
export type HourAhead = api.HourAhead;
export type Accuracy = api.Accuracy;
export type Suggestion = api.SuggestionView;
export type Suggestions = api.SuggestionsView;
export type SuggestionQuality = api.QualityView;
export type Sales = api.SalesView;
export type SalesRow = api.SalesRow;
export type SalesBy = Sales['by'];
export type Heat = api.HeatView;
export type HeatCell = api.HeatCell;
export type Deductions = api.DeductionsView;
export type HappyHours = api.HappyHoursView;
export type MenuReport = api.EngineeringView;
export type MenuProduct = api.MenuProduct;
export type PourCosts = api.PourCostView;
export type CostRow = api.CostRow;
export type OrdersBehind = api.OrdersView;
export type OrderBehind = api.OrderBehind;
export type Morning = api.MorningView;
