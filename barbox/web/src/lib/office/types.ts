/** The box's types by the names the office uses; see lib/api/types.ts. */
import type * as api from '#lib/api/generated.ts';

// The box leaves out nothing that it answers, what a caller may leave out included: hence Required.

export type OfficeCategory = Required<api.OfficeCategory>;
export type OfficeProduct = Required<api.OfficeProduct>;
export type OfficeGroup = Required<Omit<api.OfficeGroup, 'modifiers'>> & { modifiers: EditModifier[] };
export type OfficeTaxRate = Required<api.OfficeTaxRate>;
export type OfficePriceRule = Required<api.OfficePriceRule>;
export type EditModifier = Required<api.EditModifier>;
export interface OfficeMenu {
	categories: OfficeCategory[];
	products: OfficeProduct[];
	groups: OfficeGroup[];
	taxRates: OfficeTaxRate[];
	priceRules: OfficePriceRule[];
}
export type PricesAt = api.PricesAt;
export type ImportReport = api.ImportReport;
export type RowProblem = api.RowProblem;

export type OfficeArea = api.AreaView;
export type OfficeFloor = api.FloorView;
export type OfficeTable = api.TableRow;
export type EditTable = api.EditTable;

export type Staff = api.PersonView;
export type EditStaff = api.EditStaff;
export type RoleTable = api.RoleTable;
export type Settings = Required<api.Venue>;

export type OfficePrinter = api.PrinterView;
export type EditPrinter = api.EditPrinter;
export type OfficeStation = api.StationView;
export type EditStation = api.EditStation;
export type OfficeJob = api.JobView;
export type FoundList = api.FoundList;
export type FoundPrinter = api.FoundView;
export type TicketTemplate = Required<api.TicketTemplate>;
export type ReceiptTemplate = Required<api.ReceiptTemplate>;
export type Templates = api.Templates & { ticket: TicketTemplate; receipt: ReceiptTemplate };

export type Backups = api.Backups;
export type BackupTarget = api.TargetView;
export type EditTarget = api.EditTarget;
export type MadeKey = api.MadeKey;
export type TestResult = api.TestResult;
export type Media = api.Media;
export type OfferView = api.OfferView;
export type RestoreTicket = api.Ticket;
export type RestoreProgress = api.Progress;
export type ProbeView = api.ProbeView;
export type ProfileView = api.ProfileView;
export type TriedPrinter = api.TriedView;
export type JobStory = api.JobStory;
export type LiveCopies = api.LiveCopies;
export type LiveCopy = api.LiveView;
export type Tiers = Pick<api.ProgramView, 'tiers'>;
