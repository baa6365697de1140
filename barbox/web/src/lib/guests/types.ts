/** The box's types by the names that members and bookings use; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

export type Member = api.MemberView;
export type Members = api.Members;
export type Directory = api.Directory;
export type NamedMember = api.NamedView;
export type EditMember = api.EditMember;
export type MemberLedger = api.LedgerView;
export type MemberEntry = api.EntryView;
export type MemberCode = api.CodeView;
export type MemberVisits = api.VisitsView;
export type MemberProgram = Required<api.Program>;
export type MemberTier = api.TierView;
export type ProgramAndTiers = Omit<api.ProgramView, 'program'> & { program: MemberProgram };
export type EditTier = api.EditTier;
export type Liability = api.LiabilityView;
export type Prepaid = api.PrepaidView;
export type Balance = api.BalanceView;
export type TopUp = api.TopUp;
export type Account = api.Adjust['account'];

export type Booking = api.ReservationView;
export type Bookings = api.Reservations;
export type EditBooking = api.EditReservation;
export type Waiting = api.WaitingView;
export type Deposit = api.DepositView;
export type BookingSource = NonNullable<api.EditReservation['source']>;
export type BookingStatus = 'booked' | 'waiting' | 'seated' | 'done' | 'no_show' | 'cancelled';
export type Bottle = api.BottleView;
export type Bottles = api.BottlesView;
