"""What is done behind the sample bar besides serving: kegs, beer lines, guests' bottles, orders to suppliers.

Each thing happens on its day, so many days before tonight, so that what a screen shows tonight came about as it would.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import msgspec

from barbox.core.statements import Statement
from barbox.core.transaction import Transaction
from barbox.demo.cellar import Stocked
from barbox.demo.sample import SampleBar
from barbox.stock.buying.deliveries import DeliveredLine, ReceivePurchase, receive_purchase
from barbox.stock.buying.papers import SendPurchase, send_purchase
from barbox.stock.buying.purchases import EditPurchase, EditPurchaseLine, save_purchase
from barbox.stock.commands import StockChange, StockItem, count, receive
from barbox.stock.kept_bottles.commands import EndBottle, KeepBottle, PourBottle, collect, keep, lapse_all, pour
from barbox.stock.shelf import load_shelf
from barbox.stock.taps.commands import CleanTap, EditTap, TapKeg, clean_tap, save_tap, tap_keg

CLEAN_DAYS = 14
FORGOTTEN_DAYS = 18
"""For so long nobody has cleaned the last tap's line."""
XO = {"zh": "轩尼诗 X.O", "en": "Hennessy X.O"}
BAIJIU = {"zh": "五粮液", "en": "Wuliangye"}
LOW = ("campari-bitter", "ginger-ale", "bitters")
"""What somebody will have to order tonight."""
_USED = Statement(
    "SELECT item_id, -sum(quantity) FROM stock_day"
    " WHERE business_day = ? AND kind IN ('sale', 'void_back', 'comp', 'staff') GROUP BY 1",
    ("day",),
)


class OnTap(msgspec.Struct):
    """A tap, its beer, and what its keg holds and has given (thousandths)."""

    tap_id: int
    item_id: int
    size: int
    poured: int = 0


class Backroom(msgspec.Struct):
    """The sample bar's taps, bottles and orders, until tonight (`today`)."""

    today: date
    stocked: Stocked
    members: Sequence[int]
    taps: list[OnTap] = []
    bottles: dict[str, int] = {}
    purchases: dict[str, int] = {}

    def open_up(self, tx: Transaction, day: date) -> None:
        """What is done before the first guest of an evening comes."""
        left = (self.today - day).days
        self._tend_taps(tx, day, left)
        self._keep_bottles(tx, left)
        self._buy(tx, left)

    def _keep_bottles(self, tx: Transaction, left: int) -> None:
        items, members = self.stocked.items, self.members
        match left:
            case 52:
                self.keep(
                    tx, "yamazaki", 40, KeepBottle(member_id=members[3], item_id=items["yamazaki"], place="存酒柜 A3")
                )
                self.keep(
                    tx, "gone", 30, KeepBottle(name="陆先生", phone="13900000021", names=BAIJIU, size=500, place="B2")
                )
            case 45:
                self.keep(
                    tx, "macallan", 6, KeepBottle(member_id=members[1], item_id=items["macallan"], place="存酒柜 A1")
                )
            case 38:
                self.keep(
                    tx,
                    "xo",
                    3,
                    KeepBottle(name="林先生", phone="13900000011", names=XO, size=700, rest=560, place="A5"),
                )
                self.pour(tx, "yamazaki", 520)
            case 30:
                self.keep(
                    tx, "whisky", 61, KeepBottle(member_id=members[2], item_id=items["glenfiddich"], place="存酒柜 B1")
                )
            case 26:
                self.keep(
                    tx, "over", -4, KeepBottle(name="Marco", phone="13900000012", names=BAIJIU, size=500, rest=120)
                )
            case 20:
                self.pour(tx, "macallan", 180)
            case 18 if "gone" in self.bottles:
                collect(tx, self.bottles["gone"], EndBottle())
            case 12:
                self.pour(tx, "yamazaki", 350)

    def _buy(self, tx: Transaction, left: int) -> None:
        match left:
            case 9:
                self.order(tx, "old", "imports", ("beefeater", "aperol"), 3)
                self.send(tx, "old")
            case 6:
                self.came(tx, "old", {"beefeater": 3, "aperol": 3}, close=True)
            case 5:
                self.dated(tx, "milk", 3000, -1, "L0417")
            case 3:
                self.order(tx, "sent", "imports", ("campari-bitter", "yamazaki"), 2)
                self.send(tx, "sent")
            case 2:
                self.order(tx, "partly", "chengdu-drinks", ("keg-tsingtao", "tonic"), 4)
                self.send(tx, "partly")
            case 1:
                self.came(tx, "partly", {"tonic": 3}, dearer=100)
                self.dated(tx, "milk", 2000, 2, "L0421")

    def tonight(self, tx: Transaction) -> None:
        """What waits for somebody now."""
        self._tend_taps(tx, self.today, 0)
        lapse_all(tx)
        self.order(tx, "draft", "brewery", ("keg-lager", "keg-ipa"), 2)
        items = tx.cached(load_shelf).items
        low = [(self.stocked.items[slug], items[self.stocked.items[slug]].row.low_at) for slug in LOW]
        count(tx, StockChange([StockItem(item_id, at * 6 // 10_000) for item_id, at in low]))

    def _tend_taps(self, tx: Transaction, day: date, left: int) -> None:
        used = dict(tx.execute(_USED, day=_number(day - timedelta(1))))
        for index, tap in enumerate(self.taps):
            yesterday = used.get(tap.item_id, 0)
            tap.poured += yesterday
            if tap.size - tap.poured < yesterday:
                self._tap(tx, tap)
            forgotten = index == len(self.taps) - 1 and left <= FORGOTTEN_DAYS
            if (left + index) % CLEAN_DAYS == 5 and not forgotten:
                clean_tap(tx, tap.tap_id, CleanTap("碱液 / caustic"))

    def _tap(self, tx: Transaction, tap: OnTap) -> None:
        best_before = (self.today + timedelta(45)).isoformat()
        tap_keg(tx, tap.tap_id, TapKeg(tap.item_id, tap.size / 1000, best_before))
        tap.poured = 0

    def hang_taps(self, tx: Transaction, bar: SampleBar) -> None:
        """A tap for each beer that is kept in kegs."""
        for number, item in enumerate((each for each in bar.items if each.keg), 1):
            tap_id = save_tap(
                tx, None, EditTap({"zh": f"{number} 号酒头", "en": f"Tap {number}"}, number, CLEAN_DAYS)
            ).id
            tap = OnTap(tap_id, self.stocked.items[item.id], (item.pack.quantity if item.pack else 0) * 1000)
            self.taps.append(tap)
            self._tap(tx, tap)

    def keep(self, tx: Transaction, slug: str, days: int, bottle: KeepBottle) -> None:
        """Keep a bottle until so many days from tonight."""
        until = (self.today + timedelta(days)).isoformat()
        self.bottles[slug] = keep(tx, msgspec.structs.replace(bottle, until=until)).id

    def pour(self, tx: Transaction, slug: str, rest: float) -> None:
        """Somebody's bottle was on their table."""
        if slug in self.bottles:
            pour(tx, self.bottles[slug], PourBottle(rest))

    def order(self, tx: Transaction, slug: str, supplier: str, items: Sequence[str], packs: int) -> None:
        """Write an order down."""
        lines = []
        for each in items:
            item_id = self.stocked.items[each]
            pack_id, _, price = self.stocked.packs[item_id]
            lines.append(EditPurchaseLine(item_id, packs, pack_id, price))
        self.purchases[slug] = save_purchase(tx, None, EditPurchase(self.stocked.suppliers[supplier], lines)).id

    def send(self, tx: Transaction, slug: str) -> None:
        """It goes to the supplier."""
        send_purchase(tx, self.purchases[slug], SendPurchase("mail"))

    def came(
        self, tx: Transaction, slug: str, packs: Mapping[str, int], dearer: int = 0, *, close: bool = False
    ) -> None:
        """So much of an order came, each pack by so much dearer (minor units) than it was ordered for."""
        if slug not in self.purchases:
            return
        lines = []
        for each, many in packs.items():
            item_id = self.stocked.items[each]
            pack_id, _, price = self.stocked.packs[item_id]
            lines.append(DeliveredLine(item_id, many, pack_id, many * (price + dearer)))
        paper = f"{slug.upper()}-{self.today:%m%d}"
        receive_purchase(tx, self.purchases[slug], ReceivePurchase(lines, paper, close=close))

    def dated(self, tx: Transaction, slug: str, quantity: float, days: int, code: str) -> None:
        """Something came that lapses so many days from tonight."""
        expires_on = _number(self.today + timedelta(days))
        item = StockItem(self.stocked.items[slug], quantity, code=code, expires_on=expires_on)
        receive(tx, StockChange([item]))


def _number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day
