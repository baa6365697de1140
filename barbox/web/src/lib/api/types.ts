/**
 * The box's types by the names the app uses. They are made from its OpenAPI document (generated.ts); what the document
 * calls a string and the trade knows better is narrowed here, and a field the box no longer has is a type error.
 */
import type * as api from './generated.ts';

/** `Type` with some fields known better. A field that `Type` lacks, or that can never be so, does not compile. */
type Narrow<
	Type,
	Better extends {
		[Key in keyof Better]: Key extends keyof Type
			? Better[Key] & Type[Key] extends never
				? never
				: unknown
			: never;
	}
> = Omit<Type, keyof Better> & Better;

export type Names = Record<string, string>;
export interface Named {
	name: string;
	names: Names;
}

export type Role = 'admin' | 'manager' | 'waiter' | 'bartender' | 'kitchen';
export type Permission =
	| 'order.place'
	| 'order.read'
	| 'order.send'
	| 'order.void'
	| 'order.comp'
	| 'order.move'
	| 'order.discount'
	| 'line.status'
	| 'payment.take'
	| 'payment.refund'
	| 'day.close'
	| 'drawer.open'
	| 'order.reopen'
	| 'menu.edit'
	| 'menu.soldout'
	| 'floor.edit'
	| 'stock.read'
	| 'stock.count'
	| 'stock.keg'
	| 'stock.waste'
	| 'stock.edit'
	| 'staff.edit'
	| 'device.edit'
	| 'printer.edit'
	| 'printer.use'
	| 'report.read'
	| 'journal.read'
	| 'member.read'
	| 'member.edit'
	| 'member.manage'
	| 'reservation.edit'
	| 'settings.edit'
	| 'role.edit'
	| 'backup.run';
export type OrderStatus = 'open' | 'billed' | 'paid' | 'void';
export type LineStatus = 'held' | 'preparing' | 'ready' | 'served' | 'void';
export type Method = api.NewTender['method'];

export type Health = Narrow<api.Health, { status: 'ok' | 'setup' }>;
export type SetUp = api.Setup;
export type Device = api.Paired;
export type Trust = api.TrustView;
export type Venue = api.VenueView;
export type Person = Narrow<api.SignedInPerson, { role: Role }>;
export type Session = Narrow<api.SignedIn, { staff: Person; permissions: Permission[] }>;

export type Category = api.CategoryView;
export type Product = Pick<
	api.ProductView,
	| 'id'
	| 'categoryId'
	| 'name'
	| 'names'
	| 'price'
	| 'stationId'
	| 'available'
	| 'stock'
	| 'groupIds'
	| 'barcode'
	| 'sort'
	| 'regularPrice'
	| 'openPrice'
	| 'unit'
	| 'age'
	| 'sizes'
>;
export type Modifier = Pick<api.MenuModifierView, 'id' | 'name' | 'names' | 'price'>;
/** `itemId`: the product that is chosen with it, in a set menu. */
export type MenuChoice = Modifier & Pick<api.MenuModifierView, 'itemId'>;
export type ModifierGroup = Narrow<
	Pick<api.GroupView, 'id' | 'kind' | 'name' | 'names' | 'minimum' | 'maximum' | 'modifiers'>,
	{ kind: 'choice' | 'size' | 'set'; modifiers: MenuChoice[] }
>;
export type Menu = Narrow<api.MenuView, { products: Product[]; groups: ModifierGroup[] }>;
export type Area = Pick<api.AreaView, 'id' | 'name' | 'names' | 'sort'>;
/** x, y, width and height are percent of the area's plan, 0 to 100. */
export type Table = Narrow<api.TableRow, { shape: 'round' | 'square' }>;
export type Floor = Narrow<api.FloorView, { areas: Area[]; tables: Table[] }>;

/** What the app shows of a line. The box may know more; a field taken away there does not compile here. */
export type Line = Narrow<
	Pick<
		api.LineView,
		| 'lineId'
		| 'itemId'
		| 'name'
		| 'names'
		| 'quantity'
		| 'price'
		| 'amount'
		| 'modifiers'
		| 'seat'
		| 'course'
		| 'note'
		| 'stationId'
		| 'stationName'
		| 'status'
		| 'staffId'
		| 'sentAt'
		| 'readyAt'
		| 'comp'
		| 'reason'
		| 'parentId'
		| 'priceRuleId'
		| 'discount'
		| 'discountAmount'
	>,
	{ status: LineStatus; modifiers: Modifier[] }
>;
export type Payment = Pick<
	api.TenderView,
	'paymentId' | 'kind' | 'method' | 'amount' | 'tip' | 'tendered' | 'change' | 'rounding' | 'at'
>;
export type Share = api.ShareView;
export type Discount = api.DiscountView;
export type Order = Narrow<
	Pick<
		api.OrderView,
		| 'orderId'
		| 'number'
		| 'status'
		| 'version'
		| 'seq'
		| 'tableId'
		| 'tableName'
		| 'areaId'
		| 'tab'
		| 'covers'
		| 'memberId'
		| 'customerInfo'
		| 'staffId'
		| 'staffName'
		| 'items'
		| 'takeaway'
		| 'subtotal'
		| 'discount'
		| 'discountAmount'
		| 'minimumSpend'
		| 'minimumLeft'
		| 'serviceAmount'
		| 'coverAmount'
		| 'taxes'
		| 'totalAmount'
		| 'paidAmount'
		| 'refundedAmount'
		| 'roundingAmount'
		| 'balance'
		| 'payments'
		| 'shares'
		| 'splitFrom'
		| 'carriedOver'
		| 'businessDay'
		| 'createdAt'
		| 'paidAt'
	>,
	{ status: OrderStatus; items: Line[]; payments: Payment[] }
>;
export type Orders = Narrow<api.OrderList, { orders: Order[] }>;
export type CustomerInfo = api.CustomerInfo;
export type NewLine = api.NewItem & { quantity: number };
export type NewOrder = api.NewOrder;
export type LineChange = api.LineChange;
export type Tender = api.NewTender;
export type NewDiscount = api.NewDiscount;
export type SplitAnswer = Narrow<api.SplitView, { order: Order; new: Order | null }>;
export type Refunded = Narrow<api.RefundView, { order: Order }>;
export type RefundTender = api.RefundTender;
export type PayCode = api.PayCode;
export type ReceiptCode = api.ReceiptCode;
export type DrawerState = api.DrawerView;
export type DrawerSession = api.SessionView;
export type CashMove = api.MoveCash;
export type Figures = api.Figures;
export type Day = api.DayView;
export type OpenOrder = api.OpenOrder;
export type Paid = Narrow<api.PaymentView, { order: Order }>;

export type Station = Narrow<api.StationView, { display: 'kitchen' | 'bar' | null }>;
export type Printer = api.PrinterView;
export type PrintJob = api.JobView;
export type PairingCode = api.Invitation;
export type PairedDevice = api.DeviceView;
export type BackupAlarm = api.BackupAlarm;

export interface BoxEvent {
	seq: number;
	kind: string;
	at: string;
	subject: string;
	data: unknown;
}
export type Frame = { seq: number; events: BoxEvent[] } | { reset: true };

/** RFC 9457 problem; `error` is a ready sentence in the reader's language. */
export type ProblemBody = Partial<api.Problem> & {
	current?: Order;
	items?: { itemId: number; name: string; names: Names; requested: number; left: number }[];
	permission?: string;
};
