// Made from the box’s OpenAPI document by scripts/api-types.mjs. Do not edit.

export interface Accuracy {
	weeks: number;
	error: number;
	lastWeek: number;
	fourWeeks: number;
	mase: number;
	covered: number | null;
	better: boolean;
}

export interface Adjust {
	account: "balance" | "bonus" | "points" | "spend";
	amount: number;
	reason: string;
}

export interface AnswerView {
	code: string;
	text: string;
}

export interface AreaView {
	id: number;
	name: string;
	names: Record<string, string>;
	sort: number;
	serviceRate: number;
	coverPrice: number;
	coverTaxRateId: number | null;
	minimumSpend: number;
}

export interface AttemptView {
	printerId: number;
	proof: "A" | "B" | "C" | "D" | null;
	marked: boolean;
	begunAt: string;
	endedAt: string | null;
	bytesWritten: number | null;
	outcome: string | null;
	evidence: string;
}

export interface BackupAlarm {
	show: boolean;
	level: "alarm" | "good" | "warning";
	text: string;
	nights: number;
	lastGoodAt: string | null;
	replaced: boolean;
}

export interface Backups {
	state: string;
	level: "alarm" | "good" | "warning";
	lastGoodAt: string | null;
	nextAt: string | null;
	nights: number;
	rehearsedAt: string | null;
	running: string;
	replaced: boolean;
	keys: KeyView[];
	backups: CopyView[];
}

export interface BalanceView {
	memberId: number;
	balance: number;
	bonus: number;
	bonusMoved: number;
}

export interface BatchView {
	id: number;
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	code: string | null;
	expiresOn: number | null;
	receivedAt: string;
	quantity: number;
	left: number;
	expired: boolean;
}

export interface BatchesView {
	batches: BatchView[];
}

export interface BonusStep {
	amount: number;
	bonus: number;
}

export interface BottleEntry {
	kind: string;
	rest: number;
	until: string;
	at: string;
	staffId: number | null;
	reason: string | null;
}

export interface BottleStory {
	bottleId: number;
	number: number;
	code: string;
	memberId: number | null;
	guest: string | null;
	phone: string | null;
	itemId: number | null;
	name: string;
	names: Record<string, string>;
	size: number;
	rest: number;
	place: string | null;
	keptAt: string;
	until: string;
	daysLeft: number;
	status: string;
	remindedAt: string | null;
	version: number;
	note: string | null;
	entries: BottleEntry[];
}

export interface BottleView {
	bottleId: number;
	number: number;
	code: string;
	memberId: number | null;
	guest: string | null;
	phone: string | null;
	itemId: number | null;
	name: string;
	names: Record<string, string>;
	size: number;
	rest: number;
	place: string | null;
	keptAt: string;
	until: string;
	daysLeft: number;
	status: string;
	remindedAt: string | null;
	version: number;
	note: string | null;
}

export interface BottlesView {
	bottles: BottleView[];
}

export interface BundleView {
	file: string;
	version: string;
	released: string;
	signedBy: string;
	notes: Record<string, string>;
	problem: string;
}

export interface CategoryView {
	id: number;
	name: string;
	names: Record<string, string>;
	color: string;
	sort: number;
	stationId: number | null;
}

export interface CauseView {
	kind: "delivery" | "mixed_up" | "overpoured" | "waste" | "whole_packs";
	share: number | null;
	packs: number | null;
	otherId: number | null;
}

export interface Checkup {
	state: "alarm" | "good" | "unknown" | "warning";
	findings: CheckupItem[];
}

export interface CheckupItem {
	about: string;
	name: string;
	state: "alarm" | "good" | "unknown" | "warning";
	value: string;
	sentence: string;
}

export interface CleaningView {
	at: string;
	staffId: number | null;
	staff: string | null;
	means: string | null;
	note: string | null;
}

export interface CleaningsView {
	cleanings: CleaningView[];
}

export interface ClockView {
	now: string;
	businessDay: string;
	quality: "ahead" | "guess" | "trusted" | "unverified";
	source: "ntp" | "owner" | "tablets" | null;
	aheadMs: number;
}

export interface CloseCount {
	uncounted?: "keep" | "zero";
}

export interface CodeView {
	text: string;
	qrSvg: string;
}

export interface ConsumptionView {
	items: Used[];
	kinds: KindUsed[];
}

export interface CopyView {
	id: number;
	at: string;
	name: string;
	targetId: number;
	targetName: string;
	state: string;
	code: string;
	detail: string;
	size: number;
	entries: number;
	key: string;
}

export interface CostRow {
	key: number;
	names: Record<string, string>;
	categoryId: number;
	quantity: number;
	net: number;
	cost: number | null;
	pourCost: number | null;
	margin: number | null;
	given: number;
	unknown: number;
}

export interface CostView {
	at: string;
	businessDay: number;
	kind: string;
	quantity: number;
	average: number;
	paid: number | null;
	document: string | null;
}

export interface CostsView {
	costs: CostView[];
}

export interface CountEntry {
	itemId: number;
	locationId?: number | null;
	quantity?: number;
	packs?: CountedPacks[];
	weights?: number[];
	replaces?: number | null;
	note?: string;
}

export interface CountView {
	countId: number;
	status: string;
	title: string | null;
	locationId: number | null;
	blind: boolean;
	openedAt: string;
	openedBy: number | null;
	closedAt: string | null;
	closedBy: number | null;
	businessDay: string;
}

export interface CountedPacks {
	packId: number;
	count: number;
}

export interface CountsView {
	counts: CountView[];
}

export interface Credentials {
	user?: string;
	secret?: string;
}

export interface CustomerInfo {
	name?: string | null;
	phone?: string | null;
	note?: string | null;
	card?: string | null;
}

export interface DayAhead {
	day: string;
	weekday: number;
	holiday: Record<string, string> | null;
	sales: number;
	salesLow: number;
	salesHigh: number;
	covers: number;
	booked: number;
	usuallyBooked: number;
	peakHour: number | null;
	people: number;
	usualPeople: string[];
	hours: HourAhead[];
}

export interface DayView {
	businessDay: string;
	ready: boolean;
	orders: OpenOrder[];
	openAmount: number;
	heldLines: number;
	unprinted: number;
	drawers: DrawerView[];
}

export interface DeadItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	onHand: number;
	value: number;
	lastUsed: number | null;
	lastReceived: number | null;
}

export interface DeadView {
	items: DeadItem[];
	value: number;
}

export interface DeductionView {
	kind: string;
	staffId: number;
	staffName: string;
	reason: string;
	count: number;
	amount: number;
}

export interface DeductionsView {
	from: string;
	to: string;
	currency: string;
	rows: DeductionView[];
}

export interface DeliveredLine {
	itemId: number;
	packs: number;
	packId?: number | null;
	amount?: number | null;
	locationId?: number | null;
	code?: string | null;
	expiresOn?: number | null;
}

export interface DeliveriesView {
	deliveries: DeliveryHead[];
}

export interface DeliveryHead {
	id: number;
	purchaseId: number | null;
	supplierId: number | null;
	supplier: string | null;
	paper: string | null;
	at: string;
	businessDay: number;
	staffId: number | null;
	note: string | null;
	amount: number;
	differs: boolean;
	reversedAt: string | null;
	reversedBy: number | null;
	reversedFor: string | null;
	replacedBy: number | null;
}

export interface DeliveryLineView {
	line: number;
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	packId: number | null;
	pack: Record<string, string> | null;
	packSize: number;
	packs: number;
	quantity: number;
	amount: number | null;
	expected: number | null;
	difference: number | null;
	amountDifference: number | null;
	code: string | null;
	expiresOn: number | null;
	locationId: number | null;
	costBefore: number | null;
	costAfter: number | null;
	priceBefore: number | null;
}

export interface DeliveryView {
	id: number;
	purchaseId: number | null;
	supplierId: number | null;
	supplier: string | null;
	paper: string | null;
	at: string;
	businessDay: number;
	staffId: number | null;
	note: string | null;
	amount: number;
	differs: boolean;
	reversedAt: string | null;
	reversedBy: number | null;
	reversedFor: string | null;
	replacedBy: number | null;
	lines: DeliveryLineView[];
}

export interface DepositItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	onHand: number;
	atGuests: number;
	ofSuppliers: number;
	deposit: number;
	value: number;
	guestValue: number;
	lastMoved: number | null;
}

export interface DepositView {
	reservationId: number;
	left: number;
}

export interface DepositsView {
	items: DepositItem[];
}

export interface DeviceView {
	id: number;
	name: string;
	pairedAt: string;
	seenAt: string | null;
}

export interface Difference {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	locationId: number;
	quantity: number;
}

export interface Directory {
	members: NamedView[];
}

export interface DiscountView {
	kind: string;
	value: number;
	reason: string;
	staffId: number | null;
}

export interface DoubleDay {
	factor: number;
	weekdays?: number[];
	first?: string | null;
	last?: string | null;
}

export interface DrawerCounted {
	zNumber: number;
	staffName: string;
	expected: number;
	counted: number;
	overShort: number;
}

export interface DrawerView {
	id: number;
	name: string;
	session: SessionView | null;
}

export interface EditBottle {
	memberId?: number | null;
	name?: string | null;
	phone?: string | null;
	itemId?: number | null;
	names?: Record<string, string> | null;
	size?: number | null;
	place?: string | null;
	note?: string | null;
	version?: number | null;
}

export interface EditItem {
	names: Record<string, string>;
	unit?: "g" | "ml" | "piece";
	kind?: "drink" | "food" | "other" | "packaging" | "premix";
	policy?: "allow" | "refuse" | "warn";
	locationId?: number;
	shelf?: string | null;
	lowAt?: number;
	par?: number;
	cost?: number | null;
	supplierId?: number | null;
	barcode?: string | null;
	tare?: number | null;
	fullWeight?: number | null;
	fullQuantity?: number | null;
	dated?: boolean;
	note?: string | null;
	packs?: EditPack[] | null;
}

export interface EditLocation {
	names: Record<string, string>;
	sort?: number;
}

export interface EditMember {
	name?: string | null;
	phone?: string | null;
	card?: string | null;
	birthday?: string | null;
	note?: string | null;
	consent?: boolean;
	givenTierId?: number | null;
}

export interface EditModifier {
	names: Record<string, string>;
	price?: number;
	id?: number | null;
	productId?: number | null;
	takes?: number;
}

export interface EditPack {
	names: Record<string, string>;
	quantity: number;
	id?: number | null;
	barcode?: string | null;
	price?: number | null;
	depositItemId?: number | null;
}

export interface EditPrinter {
	name: string;
	connection: string;
	profile: string;
	columns?: number | null;
	proof?: "A" | "B" | "C" | "D" | null;
	kanji?: "gb18030" | "none" | null;
	fallbackId?: number | null;
	patienceSeconds?: number;
	receipts?: boolean;
	stationIds?: number[] | null;
}

export interface EditPurchase {
	supplierId: number;
	lines: EditPurchaseLine[];
	expectedOn?: number | null;
	note?: string | null;
	version?: number | null;
}

export interface EditPurchaseLine {
	itemId: number;
	packs: number;
	packId?: number | null;
	price?: number | null;
	note?: string | null;
}

export interface EditRecipe {
	items: Ingredient[];
	yields?: number;
	note?: string | null;
}

export interface EditReservation {
	covers: number;
	startsAt: string;
	name?: string | null;
	phone?: string | null;
	memberId?: number | null;
	minutes?: number | null;
	tableIds?: number[];
	note?: string | null;
	source?: "member" | "other" | "phone" | "walk_in" | "web";
	depositAmount?: number;
}

export interface EditStaff {
	name: string;
	role: "admin" | "bartender" | "kitchen" | "manager" | "waiter";
	pin?: string | null;
	language?: "en" | "zh";
}

export interface EditStation {
	names: Record<string, string>;
	printerIds?: number[];
	display?: "bar" | "kitchen" | null;
	letter?: string | null;
	language?: "en" | "zh";
	copies?: number;
	perCourse?: boolean;
	wholeOrder?: boolean;
}

export interface EditSupplier {
	name: string;
	contact?: string | null;
	phone?: string | null;
	email?: string | null;
	address?: string | null;
	note?: string | null;
	language?: "en" | "zh";
	leadDays?: number;
	weekdays?: number[];
	minimum?: number;
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

export interface EditTap {
	names: Record<string, string>;
	sort?: number;
	cleanDays?: number;
}

export interface EditTarget {
	name: string;
	url: string;
	credentials?: Credentials | null;
	limitKb?: number;
	live?: boolean | null;
}

export interface EditTier {
	names: Record<string, string>;
	spend: number;
	earn?: number;
}

export interface EngineeringView {
	from: string;
	to: string;
	currency: string;
	products: MenuProduct[];
	costsKnown: number;
}

export interface EntryView {
	entryId: number;
	account: string;
	kind: string;
	amount: number;
	at: string;
	businessDay: string;
	staffId: number | null;
	orderId: number | null;
	paymentId: number | null;
	expiresOn: string | null;
	reason: string | null;
}

export interface Expected {
	reservationId: number;
	name: string | null;
	covers: number;
	startsAt: string;
}

export interface FavouriteView {
	itemId: number;
	names: Record<string, string>;
	quantity: number;
	visits: number;
	lastAt: string;
}

export interface Figures {
	kind: string;
	number: number | null;
	title: string;
	staffName: string;
	businessDay: string;
	openedAt: string;
	closedAt: string;
	orders: number;
	covers: number;
	subtotal: number;
	discountAmount: number;
	serviceAmount: number;
	coverAmount: number;
	taxAmount: number;
	totalAmount: number;
	compedAmount: number;
	voids: number;
	voidedAmount: number;
	tenders: TenderFigure[];
	taxes: TaxFigure[];
	movements: MovementFigure[];
	noSales: number;
	float: number;
	expected: number | null;
	counted: number | null;
	overShort: number | null;
	journalSeq: number;
	journalHash: string;
	prepaid?: PrepaidFigure[];
}

export interface FindingView {
	proof: "A" | "B" | "C" | "D";
	clear: boolean;
	maker: string;
	model: string;
	serial: string;
	language: string;
	profile: string | null;
	refused: string;
	columns: number | null;
	kanji: string | null;
	honest: boolean | null;
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

export interface FoundList {
	found: FoundView[];
	profiles: string[];
}

export interface FoundView {
	connection: string;
	title: string;
	how: "mdns" | "port" | "serial" | "usb";
	profile: string | null;
	refused: string;
	answers: boolean | null;
	printerId: number | null;
}

export interface GroupView {
	id: number;
	kind: string;
	name: string;
	names: Record<string, string>;
	minimum: number;
	maximum: number;
	modifiers: MenuModifierView[];
}

export interface HappyHour {
	ruleId: number;
	names: Record<string, string>;
	days: number;
	quantity: number;
	amount: number;
	regularAmount: number;
	given: number;
	hoursShare: number | null;
	otherShare: number | null;
	products: RuleProduct[];
}

export interface HappyHoursView {
	from: string;
	to: string;
	currency: string;
	rules: HappyHour[];
}

export interface Health {
	status: string;
	version: string;
	store: string;
	boxId: string;
	seq: number;
}

export interface HeatCell {
	weekday: number;
	hour: number;
	days: number;
	orders: number;
	covers: number;
	total: number;
	net: number;
}

export interface HeatView {
	from: string;
	to: string;
	currency: string;
	cells: HeatCell[];
}

export interface HourAhead {
	hour: number;
	sales: number;
	salesLow: number;
	salesHigh: number;
	covers: number;
	coversLow: number;
	coversHigh: number;
	booked: number;
	people: number;
}

export interface ImportReport {
	applied: boolean;
	added: number;
	changed: number;
	unchanged: number;
	categories: string[];
	groups: string[];
	problems: RowProblem[];
}

export interface ImportedCell {
	heading: string;
	before: string;
	after: string;
}

export interface ImportedRow {
	table: string;
	row: number;
	name: string;
	isNew: boolean;
	cells: ImportedCell[];
}

export interface Ingredient {
	itemId: number;
	quantity: number;
	loss?: number;
}

export interface IngredientView {
	itemId: number;
	name: string;
	unit: string;
	quantity: number;
	loss: number;
	cost: number;
}

export interface InventoryItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	onHand: number | null;
	policy: string;
	low: boolean;
	kind?: string;
	unit?: string;
	lowAt?: number;
	par?: number;
	locationId?: number | null;
	shelf?: string | null;
	supplierId?: number | null;
	barcode?: string | null;
	value?: number | null;
	places?: PlaceLevel[];
	packs?: InventoryPack[];
}

export interface InventoryPack {
	id: number;
	name: string;
	names: Record<string, string>;
	quantity: number;
	barcode: string | null;
}

export interface InventoryView {
	items: InventoryItem[];
	total: number;
	low: number;
}

export interface Invitation {
	code: string;
	expiresAt: string;
	url: string;
	qrSvg: string;
}

export interface ItemView {
	id: number;
	name: string;
	names: Record<string, string>;
	kind: string;
	unit: string;
	policy: string;
	locationId: number;
	shelf: string | null;
	lowAt: number;
	par: number;
	cost: number;
	lastCost: number;
	supplierId: number | null;
	barcode: string | null;
	tare: number | null;
	fullWeight: number | null;
	fullQuantity: number | null;
	dated: boolean;
	note: string | null;
	packs: PackView[];
}

export interface ItemsView {
	items: ItemView[];
}

export interface JobStory {
	job: JobView;
	attempts: AttemptView[];
}

export interface JobView {
	id: number;
	kind: string;
	state: string;
	detail: string;
	certainty: "likely" | "proven" | "sent" | "unknown" | null;
	proof: "A" | "B" | "C" | "D" | null;
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

export interface KeepBottle {
	memberId?: number | null;
	name?: string | null;
	phone?: string | null;
	itemId?: number | null;
	names?: Record<string, string> | null;
	size?: number | null;
	place?: string | null;
	note?: string | null;
	rest?: number | null;
	until?: string | null;
	orderId?: number | null;
}

export interface KegView {
	kegId: number;
	tapId: number | null;
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	size: number;
	poured: number;
	remaining: number;
	share: number;
	tappedAt: string;
	tappedBy: number | null;
	bestBefore: string | null;
	stale: boolean;
	emptiedAt: string | null;
	emptiedBy: number | null;
	note: string | null;
}

export interface KegsView {
	kegs: KegView[];
}

export interface KeyView {
	fingerprint: string;
	madeAt: string;
	backups: number;
}

export interface KindUsed {
	kind: string;
	value: number;
	wasteValue: number;
	differenceValue: number;
}

export interface LapseView {
	on: string;
	points: number;
}

export interface LapsingBatch {
	itemId: number;
	names: Record<string, string>;
	unit: string;
	left: number;
	expiresOn: number;
	expired: boolean;
}

export interface LapsingBottle {
	bottleId: number;
	code: string;
	names: Record<string, string>;
	until: string;
}

export interface LastProofView {
	businessDay: number;
	at: string;
	moves: number;
}

export interface LedgerView {
	entries: EntryView[];
	lapsing: LapseView[];
}

export interface LiabilityView {
	first: string;
	last: string;
	balance: number;
	bonus: number;
	points: number;
	pointsWorth: number;
	moved: MovedView[];
}

export interface LineChange {
	lineId: number;
	quantity?: number | null;
	modifiers?: number[] | null;
	seat?: number | null;
	course?: number | null;
	note?: string | null;
}

export interface LineToClean {
	tapId: number;
	names: Record<string, string>;
	cleanBy: string | null;
	overdue: boolean;
}

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
	parentId: number | null;
	priceRuleId: number | null;
	discount: DiscountView | null;
	discountAmount: number;
}

export interface LiveCopies {
	copies: LiveView[];
}

export interface LiveView {
	targetId: number;
	targetName: string;
	state: "failing" | "live" | "reaching" | "replaced" | "waiting";
	problem: string;
	code: string;
	at: string | null;
	behindS: number | null;
	baseAt: string | null;
	everyS: number;
}

export interface LocationView {
	id: number;
	name: string;
	names: Record<string, string>;
	sort: number;
}

export interface LocationsView {
	locations: LocationView[];
}

export interface LowItem {
	itemId: number;
	names: Record<string, string>;
	unit: string;
	onHand: number;
	lowAt: number;
}

export interface MadeKey {
	key: string;
	words: string[];
	fingerprint: string;
	qrSvg: string;
	printing: boolean;
}

export interface Media {
	media: MediumView[];
}

export interface MediumView {
	label: string;
	url: string;
	free: number;
	size: number;
}

export interface MemberView {
	memberId: number;
	name: string | null;
	phone: string | null;
	card: string | null;
	code: string | null;
	birthday: string | null;
	note: string | null;
	consent: boolean;
	joinedAt: string;
	tier: TierView | null;
	givenTierId: number | null;
	nextTier: TierView | null;
	spendToNext: number;
	barred: string | null;
	erased: boolean;
	points: number;
	pointsWorth: number;
	balance: number;
	bonus: number;
	spend: number;
}

export interface Members {
	members: MemberView[];
}

export interface MenuModifierView {
	id: number;
	name: string;
	names: Record<string, string>;
	price: number;
	itemId: number | null;
}

export interface MenuProduct {
	productId: number;
	names: Record<string, string>;
	categoryId: number;
	categoryNames: Record<string, string>;
	quantity: number;
	net: number;
	price: number;
	cost: number | null;
	margin: number | null;
	earned: number | null;
	popular: boolean;
	kind: "dog" | "ploughhorse" | "puzzle" | "star" | null;
}

export interface MenuView {
	taxIncluded: boolean;
	categories: CategoryView[];
	products: ProductView[];
	groups: GroupView[];
	taxRates: TaxRateView[];
}

export interface MorningView {
	businessDay: string;
	madeAt: string | null;
	currency: string;
	total: SalesRow;
	lastTime: SalesRow;
	usually: SalesRow;
	hours: SalesRow[];
	products: SalesRow[];
	staff: SalesRow[];
	tenders: SalesRow[];
	deductions: DeductionView[];
	drawers: DrawerCounted[];
	low: LowItem[];
	lowCount: number;
	lapsing: LapsingBatch[];
	lapsingCount: number;
	bottles: LapsingBottle[];
	cleanings: LineToClean[];
	lastBackup: string | null;
	bookings: Expected[];
	bookedCovers: number;
	alarms: ReportsAlarm[];
}

export interface MoveCash {
	kind: "drop" | "no_sale" | "paid_in" | "paid_out";
	reason: string;
	amount?: number;
}

export interface MoveView {
	at: string | null;
	businessDay: number;
	day: boolean;
	kind: string;
	locationId: number;
	quantity: number;
	value: number;
	staffId: number | null;
	orderId: number | null;
	document: string | null;
	reason: string | null;
	staff: string | null;
	balance: number;
}

export interface MovedView {
	account: string;
	kind: string;
	count: number;
	amount: number;
}

export interface MovementFigure {
	kind: string;
	amount: number;
	reason: string;
}

export interface MovementView {
	kind: string;
	amount: number;
	reason: string;
	at: string;
}

export interface MovesView {
	moves: MoveView[];
	earlier: number | null;
}

export interface NamedView {
	memberId: number;
	name: string | null;
	initials: string | null;
	phone: string | null;
	card: string | null;
	code: string | null;
}

export interface NewDelivery {
	lines: DeliveredLine[];
	supplierId?: number | null;
	paper?: string | null;
	note?: string | null;
}

export interface NewDiscount {
	kind: "amount" | "percent";
	value: number;
	reason: string;
	lineIds?: number[] | null;
}

export interface NewItem {
	itemId: number;
	quantity?: number;
	modifiers?: number[];
	seat?: number | null;
	course?: number | null;
	note?: string | null;
	hold?: boolean;
	price?: number | null;
	parts?: Part[];
}

export interface NewOrder {
	items: NewItem[];
	tableId?: number | null;
	tab?: string | null;
	covers?: number | null;
	customerInfo?: CustomerInfo | null;
	takeaway?: boolean;
	ageChecked?: boolean;
	memberId?: number | null;
}

export interface NewTender {
	method: "card" | "cash" | "deposit" | "house" | "member" | "mobile" | "points" | "voucher";
	amount: number;
	tip?: number;
	tendered?: number | null;
	reference?: string | null;
	account?: number | null;
}

export interface NoteView {
	noteId: number;
	text: string;
	staffId: number;
	staffName: string;
	at: string;
	doneAt: string | null;
	doneBy: number | null;
	doneByName: string | null;
}

export interface Notes {
	notes: NoteView[];
	seq: number;
}

export interface OfferView {
	name: string;
	store: string;
	at: string;
	size: number;
	businessDay: string;
	orders: number;
	entries: number;
	slip: string;
	tooNew: boolean;
	since: string | null;
}

export interface OfficeCategory {
	names: Record<string, string>;
	color?: string;
	sort?: number;
	stationId?: number | null;
	id: number;
}

export interface OfficeGroup {
	names: Record<string, string>;
	modifiers: EditModifier[];
	minimum?: number;
	maximum?: number;
	kind?: "choice" | "set" | "size";
	id: number;
}

export interface OfficePriceRule {
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
	combines?: boolean;
	tierId?: number | null;
	id: number;
}

export interface OfficeProduct {
	categoryId: number;
	names: Record<string, string>;
	price: number;
	taxRateId: number;
	stationId?: number | null;
	available?: boolean;
	barcode?: string | null;
	sort?: number;
	groupIds?: number[];
	openPrice?: boolean;
	unit?: string;
	age?: number;
	discountable?: boolean;
	id: number;
}

export interface OfficeTaxRate {
	names: Record<string, string>;
	rate: number;
	id: number;
}

export interface OpenCount {
	locationId?: number | null;
	title?: string;
	blind?: boolean;
	scope?: Scope;
}

export interface OpenOrder {
	orderId: number;
	number: number;
	tableId: number | null;
	areaId: number | null;
	place: string;
	status: string;
	staffId: number | null;
	staffName: string;
	businessDay: string;
	openedAt: string;
	minutes: number;
	totalAmount: number;
	balance: number;
	heldLines: number;
	carriedOver: string | null;
}

export interface OrderBehind {
	orderId: number;
	number: number;
	businessDay: string;
	at: string;
	tableName: string | null;
	tab: string | null;
	staffName: string;
	covers: number | null;
	total: number;
	amount: number;
	reason: string | null;
	cursor: string;
}

export interface OrderList {
	orders: OrderView[];
	seq: number;
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
	takeaway: boolean;
	staffId: number | null;
	staffName: string;
	customerInfo: CustomerInfo | null;
	memberId: number | null;
	items: LineView[];
	subtotal: number;
	discount: DiscountView | null;
	discountAmount: number;
	serviceRate: number;
	serviceAmount: number;
	coverAmount: number;
	minimumSpend: number;
	minimumLeft: number;
	taxAmount: number;
	taxes: TaxView[];
	totalAmount: number;
	roundingAmount: number;
	paidAmount: number;
	refundedAmount: number;
	balance: number;
	payments: TenderView[];
	shares: ShareView[];
	splitFrom: number | null;
	mergedInto: number | null;
	carriedOver: string | null;
	businessDay: string;
	createdAt: string;
	billedAt: string | null;
	paidAt: string | null;
}

export interface OrdersModifierView {
	id: number;
	name: string;
	names: Record<string, string>;
	price: number;
	course?: boolean;
}

export interface OrdersView {
	from: string;
	to: string;
	currency: string;
	orders: OrderBehind[];
}

export interface OutlookView {
	method: "forecast" | "four_weeks" | "none";
	currency: string;
	historyDays: number;
	days: DayAhead[];
	peaks: Peak[];
	salesAccuracy: Accuracy | null;
	coversAccuracy: Accuracy | null;
	ordersPerPerson: number | null;
}

export interface PackView {
	id: number;
	name: string;
	names: Record<string, string>;
	quantity: number;
	barcode: string | null;
	price: number | null;
	depositItemId: number | null;
}

export interface Paired {
	deviceId: number;
	deviceToken: string;
}

export interface Part {
	choice: number;
	modifiers?: number[];
	note?: string | null;
}

export interface PayCode {
	amount: number;
	text: string;
	qrSvg: string;
}

export interface PaymentView {
	paymentId: number;
	change: number;
	balance: number;
	order: OrderView;
	receiptNumber: number | null;
	receiptUrl: string | null;
}

export interface Peak {
	day: string;
	hour: number;
	sales: number;
	covers: number;
}

export interface PermissionView {
	permission: string;
	sensitive: boolean;
	fixed: boolean;
}

export interface PersonView {
	id: number;
	name: string;
	role: string;
	language: string;
	locked?: boolean;
}

export interface PlaceLevel {
	locationId: number;
	onHand: number;
}

export interface PourCostView {
	from: string;
	to: string;
	currency: string;
	since: string | null;
	total: CostRow;
	categories: CostRow[];
	products: CostRow[];
}

export interface PrepaidFigure {
	kind: string;
	method: string;
	count: number;
	amount: number;
}

export interface PrepaidView {
	memberId: number | null;
	balance: number;
	points: number;
	pointValue: number;
	pointsPay: number;
	reservationId: number | null;
	depositLeft: number;
}

export interface PriceAt {
	itemId: number;
	price: number;
	regularPrice: number;
	ruleId: number | null;
}

export interface PricesAt {
	prices: PriceAt[];
}

export interface PrinterView {
	id: number;
	name: string;
	connection: string;
	profile: string;
	columns: number | null;
	kanji: "gb18030" | "none" | null;
	clears: boolean | null;
	model: string | null;
	stationIds: number[];
	fallbackId: number | null;
	patienceSeconds: number;
	receipts: boolean;
	state: StateView;
}

export interface ProbeView {
	printerId: number;
	state: "asking" | "done" | "failed" | "working";
	question: QuestionView | null;
	finding: FindingView | null;
	detail: string;
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
	openPrice: boolean;
	unit: string;
	age: number;
	discountable: boolean;
	sizes: SizePrice[];
}

export interface Production {
	itemId: number;
	quantity: number;
	made?: number | null;
	locationId?: number | null;
	reason?: string;
}

export interface ProfileView {
	name: string;
	title: string;
	columns: number;
	widthMm: number;
	proof: "A" | "B" | "C" | "D";
	notes: string;
}

export interface Program {
	earnPer?: number;
	pointValue?: number;
	mostByPoints?: number;
	expiryMonths?: number;
	excludedCategoryIds?: number[];
	doubleDays?: DoubleDay[];
	birthdayFactor?: number;
	birthdayDays?: number;
	earnOnBalance?: boolean;
	tierMonths?: number;
	bonuses?: BonusStep[];
}

export interface ProgramView {
	program: Program;
	tiers: TierView[];
}

export interface Progress {
	step: "failed" | "fetching" | "proving" | "ready" | "updating";
	done: number;
	size: number;
	problem: string;
	lacks: string;
	bar: string;
	orders: number;
	admin: string;
	deviceId: number;
}

export interface ProofView {
	differences: Difference[];
	moves: number;
	last: LastProofView | null;
}

export interface PurchaseHead {
	id: number;
	number: number;
	supplierId: number;
	supplier: string;
	status: "cancelled" | "closed" | "draft" | "partly" | "sent";
	version: number;
	createdAt: string;
	businessDay: number;
	staffId: number | null;
	sentAt: string | null;
	sentAs: string | null;
	expectedOn: number | null;
	closedAt: string | null;
	note: string | null;
	amount: number;
}

export interface PurchaseLineView {
	line: number;
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	packId: number | null;
	pack: Record<string, string> | null;
	packs: number;
	quantity: number;
	price: number | null;
	amount: number | null;
	received: number;
	note: string | null;
}

export interface PurchaseView {
	id: number;
	number: number;
	supplierId: number;
	supplier: string;
	status: "cancelled" | "closed" | "draft" | "partly" | "sent";
	version: number;
	createdAt: string;
	businessDay: number;
	staffId: number | null;
	sentAt: string | null;
	sentAs: string | null;
	expectedOn: number | null;
	closedAt: string | null;
	note: string | null;
	amount: number;
	lines: PurchaseLineView[];
}

export interface PurchasesView {
	purchases: PurchaseHead[];
}

export interface QualityView {
	on: boolean;
	orders: number;
	cases: number;
	hitRate: number | null;
	popularHitRate: number | null;
	better: boolean | null;
}

export interface QuestionView {
	code: string;
	text: string;
	answers: AnswerView[];
}

export interface ReceiptCode {
	number: number;
	url: string;
	qrSvg: string;
}

export interface ReceiptTemplate {
	header?: string[];
	footer?: string[];
	language?: "en" | "zh" | null;
	logo?: string;
	nameSize?: number;
	totalSize?: number;
	showWaiter?: boolean;
	showCovers?: boolean;
	showUnitPrice?: boolean;
	showModifiers?: boolean;
}

export interface ReceivePurchase {
	lines: DeliveredLine[];
	paper?: string | null;
	note?: string | null;
	close?: boolean;
}

export interface RecipeView {
	productId: number | null;
	modifierId: number | null;
	itemId: number | null;
	name: string;
	yields: number;
	items: IngredientView[];
	cost: number;
	price: number | null;
	pourCost: number | null;
	margin: number | null;
	chosenCost?: number | null;
	costTo?: number | null;
	pourCostTo?: number | null;
}

export interface RecipesView {
	recipes: RecipeView[];
}

export interface RefundTender {
	method: "card" | "cash" | "deposit" | "house" | "member" | "mobile" | "points" | "voucher";
	amount: number;
	tip?: number;
	reference?: string | null;
}

export interface RefundView {
	paymentId: number;
	refunded: number;
	order: OrderView;
}

export interface ReportsAlarm {
	code: string;
	count: number;
}

export interface ReservationView {
	reservationId: number;
	version: number;
	status: string;
	name: string | null;
	phone: string | null;
	memberId: number | null;
	covers: number;
	businessDay: string;
	startsAt: string;
	endsAt: string;
	minutes: number;
	tableIds: number[];
	tableNames: string[];
	note: string | null;
	source: string;
	depositAmount: number;
	quotedMinutes: number | null;
	remindedAt: string | null;
	orderId: number | null;
	staffId: number | null;
	createdAt: string;
	reason: string | null;
}

export interface Reservations {
	reservations: ReservationView[];
	seq: number;
}

export interface Restore {
	code: string;
	url: string;
	name: string;
	key: string;
	pin: string;
	credentials?: Credentials | null;
	deviceName?: string;
	at?: string | null;
}

export interface ReverseDelivery {
	reason: string;
	instead?: ReceivePurchase | null;
}

export interface RoleTable {
	roles: RoleView[];
	permissions: PermissionView[];
}

export interface RoleView {
	role: "admin" | "bartender" | "kitchen" | "manager" | "waiter";
	permissions: string[];
	standard: string[];
	fixed: boolean;
}

export interface RowProblem {
	table: string;
	row: number;
	column: string;
	problem: string;
}

export interface RuleProduct {
	productId: number;
	names: Record<string, string>;
	quantity: number;
	amount: number;
	regularAmount: number;
}

export interface SalesRow {
	key: string;
	names: Record<string, string>;
	total: number;
	net: number;
	orders?: number | null;
	covers?: number | null;
	count?: number | null;
	quantity?: number | null;
	inSets?: number | null;
	amount?: number | null;
	discount?: number | null;
	service?: number | null;
	cover?: number | null;
	tax?: number | null;
	comped?: number | null;
	compedQuantity?: number | null;
	refunded?: number | null;
	tips?: number | null;
	rounding?: number | null;
	seatings?: number | null;
	turnMinutes?: number | null;
}

export interface SalesView {
	from: string;
	to: string;
	currency: string;
	by: "area" | "category" | "day" | "hour" | "month" | "product" | "staff" | "table" | "tax" | "tender" | "week";
	rows: SalesRow[];
	total: SalesRow;
	lastTime: SalesRow;
	usually: SalesRow;
}

export interface Scope {
	kinds?: ("drink" | "food" | "other" | "packaging" | "premix")[];
	shelf?: string;
	low?: boolean;
	itemIds?: number[];
}

export interface SentPurchase {
	purchase: PurchaseView;
	to?: string | null;
	subject?: string | null;
	text?: string | null;
	jobId?: number | null;
	file?: string | null;
}

export interface SessionView {
	sessionId: number;
	drawerId: number;
	businessDay: string;
	staffId: number | null;
	staffName: string;
	openedAt: string;
	float: number | null;
	movements: MovementView[];
}

export interface Setup {
	code: string;
	venue: FirstVenue;
	admin: FirstAdmin;
	deviceName?: string;
}

export interface ShareView {
	share: number;
	amount: number;
	paidAmount: number;
}

export interface SheetEntry {
	entryId: number;
	quantity: number;
	at: string;
	staffId: number | null;
	note: string | null;
	replaced: boolean;
}

export interface SheetItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	kind: string;
	unit: string;
	locationId: number;
	shelf: string | null;
	barcode: string | null;
	packs: SheetPack[];
	weighed: boolean;
	counted: number | null;
	expected: number | null;
	entries: SheetEntry[];
}

export interface SheetPack {
	id: number;
	name: string;
	quantity: number;
	barcode: string | null;
}

export interface SheetView {
	countId: number;
	status: string;
	title: string | null;
	locationId: number | null;
	blind: boolean;
	openedAt: string;
	openedBy: number | null;
	closedAt: string | null;
	closedBy: number | null;
	businessDay: string;
	items: SheetItem[];
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

export interface SizePrice {
	modifierId: number;
	price: number;
}

export interface SplitView {
	order: OrderView;
	new: OrderView | null;
}

export interface StateView {
	reachable: boolean | null;
	paper: string | null;
	cover: string | null;
	detail: string;
	lastOkAt: string | null;
	proof: "A" | "B" | "C" | "D";
	certainty: "likely" | "proven" | "sent";
	probedAt: string | null;
	failed: boolean;
	waiting: number;
	oldestWaitingAt: string | null;
	stale: number;
}

export interface StationView {
	id: number;
	name: string;
	names: Record<string, string>;
	letter: string;
	printerIds: number[];
	display: string | null;
	language: string;
	copies: number;
	perCourse: boolean;
	wholeOrder: boolean;
}

export interface StockChange {
	items: StockItem[];
	reason?: string;
	document?: string | null;
}

export interface StockImport {
	applied: boolean;
	added: number;
	changed: number;
	unchanged: number;
	recipes: number;
	suppliers: string[];
	problems: StockProblem[];
	rows: ImportedRow[];
}

export interface StockItem {
	itemId: number;
	quantity: number;
	packId?: number | null;
	locationId?: number | null;
	amount?: number | null;
	code?: string | null;
	expiresOn?: number | null;
}

export interface StockProblem {
	table: string;
	row: number;
	column: string;
	problem: string;
	fix: string;
	heading: string;
	value: string;
}

export interface StockTransfer {
	items: StockItem[];
	fromId: number;
	toId: number;
	reason?: string;
}

export interface SuggestedLine {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	packId: number | null;
	pack: Record<string, string> | null;
	packs: number;
	quantity: number;
	price: number | null;
	amount: number | null;
	onHand: number;
	onOrder: number;
	lowAt: number;
	par: number;
	perDay: number;
	foreseen: number;
	daysLeft: number | null;
	reason: "fill" | "forecast" | "low" | "runs_out";
	text: string;
}

export interface SuggestedOrder {
	supplierId: number | null;
	supplier: string;
	arrivesOn: number;
	nextOn: number;
	amount: number;
	minimum: number;
	missing: number;
	lines: SuggestedLine[];
}

export interface SuggestedView {
	orders: SuggestedOrder[];
	forecast: boolean;
}

export interface SuggestionView {
	itemId: number;
	reason: "now" | "together" | "usual";
	times: number;
	withItemId: number | null;
}

export interface SuggestionsView {
	suggestions: SuggestionView[];
}

export interface SupplierView {
	id: number;
	name: string;
	contact: string | null;
	phone: string | null;
	email: string | null;
	address: string | null;
	note: string | null;
	language: string;
	leadDays: number;
	weekdays: number[];
	minimum: number;
	items: number;
}

export interface SuppliersView {
	suppliers: SupplierView[];
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

export interface TapKeg {
	itemId: number;
	size?: number | null;
	bestBefore?: string | null;
	note?: string | null;
	wasteRest?: boolean;
}

export interface TapView {
	tapId: number;
	name: string;
	names: Record<string, string>;
	sort: number;
	cleanDays: number;
	cleanedAt: string | null;
	cleanBy: string | null;
	cleaning: "clean" | "due" | "overdue";
	keg: KegView | null;
}

export interface TapsView {
	taps: TapView[];
}

export interface TargetView {
	id: number;
	name: string;
	url: string;
	hasCredentials: boolean;
	limitKb: number;
	live: boolean;
	lastGoodAt: string | null;
	lastGoodSize: number;
	problem: string;
	code: string;
	failures: number;
}

export interface TaxFigure {
	rateId: number;
	names: Record<string, string>;
	rate: number;
	gross: number;
	base: number;
	tax: number;
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

export interface Templates {
	ticket?: TicketTemplate;
	receipt?: ReceiptTemplate;
}

export interface TenderFigure {
	method: string;
	count: number;
	amount: number;
	tips: number;
	refunds: number;
	rounding: number;
}

export interface TenderView {
	paymentId: number;
	kind: string;
	method: string;
	amount: number;
	tip: number;
	tendered: number | null;
	change: number;
	reference: string | null;
	rounding: number;
	reason: string | null;
	at: string;
	staffId: number | null;
}

export interface TestResult {
	problem: string;
	code: string;
	detail: string;
}

export interface Ticket {
	ticket: string;
	deviceToken: string;
}

export interface TicketTemplate {
	header?: string[];
	footer?: string[];
	placeSize?: number;
	itemSize?: number;
	modifierHeight?: number;
	secondLanguage?: boolean;
	showWaiter?: boolean;
	showCovers?: boolean;
	showOrderNumber?: boolean;
	railClipLines?: number;
}

export interface TierView {
	id: number;
	name: string;
	names: Record<string, string>;
	spend: number;
	earn: number;
}

export interface TopUp {
	method: "card" | "cash" | "mobile";
	amount: number;
	reference?: string | null;
	drawerId?: number | null;
}

export interface TriedView {
	outcome: string;
	detail: string;
}

export interface TrustView {
	secure: string[];
	name: string;
	fingerprint: string;
	page: string;
	qrSvg: string;
}

export interface Updates {
	version: string;
	managed: boolean;
	trying: string;
	step: string;
	stepVersion: string;
	detail: string;
	refused: string;
	reason: string;
	keys: string[];
	bundles: BundleView[];
	source: string;
	lookedAt: string;
	lookProblem: string;
}

export interface Used {
	itemId: number;
	name: string;
	names: Record<string, string>;
	kind: string;
	unit: string;
	sold: number;
	comped: number;
	staff: number;
	wasted: number;
	produced: number;
	theoretical: number;
	difference: number;
	actual: number;
	value: number;
	wasteValue: number;
	differenceValue: number;
	counted: boolean;
	causes: CauseView[];
}

export interface VarianceRow {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	counted: number;
	expected: number;
	difference: number;
	value: number;
	consumed: number;
	received: number;
	causes: CauseView[];
}

export interface VarianceView {
	countId: number;
	status: string;
	since: string | null;
	missing: number;
	over: number;
	countedValue: number;
	rows: VarianceRow[];
}

export interface Venue {
	name?: string;
	currency?: string;
	language?: "en" | "zh";
	timezone?: string;
	country?: string;
	cutoff?: number;
	taxIncluded?: boolean;
	cashRounding?: number;
	mobileQr?: string;
	address?: string;
	taxNumber?: string;
	receiptFooter?: string;
	lateAmber?: number;
	lateRed?: number;
	autoLock?: number;
	pinAgain?: number;
	keepDays?: number;
	suggestions?: boolean;
	https?: boolean;
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
	autoLock: number;
	boxId: string;
	version: string;
	reachableAt: string[];
}

export interface VisitView {
	orderId: number;
	number: number;
	businessDay: string;
	tableName: string | null;
	totalAmount: number;
	status: string;
}

export interface VisitsView {
	memberId: number;
	visits: number;
	totalAmount: number;
	lastVisit: string | null;
	favourites: FavouriteView[];
	latest: VisitView[];
}

export interface WaitingView {
	quotedMinutes: number | null;
	waiting: ReservationView[];
}

export interface WasteRow {
	reason: string;
	staffId: number | null;
	staff: string | null;
	moves: number;
	value: number;
}

export interface WasteView {
	value: number;
	rows: WasteRow[];
	items: WastedItem[];
}

export interface WastedItem {
	itemId: number;
	name: string;
	names: Record<string, string>;
	unit: string;
	quantity: number;
	value: number;
}
