import type * as api from '#lib/api/generated.ts';

export type Medium = api.MediumView;
export type Offer = api.OfferView;
export type Ticket = api.Ticket;
export type Progress = api.Progress;
export type Restore = api.Restore;
