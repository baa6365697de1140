"""The sample bar as data: what the TOML files beside this module hold, typed and checked for coherence.

`load()` gives the bar as it was written down. Nothing here touches a database: `barbox.demo.bar` seeds a
box with it.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Annotated, Literal

import msgspec

FILES = (
    *("sample_bar.toml", "sample_guests.toml", "sample_modifiers.toml", "sample_drinks.toml", "sample_food.toml"),
    *("sample_stock.toml", "sample_recipes.toml"),
)

Slug = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Fen = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Amount = float | tuple[float, int]
"""So much of an item in its unit; with what of it is lost, in per mille."""
Percent = Annotated[int, msgspec.Meta(ge=0, le=100)]


class Incoherent(ValueError):
    """The sample files contradict themselves; the message names the first thing that does."""


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One name in the two languages every screen and slip of the demo speaks."""

    zh: str
    en: str


class Venue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The house itself; `currency` is ISO 4217, `country` ISO 3166."""

    names: Names
    city: Names
    address: Names
    currency: str
    country: str
    language: Literal["zh", "en"]
    timezone: str
    tax_included: bool
    receipt_footer: Names
    mobile_qr: str = ""


class TaxRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A tax rate in basis points (600 = 6 %)."""

    id: Slug
    names: Names
    rate: Annotated[int, msgspec.Meta(ge=0, le=10_000)]


class Printer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A virtual printer; `profile` is a model of `printers/profiles`, `fallback` the id of one above it."""

    id: Slug
    names: Names
    profile: Slug
    fallback: Slug | None = None
    receipts: bool = False


class Station(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where lines are made, on which printers and display they appear, and how its ticket numbers begin."""

    id: Slug
    names: Names
    letter: Annotated[str, msgspec.Meta(pattern="^[A-Z]$")]
    printers: tuple[Slug, ...]
    display: Literal["kitchen", "bar"] | None = None


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table and its place on the area's plan, in percent of the plan."""

    name: str
    seats: Annotated[int, msgspec.Meta(ge=1, le=20)]
    x: Percent
    y: Percent
    width: Percent
    height: Percent
    shape: Literal["round", "square"]


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the house with its own plan."""

    id: Slug
    names: Names
    tables: tuple[Table, ...]


class Person(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who works here; the PIN is 4 to 6 digits and known to everyone, for it is a demo."""

    name: str
    role: Literal["admin", "manager", "waiter", "bartender", "kitchen"]
    pin: Annotated[str, msgspec.Meta(pattern=r"^\d{4,6}$")]
    language: Literal["zh", "en"]


class Modifier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One choice; `price` in fen is added to the product's. A size `takes` so many times what the product does.

    In a set menu it is a `product`, which its own station makes.
    """

    names: Names
    price: Fen = 0
    takes: Count = 0
    product: Slug | None = None


class Group(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Choices that belong together; `minimum` above zero makes choosing a duty."""

    id: Slug
    names: Names
    modifiers: tuple[Modifier, ...]
    maximum: Annotated[int, msgspec.Meta(ge=1)]
    minimum: Count = 0
    kind: Literal["choice", "size", "set"] = "choice"


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something sold; `price` in fen, `groups` beside the category's, `stock` None where nobody counts.

    With an `open_price` it costs what is asked for it; `unit` other than "piece" is weighed; `age` is who may have it.
    """

    id: Slug
    names: Names
    price: Fen
    groups: tuple[Slug, ...] = ()
    stock: Count | None = None
    reorder: Count = 0
    barcode: Annotated[str, msgspec.Meta(pattern=r"^\d{13}$")] | None = None
    open_price: bool = False
    unit: str = "piece"
    age: Count = 0


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A page of the menu: its products share colour, station and tax rate."""

    id: Slug
    names: Names
    color: Annotated[str, msgspec.Meta(pattern=r"^#[0-9a-f]{6}$")]
    station: Slug
    tax: Slug
    products: tuple[Product, ...]
    groups: tuple[Slug, ...] = ()


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member tier: from a spend in fen on, with points in percent."""

    names: Names
    spend: Fen
    earn: Annotated[int, msgspec.Meta(ge=0, le=500)]


class Member(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Somebody who has been here before; `spend` and `balance` in fen."""

    name: str
    phone: str
    birthday: str | None = None
    note: str | None = None
    points: Count = 0
    spend: Fen = 0
    balance: Fen = 0


class Booking(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A booking for tonight at a time of the wall; `tables` by name."""

    name: str
    phone: str
    covers: Annotated[int, msgspec.Meta(ge=1)]
    time: Annotated[str, msgspec.Meta(pattern=r"^\d{2}:\d{2}$")]
    tables: tuple[str, ...] = ()
    note: str | None = None
    deposit: Fen = 0


class Supplier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who delivers: after how many days, on which weekdays (0 is Monday), from what amount in fen on."""

    id: Slug
    name: str
    phone: str | None = None
    email: str | None = None
    lead_days: Count = 1
    weekdays: tuple[Annotated[int, msgspec.Meta(ge=0, le=6)], ...] = (0, 1, 2, 3, 4, 5, 6)
    minimum: Fen = 0


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an item is bought, at what price; `deposit` is the item that comes along with each."""

    names: Names
    quantity: Annotated[int, msgspec.Meta(ge=1)]
    price: Fen
    deposit: Slug | None = None


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something kept behind the bar; `par` and `reorder` in packs, bottles by weight in grams, `batch` when mixed here.

    A `keg` stands at a tap; what is `dated` comes with its last day.
    """

    id: Slug
    names: Names
    unit: Literal["ml", "g", "piece"] = "ml"
    kind: Literal["drink", "food", "premix", "packaging"] = "drink"
    supplier: Slug | None = None
    pack: Pack | None = None
    par: Count = 0
    reorder: Count = 0
    place: Annotated[int, msgspec.Meta(ge=1, le=3)] = 1
    tare: Count | None = None
    full: Count | None = None
    batch: Count = 0
    keg: bool = False
    dated: bool = False


class Goods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Products sold as they stand: who brings them, how many to a case and for how much."""

    products: tuple[Slug, ...]
    supplier: Slug
    case: Annotated[int, msgspec.Meta(ge=1)]
    price: Fen


class Premix(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item mixed in the house."""

    id: Slug
    yields: Count
    takes: dict[Slug, Amount]


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each choice of a group takes, in their order; on these products, or on all."""

    group: Slug
    takes: tuple[dict[Slug, Amount], ...]
    products: tuple[Slug, ...] = ()


class SampleBar(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole bar, in the order in which screens show it."""

    venue: Venue
    tax_rates: tuple[TaxRate, ...]
    printers: tuple[Printer, ...]
    stations: tuple[Station, ...]
    areas: tuple[Area, ...]
    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    categories: tuple[Category, ...]
    tiers: tuple[Tier, ...] = ()
    members: tuple[Member, ...] = ()
    bookings: tuple[Booking, ...] = ()
    suppliers: tuple[Supplier, ...] = ()
    items: tuple[Item, ...] = ()
    goods: tuple[Goods, ...] = ()
    premixes: tuple[Premix, ...] = ()
    recipes: dict[Slug, dict[Slug, Amount]] = {}
    choices: tuple[Choice, ...] = ()

    def products(self) -> Iterator[Product]:
        """All products, category by category."""
        return chain.from_iterable(category.products for category in self.categories)

    def tables(self) -> Iterator[Table]:
        """All tables, area by area."""
        return chain.from_iterable(area.tables for area in self.areas)


@cache
def load() -> SampleBar:
    """Read the sample bar. Raises msgspec.ValidationError for a wrong field, Incoherent for a wrong name."""
    merged: dict[str, object] = {}
    for name in FILES:
        for key, value in msgspec.toml.decode(files(__package__).joinpath(name).read_bytes()).items():
            known = merged.get(key)
            merged[key] = [*known, *value] if isinstance(known, list) else value
    bar = msgspec.convert(merged, SampleBar)
    check(bar)
    return bar


def check(bar: SampleBar) -> None:
    """Raise Incoherent where an id is used twice or something is named that does not exist."""
    rates = _unique("tax rate", (rate.id for rate in bar.tax_rates))
    printers = _unique("printer", (printer.id for printer in bar.printers))
    stations = _unique("station", (station.id for station in bar.stations))
    groups = _unique("group", (group.id for group in bar.groups))
    _unique("letter", (station.letter for station in bar.stations))
    _unique("area", (area.id for area in bar.areas))
    _unique("table", (table.name for table in bar.tables()))
    _unique("PIN", (person.pin for person in bar.people))
    _unique("category", (category.id for category in bar.categories))
    _unique("product", (product.id for product in bar.products()))
    _unique("barcode", (product.barcode for product in bar.products() if product.barcode))
    for printer in bar.printers:
        _known(f"printer {printer.id}", [printer.fallback] if printer.fallback else [], printers - {printer.id})
    for station in bar.stations:
        _known(f"station {station.id}", station.printers, printers)
    tables = {table.name for table in bar.tables()}
    for booking in bar.bookings:
        _known(f"booking {booking.name}", booking.tables, tables)
    products = {product.id for product in bar.products()}
    for group in bar.groups:
        courses = [modifier.product for modifier in group.modifiers if modifier.product is not None]
        _known(f"group {group.id}", courses, products)
        if len(courses) != (len(group.modifiers) if group.kind == "set" else 0):
            raise Incoherent(f"group {group.id}: what is chosen in a set is a product, and nowhere else")
        most = group.maximum if group.kind == "set" else len(group.modifiers)
        if not group.minimum <= group.maximum <= most:
            raise Incoherent(f"group {group.id} asks for a number of choices it does not have")
    for category in bar.categories:
        _known(f"category {category.id}", [category.station], stations)
        _known(f"category {category.id}", [category.tax], rates)
        for product in category.products:
            chosen = (*category.groups, *product.groups)
            _known(f"product {product.id}", chosen, groups)
            _unique(f"group of {product.id}", chosen)
    _check_stock(bar)


def _check_stock(bar: SampleBar) -> None:
    """What is made of what, and who brings it."""
    suppliers = _unique("supplier", (each.id for each in bar.suppliers))
    items = _unique("item", (each.id for each in bar.items))
    products = {product.id for product in bar.products()}
    goods = _unique("goods", (slug for each in bar.goods for slug in each.products))
    _known("goods", goods, {product.id for product in bar.products() if product.stock is not None})
    _known("an item", [each.supplier for each in bar.items if each.supplier], suppliers)
    _known("goods", [each.supplier for each in bar.goods], suppliers)
    _known("a premix", [each.id for each in bar.premixes], items)
    _known("a recipe", bar.recipes, products - goods)
    made = [*bar.recipes.values(), *(each.takes for each in bar.premixes)]
    for choice in bar.choices:
        _known("a choice", choice.products, products)
        group = next((each for each in bar.groups if each.id == choice.group), None)
        if group is None or len(group.modifiers) != len(choice.takes):
            raise Incoherent(f"choices of {choice.group} do not fit its modifiers")
        made += choice.takes
    for takes in made:
        _known("a recipe", takes, items | goods)


def _unique(what: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            raise Incoherent(f"{what} {each} stands twice")
        seen.add(each)
    return seen


def _known(where: str, named: Iterable[str], known: set[str]) -> None:
    for each in named:
        if each not in known:
            raise Incoherent(f"{where} names {each}, which does not exist")
