/**
 * What the box says, in the words of its API. Amounts are integers in the venue's minor unit, times RFC 3339 UTC.
 * Checked against the box's OpenAPI document by scripts/api-types.mjs.
 */

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
	| 'drawer.open'
	| 'menu.edit'
	| 'floor.edit'
	| 'stock.read'
	| 'stock.edit'
	| 'staff.edit'
	| 'device.edit'
	| 'printer.edit'
	| 'printer.use'
	| 'report.read'
	| 'journal.read'
	| 'settings.edit'
	| 'backup.run';

export interface Health {
	status: 'ok' | 'setup';
	version: string;
	store: string;
	boxId: string;
	seq: number;
}
export interface NewVenue {
	name: string;
	currency: string;
	language: string;
	timezone: string;
	taxIncluded: boolean;
}
export interface SetUp {
	code: string;
	venue: NewVenue;
	admin: { name: string; pin: string };
	deviceName: string;
}
export interface Device {
	deviceId: number;
	deviceToken: string;
}
export interface Venue {
	name: string;
	currency: string;
	exponent: number;
	languages: string[];
	timezone: string;
	taxIncluded: boolean;
	businessDay: string;
	cashRounding: number;
	boxId: string;
	version: string;
	reachableAt: string[];
}
export interface Person {
	id: number;
	name: string;
	role: Role;
	language: string | null;
}
export interface Session {
	token: string;
	staff: Person;
	permissions: Permission[];
	expiresAt: string;
}

export interface Category extends Named {
	id: number;
	color: string | null;
	sort: number;
}
export interface Product extends Named {
	id: number;
	categoryId: number;
	price: number;
	taxRateId: number | null;
	stationId: number | null;
	available: boolean;
	stock: number | null;
	groupIds: number[];
	barcode: string | null;
	sort: number;
}
export interface Modifier extends Named {
	id: number;
	price: number;
}
export interface ModifierGroup extends Named {
	id: number;
	minimum: number;
	maximum: number;
	modifiers: Modifier[];
}
export interface TaxRate extends Named {
	id: number;
	/** Basis points: 600 is 6 %. */
	rate: number;
}
export interface Menu {
	taxIncluded: boolean;
	categories: Category[];
	products: Product[];
	groups: ModifierGroup[];
	taxRates: TaxRate[];
}

export interface Area extends Named {
	id: number;
	sort: number;
}
/** x, y, width and height are percent of the area's plan, 0 to 100. */
export interface Table {
	id: number;
	areaId: number;
	name: string;
	seats: number;
	x: number;
	y: number;
	width: number;
	height: number;
	shape: 'round' | 'square';
}
export interface Floor {
	areas: Area[];
	tables: Table[];
}

export type OrderStatus = 'open' | 'billed' | 'paid' | 'void';
export type LineStatus = 'held' | 'preparing' | 'ready' | 'served' | 'void';
export type Method = 'cash' | 'card' | 'mobile';

export interface Line extends Named {
	lineId: number;
	itemId: number;
	quantity: number;
	/** Of one, modifiers included. */
	price: number;
	/** Of the whole line. */
	amount: number;
	modifiers: Modifier[];
	seat: number | null;
	course: number | null;
	note: string | null;
	stationId: number | null;
	stationName: string | null;
	status: LineStatus;
	staffId: number;
	sentAt: string | null;
	readyAt: string | null;
	comp: boolean;
	reason: string | null;
}
export interface Tax extends Named {
	rateId: number;
	rate: number;
	base: number;
	tax: number;
}
export interface Payment {
	paymentId: number;
	method: string;
	amount: number;
	tip: number;
	tendered: number | null;
	change: number;
	reference: string | null;
	at: string;
	staffId: number;
}
export interface CustomerInfo {
	name?: string;
	phone?: string;
	note?: string;
}
export interface Order {
	orderId: number;
	number: number;
	status: OrderStatus;
	version: number;
	tableId: number | null;
	tableName: string | null;
	areaId: number | null;
	tab: string | null;
	covers: number | null;
	staffId: number;
	staffName: string;
	customerInfo: CustomerInfo | null;
	items: Line[];
	subtotal: number;
	discountAmount: number;
	taxAmount: number;
	taxes: Tax[];
	totalAmount: number;
	paidAmount: number;
	balance: number;
	payments: Payment[];
	businessDay: string;
	createdAt: string;
	billedAt: string | null;
	paidAt: string | null;
	seq: number;
}
export interface NewLine {
	itemId: number;
	quantity: number;
	modifiers?: number[];
	seat?: number;
	course?: number;
	note?: string;
	hold?: boolean;
}
export interface NewOrder {
	tableId?: number;
	tab?: string;
	covers?: number;
	items: NewLine[];
	customerInfo?: CustomerInfo;
}
export interface LineChange {
	lineId: number;
	quantity?: number;
	modifiers?: number[];
	seat?: number;
	course?: number;
	note?: string;
}
export interface OrderChange {
	version?: number;
	items?: NewLine[];
	changes?: LineChange[];
	covers?: number;
	tableId?: number;
	tab?: string;
}
export interface Tender {
	method: Method;
	amount: number;
	tip?: number;
	tendered?: number;
	reference?: string;
}
export interface NewPayment {
	orderId: number;
	tenders: Tender[];
}
export interface Paid {
	paymentId: number;
	change: number;
	balance: number;
	order: Order;
}

export interface Station extends Named {
	id: number;
	printerIds: number[];
	display: 'kitchen' | 'bar' | null;
}
export interface PrinterState {
	reachable: boolean;
	paper: string | null;
	cover: string | null;
	detail: string | null;
	lastOkAt: string | null;
	proof: 'A' | 'B' | 'C' | 'D' | null;
}
export interface Printer {
	id: number;
	name: string;
	connection: string;
	profile: string;
	fallbackId: number | null;
	patienceSeconds: number;
	state: PrinterState;
}
export interface PrintJob {
	id: number;
	kind: string;
	state: string;
	printerId: number | null;
	stationId: number | null;
	orderId: number | null;
	number: number | null;
	copy: number;
	mayHavePrinted: boolean;
	createdAt: string;
	printedAt: string | null;
	detail: string | null;
}
export interface PairingCode {
	code: string;
	expiresAt: string;
	url: string;
	qrSvg: string;
}
export interface PairedDevice {
	id: number;
	name: string;
	pairedAt: string;
}

export interface BoxEvent {
	seq: number;
	kind: string;
	at: string;
	subject: string;
	data: unknown;
}
export type Frame = { seq: number; events: BoxEvent[] } | { reset: true };

/** RFC 9457 problem; `error` is a ready sentence in the reader's language. */
export interface ProblemBody {
	type?: string;
	title?: string;
	status?: number;
	code?: string;
	detail?: string;
	error?: string;
	field?: string;
	current?: Order;
	items?: { itemId: number; name: string; names: Names; requested: number; left: number }[];
	permission?: string;
}
