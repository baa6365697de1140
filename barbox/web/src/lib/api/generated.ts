// Made from the box’s OpenAPI document by scripts/api-types.mjs. Do not edit.

export interface AreaView {
	id: number;
	name: string;
	names: Record<string, string>;
	sort: number;
}

export interface CategoryView {
	id: number;
	name: string;
	names: Record<string, string>;
	color: string;
	sort: number;
}

export interface Comp {
	lineIds: number[];
	reason: string;
}

/** Who it is for, as far as somebody said. */
export interface CustomerInfo {
	name?: string | null;
	phone?: string | null;
	note?: string | null;
}

export interface DeviceView {
	id: number;
	name: string;
	pairedAt: string;
}

export interface Devices {
	devices: DeviceView[];
}

export interface EditArea {
	names: Record<string, string>;
	sort?: number;
}

export interface EditCategory {
	names: Record<string, string>;
	color?: string;
	sort?: number;
	stationId?: number | null;
}

export interface EditGroup {
	names: Record<string, string>;
	modifiers: EditModifier[];
	minimum?: number;
	maximum?: number;
}

export interface EditModifier {
	names: Record<string, string>;
	price?: number;
	id?: number | null;
}

/** A happy hour; `weekdays` are 0 (Monday) to 6; from after until runs past midnight. */
export interface EditPriceRule {
	names: Record<string, string>;
	weekdays: number[];
	fromMinute: number;
	untilMinute: number;
	kind: "amount" | "fixed" | "percent";
	value: number;
	areaId?: number | null;
	categoryId?: number | null;
	productId?: number | null;
	priority?: number;
}

/** `connection` is tcp://host:9100, usb:04b8:0202, serial:/dev/ttyUSB0?baud=9600 or file:/dev/usb/lp0. */
export interface EditPrinter {
	name: string;
	connection: string;
	profile: string;
	columns?: number | null;
	proof?: "A" | "B" | "C" | "D" | null;
	fallbackId?: number | null;
	patienceSeconds?: number;
	receipts?: boolean;
}

export interface EditProduct {
	categoryId: number;
	names: Record<string, string>;
	price: number;
	taxRateId: number;
	stationId?: number | null;
	available?: boolean;
	barcode?: string | null;
	sort?: number;
	groupIds?: number[];
}

/** A person; `pin` may be left out of a change to keep the old one. */
export interface EditStaff {
	name: string;
	role: "admin" | "bartender" | "kitchen" | "manager" | "waiter";
	pin?: string | null;
	language?: "en" | "zh";
}

/** `letter` begins its ticket numbers; `display` is the live room of its screen. */
export interface EditStation {
	names: Record<string, string>;
	printerIds?: number[];
	display?: "bar" | "kitchen" | null;
	letter?: string | null;
	language?: "en" | "zh";
}

export interface EditTable {
	areaId: number;
	name: string;
	seats?: number;
	x?: number;
	y?: number;
	width?: number;
	height?: number;
	shape?: "round" | "square";
}

export interface EditTaxRate {
	names: Record<string, string>;
	rate: number;
}

export interface Fire {
	course: number;
}

export interface FirstAdmin {
	name: string;
	pin: string;
}

export interface FirstVenue {
	name: string;
	currency: string;
	language?: "en" | "zh";
	timezone?: string;
	taxIncluded?: boolean;
}

export interface FloorView {
	areas: AreaView[];
	tables: TableRow[];
}

export interface GroupView {
	id: number;
	name: string;
	names: Record<string, string>;
	minimum: number;
	maximum: number;
	modifiers: MenuModifierView[];
}

/** `status` is "setup" while the box has no people; `seq` the journal's head. */
export interface Health {
	status: string;
	version: string;
	store: string;
	boxId: string;
	seq: number;
}

export interface InventoryItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	onHand: number | null;
	policy: string;
	low: boolean;
}

export interface InventoryView {
	items: InventoryItem[];
}

/** A code for one more tablet: `code` to type, `url` and its QR to scan; ten minutes, once. */
export interface Invitation {
	code: string;
	expiresAt: string;
	url: string;
	qrSvg: string;
}

export interface JobList {
	jobs: JobView[];
}

export interface JobSearch {
	state?: "blocked" | "cancelled" | "expired" | "printed" | "queued" | "rerouted" | "sending" | "sent" | "unknown" | null;
	orderId?: number | null;
	limit?: number;
}

/** `mayHavePrinted`: an earlier attempt's end is not known; `state` printed is proven, sent is not. */
export interface JobView {
	id: number;
	kind: string;
	state: string;
	detail: string;
	printerId: number;
	stationId: number | null;
	orderId: number | null;
	number: string;
	copy: number;
	copyOf: number | null;
	mayHavePrinted: boolean;
	createdAt: string;
	printedAt: string | null;
}

export interface JournalPage {
	events: JournalView[];
}

export interface JournalQuery {
	since?: number;
	limit?: number;
}

export interface JournalView {
	seq: number;
	at: string;
	businessDay: string;
	staffId: number | null;
	deviceId: number | null;
	kind: string;
	subject: string;
	data: unknown;
	hash: string;
}

export interface LevelView {
	itemId: number;
	onHand: number;
}

export interface LevelsView {
	items: LevelView[];
}

/** A change of a line that was not sent yet; quantity 0 takes it away. */
export interface LineChange {
	lineId: number;
	quantity?: number | null;
	modifiers?: number[] | null;
	seat?: number | null;
	course?: number | null;
	note?: string | null;
}

/** `price` is one unit's with its modifiers, `amount` the line's; both in minor units. */
export interface LineView {
	lineId: number;
	itemId: number;
	name: string;
	names: Record<string, string>;
	quantity: number;
	price: number;
	amount: number;
	modifiers: OrdersModifierView[];
	seat: number | null;
	course: number | null;
	note: string | null;
	stationId: number | null;
	stationName: string | null;
	status: string;
	staffId: number | null;
	sentAt: string | null;
	readyAt: string | null;
	comp: boolean;
	reason: string | null;
}

/** `areaId`: prices as they are in this area. */
export interface MenuQuery {
	areaId?: number | null;
}

export interface MenuView {
	taxIncluded: boolean;
	categories: CategoryView[];
	products: ProductView[];
	groups: GroupView[];
	taxRates: TaxRateView[];
}

/** Where the party sits now: a table, or a tab's name. */
export interface Move {
	tableId?: number | null;
	tab?: string | null;
}

export interface MoveJob {
	printerId: number;
}

/** A line to add; `hold` keeps it from its station until it is sent or its course fired. */
export interface NewItem {
	itemId: number;
	quantity?: number;
	modifiers?: number[];
	seat?: number | null;
	course?: number | null;
	note?: string | null;
	hold?: boolean;
}

/** A round for a table, a named tab, or neither (sold over the counter). */
export interface NewOrder {
	items: NewItem[];
	tableId?: number | null;
	tab?: string | null;
	covers?: number | null;
	customerInfo?: CustomerInfo | null;
}

/** Several tenders may settle an order together, or a part of it. */
export interface NewPayment {
	orderId: number;
	tenders: NewTender[];
}

/** `amount` lowers the balance, `tip` comes on top; `tendered` is the cash handed over, for the change. */
export interface NewTender {
	method: "card" | "cash" | "mobile";
	amount: number;
	tip?: number;
	tendered?: number | null;
	reference?: string | null;
}

/** Adding `items` needs no version, for adding commutes; everything else is made against one. */
export interface OrderChange {
	version?: number | null;
	items?: NewItem[] | null;
	changes?: LineChange[] | null;
	covers?: number | null;
	tableId?: number | null;
	tab?: string | null;
}

/** Orders, oldest first, as of journal sequence `seq`: follow the live feed from there. */
export interface OrderList {
	orders: OrderView[];
	seq: number;
}

export interface OrderSearch {
	status?: "billed" | "open" | "paid" | "void" | null;
	tableId?: number | null;
	day?: string | null;
	limit?: number;
}

export interface OrderView {
	orderId: number;
	number: number;
	status: string;
	version: number;
	seq: number;
	tableId: number | null;
	tableName: string | null;
	areaId: number | null;
	tab: string | null;
	covers: number | null;
	staffId: number | null;
	staffName: string;
	customerInfo: CustomerInfo | null;
	items: LineView[];
	subtotal: number;
	discountAmount: number;
	taxAmount: number;
	taxes: TaxView[];
	totalAmount: number;
	paidAmount: number;
	balance: number;
	payments: TenderView[];
	businessDay: string;
	createdAt: string;
	billedAt: string | null;
	paidAt: string | null;
}

export interface Paired {
	deviceId: number;
	deviceToken: string;
}

export interface Pairing {
	code: string;
	name: string;
}

/** `change` to hand back, `balance` still owed. */
export interface PaymentView {
	paymentId: number;
	change: number;
	balance: number;
	order: OrderView;
}

export interface People {
	people: SignedInPerson[];
}

export interface PersonView {
	id: number;
	name: string;
	role: string;
	language: string;
	locked?: boolean;
}

export interface PrinterList {
	printers: PrinterView[];
}

export interface PrinterView {
	id: number;
	name: string;
	connection: string;
	profile: string;
	columns: number | null;
	fallbackId: number | null;
	patienceSeconds: number;
	receipts: boolean;
	state: StateView;
}

export interface Problem {
	type: string;
	title: string;
	status: number;
	code: string;
	detail: string;
	error: string;
	field?: string;
}

/** `price` is the one in force now; `regularPrice` the menu's; `stock` what is left, null where nobody counts. */
export interface ProductView {
	id: number;
	categoryId: number;
	name: string;
	names: Record<string, string>;
	price: number;
	regularPrice: number;
	taxRateId: number;
	stationId: number | null;
	available: boolean;
	stock: number | null;
	groupIds: number[];
	barcode: string | null;
	sort: number;
}

/** The job that was queued. */
export interface Queued {
	jobId: number;
}

/** Which held lines to send; all of them by default. */
export interface Send {
	lineIds?: number[] | null;
}

export interface Setup {
	code: string;
	venue: FirstVenue;
	admin: FirstAdmin;
	deviceName?: string;
}

export interface SignIn {
	pin: string;
	staffId?: number | null;
}

export interface SignedIn {
	token: string;
	staff: SignedInPerson;
	permissions: string[];
	expiresAt: string;
}

export interface SignedInPerson {
	id: number;
	name: string;
	role: string;
	language: string;
}

export interface StaffList {
	staff: PersonView[];
}

/** `reachable` null: not tried since the start. */
export interface StateView {
	reachable: boolean | null;
	paper: string | null;
	cover: string | null;
	detail: string;
	lastOkAt: string | null;
	proof: string;
	failed: boolean;
}

export interface StationList {
	stations: StationView[];
}

export interface StationView {
	id: number;
	name: string;
	names: Record<string, string>;
	letter: string;
	printerIds: number[];
	display: string | null;
	language: string;
}

export interface StatusChange {
	lineIds: number[];
	status: "preparing" | "ready" | "served";
}

/** What was received, counted, wasted or corrected, in the product's own unit. */
export interface StockChange {
	items: StockItem[];
	reason?: string;
}

export interface StockItem {
	itemId: number;
	quantity: number;
}

export interface StockPolicy {
	policy: "allow" | "refuse" | "warn";
	lowAt?: number;
}

export interface TableRow {
	id: number;
	areaId: number;
	name: string;
	seats: number;
	x: number;
	y: number;
	width: number;
	height: number;
	shape: string;
}

export interface TaxRateView {
	id: number;
	name: string;
	names: Record<string, string>;
	rate: number;
}

export interface TaxView {
	rateId: number;
	name: string;
	names: Record<string, string>;
	rate: number;
	base: number;
	tax: number;
}

export interface TenderView {
	paymentId: number;
	method: string;
	amount: number;
	tip: number;
	tendered: number | null;
	change: number;
	reference: string | null;
	at: string;
	staffId: number | null;
}

/** What a bar decides once; each field's description is its help text. */
export interface Venue {
	name?: string;
	currency?: string;
	language?: "en" | "zh";
	timezone?: string;
	cutoff?: number;
	taxIncluded?: boolean;
	cashRounding?: number;
	address?: string;
	taxNumber?: string;
	receiptFooter?: string;
	lateAmber?: number;
	lateRed?: number;
}

export interface VenueView {
	name: string;
	currency: string;
	exponent: number;
	language: string;
	languages: string[];
	timezone: string;
	taxIncluded: boolean;
	cashRounding: number;
	businessDay: string;
	lateAmber: number;
	lateRed: number;
	boxId: string;
	version: string;
	reachableAt: string[];
}

/** Lines to take back; the whole order when none are named. */
export interface Void {
	reason: string;
	lineIds?: number[] | null;
}

/** The number of what was made or changed. */
export interface FloorMade {
	id: number;
}

export interface MenuModifierView {
	id: number;
	name: string;
	names: Record<string, string>;
	price: number;
}

/** The number of what was made or changed. */
export interface MenuMade {
	id: number;
}

export interface OrdersModifierView {
	id: number;
	name: string;
	names: Record<string, string>;
	price: number;
}

/** The number of what was made or changed. */
export interface PrintingMade {
	id: number;
}
