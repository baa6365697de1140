"""Makes a box the sample bar, through the same commands that the office screens use."""

import asyncio
import gc
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from barbox import app as box
from barbox.core import ids, secrets
from barbox.core.actor import Actor
from barbox.core.clock import BusinessDays, Clock, show_day
from barbox.core.database import Database
from barbox.core.errors import Broken
from barbox.core.http import DATABASE
from barbox.core.migrations import migrate
from barbox.core.settings import change_venue
from barbox.core.transaction import Transaction
from barbox.demo import history, sample
from barbox.demo.backroom import Backroom
from barbox.demo.cellar import open_shelves, stock_up
from barbox.demo.desk import Desk
from barbox.demo.guests import fill_bookings, fill_members
from barbox.demo.history import Cast
from barbox.demo.sample import Names, SampleBar
from barbox.floor.commands import EditArea, EditTable, save_area, save_table
from barbox.menu.commands import (
    EditCategory,
    EditGroup,
    EditModifier,
    EditPriceRule,
    EditProduct,
    EditTaxRate,
    save_category,
    save_group,
    save_price_rule,
    save_product,
    save_tax_rate,
)
from barbox.menu.queries import load_catalogue
from barbox.printing.equipment import EditPrinter, EditStation, save_printer, save_station
from barbox.printing.queries import PRINTERS, PrinterRow
from barbox.staff.api import PINS, SESSIONS
from barbox.staff.commands import EditStaff, make_code, save_person
from barbox.staff.pins import Pins
from barbox.staff.queries import PEOPLE, Person
from barbox.staff.rules import PERMISSIONS
from printers import profiles

CUTOFF = 360


class Hand(msgspec.Struct, frozen=True):
    """Somebody who works at the sample bar; in a demo everyone may know the PIN."""

    id: int
    name: str
    role: str
    pin: str


class Socket(msgspec.Struct, frozen=True):
    """A virtual printer and the port where it takes ESC/POS."""

    name: str
    port: int


class Opened(msgspec.Struct, frozen=True, rename="camel"):
    """What one needs to play: a code for the first tablet (ten minutes), who works here, what prints."""

    pairing_code: str
    staff: list[Hand]
    printers: list[Socket]


async def open_for_business(app: web.Application, desk: Desk) -> Opened:
    """Fill a started, empty box with the sample bar, or point the printers of an earlier demo at this desk.

    Raises Broken where the data is a real bar's.
    """
    bar, db = sample.load(), app[DATABASE]
    connections = {name: printer.machine.connection for name, printer in desk.printers.items()}
    people = {person.name: person.id for person in await db.read(PEOPLE, Person)}
    if not people:
        hashes = {person.pin: await app[PINS].hash(person.pin) for person in bar.people}
        await _fill(db, hashes, connections)
        people = {person.name: person.id for person in await db.read(PEOPLE, Person)}
        await app[SESSIONS].refresh()
    elif not people.keys() >= {person.name for person in bar.people}:
        raise Broken("this folder holds a real bar: give the demo another one with --data")
    else:
        await db.write(_plug_in, bar, connections)
    code = ids.typed_code()
    await db.write(make_code, [ids.digest(code)])
    return Opened(
        code,
        [Hand(people[each.name], each.name, each.role, each.pin) for each in bar.people],
        [Socket(each.known.names.zh, each.machine.port) for each in desk.printers.values()],
    )


async def fill(folder: Path, desk: Desk, weeks: int, *, a_day: float = 55.0) -> None:
    """Give a folder that holds nothing yet a sample bar with so many weeks behind it, of `a_day` parties an evening.

    Before the box opens on it: what a running box does by itself would stand amid the past, at today's time.
    """
    path = folder / box.DATABASE_FILE
    if path.exists():
        return
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    await asyncio.to_thread(migrate, path)
    pins, bar = Pins(secrets.load(folder).pepper), sample.load()
    hashes = {person.pin: await pins.hash(person.pin) for person in bar.people}
    connections = {name: printer.machine.connection for name, printer in desk.printers.items()}
    days = BusinessDays(bar.venue.timezone, CUTOFF)
    async with Database.open(path, Clock(), days, followers=box.FOLLOWERS) as db:
        gc.disable()  # nothing here goes in circles: looking for them would take a tenth of the time
        try:
            await _fill(db, hashes, connections, weeks, a_day)
        finally:
            gc.enable()


async def _fill(
    db: Database, hashes: Mapping[str, str], connections: Mapping[str, str], weeks: int = 0, a_day: float = 0
) -> None:
    """The house, its past, and then tonight: printers, shelves, bookings."""
    bar = sample.load()
    today = date.fromisoformat(show_day(BusinessDays(bar.venue.timezone, CUTOFF).of(db.clock.now())))
    first = history.first_day(today, weeks)
    cast = await db.write(_furnish, bar, hashes, first if weeks else None, today)
    for number in range(7 * weeks):
        await db.write(history.live, cast, first + timedelta(days=number), a_day=a_day)
    await db.write(_open, bar, connections, cast)


def _furnish(tx: Transaction, bar: SampleBar, hashes: Mapping[str, str], since: date | None, today: date) -> Cast:
    """All that stays, in one transaction, done at noon of `since` if that is long ago."""
    venue = bar.venue
    if since is not None:
        tx.then(int(datetime.combine(since, time(12), ZoneInfo(venue.timezone)).timestamp() * 1000))
    settings = {"name": venue.names.zh, "address": venue.address.zh, "receiptFooter": venue.receipt_footer.zh}
    settings |= {"currency": venue.currency, "language": venue.language, "timezone": venue.timezone}
    settings["country"] = venue.country
    change_venue(tx, {**settings, "taxIncluded": venue.tax_included, "mobileQr": venue.mobile_qr})
    people: dict[str, int] = {}
    for person in bar.people:
        edit = EditStaff(name=person.name, role=person.role, language=person.language)
        people[person.name] = save_person(tx, None, edit, hashes[person.pin]).id
    tables = _fill_floor(tx, bar)
    products = _fill_menu(tx, bar, {each.id: _save_station(tx, None, bar, each, []) for each in bar.stations})
    if since is not None:
        _happy_hour(tx, tx.cached(load_catalogue).products[products["house-lager"]].category_id)
    members = fill_members(tx, bar)
    acting = {
        person.name: Actor(people[person.name], None, person.name, person.role, PERMISSIONS[person.role])
        for person in bar.people
    }
    stocked = stock_up(tx, bar, products, "refuse" if since is None else "allow")
    backroom = Backroom(today, stocked, members) if since is not None else None
    if backroom is not None:
        backroom.hang_taps(tx, bar)
    return Cast(
        manager=next(acting[each.name] for each in bar.people if each.role == "manager"),
        staff=[acting[each.name] for each in bar.people if each.role in ("waiter", "bartender")],
        tables=tables,
        products=products,
        members=members,
        stocked=stocked,
        backroom=backroom,
    )


def _happy_hour(tx: Transaction, category_id: int) -> None:
    """What is on tap costs less early on quiet evenings: something for the report to judge."""
    rule = EditPriceRule(
        names={"zh": "欢乐时光", "en": "Happy hour"},
        weekdays=[0, 1, 2, 3],
        from_minute=17 * 60,
        until_minute=20 * 60,
        kind="percent",
        value=2000,
        category_id=category_id,
    )
    save_price_rule(tx, None, rule)


def _open(tx: Transaction, bar: SampleBar, connections: Mapping[str, str], cast: Cast) -> None:
    """What is there tonight."""
    numbers: dict[str, int] = {}
    for printer in bar.printers:
        edit = _printer(printer, connections[printer.id], numbers)
        numbers[printer.id] = save_printer(tx, None, edit, _proof(printer)).id
    for station_id, station in enumerate(bar.stations, 1):
        _save_station(tx, station_id, bar, station, [numbers[name] for name in station.printers])
    open_shelves(tx, bar, cast.stocked)
    if cast.backroom is not None:
        cast.backroom.tonight(tx)
    fill_bookings(tx, bar)


def _save_station(
    tx: Transaction, station_id: int | None, bar: SampleBar, station: sample.Station, printer_ids: list[int]
) -> int:
    edit = EditStation(
        names=_named(station.names),
        printer_ids=printer_ids,
        display=station.display,
        letter=station.letter,
        language=bar.venue.language,
    )
    return save_station(tx, station_id, edit).id


def _plug_in(tx: Transaction, bar: SampleBar, connections: Mapping[str, str]) -> None:
    """The ports of virtual printers change with every start of the demo."""
    known = {row.name: row.id for row in tx.all(PRINTERS, PrinterRow)}
    numbers = {printer.id: known[printer.names.zh] for printer in bar.printers if printer.names.zh in known}
    for printer in bar.printers:
        if printer.id in numbers:
            edit = _printer(printer, connections[printer.id], numbers)
            save_printer(tx, numbers[printer.id], edit, _proof(printer))


def _printer(printer: sample.Printer, connection: str, numbers: Mapping[str, int]) -> EditPrinter:
    return EditPrinter(
        name=printer.names.zh,
        connection=connection,
        profile=printer.profile,
        fallback_id=numbers.get(printer.fallback or ""),
        receipts=printer.receipts,
    )


def _proof(printer: sample.Printer) -> str:
    return profiles.load(printer.profile).replies.proof


def _fill_floor(tx: Transaction, bar: SampleBar) -> dict[str, int]:
    """Areas and tables; returns the tables' numbers by their names."""
    numbers = {}
    for sort, area in enumerate(bar.areas):
        made = save_area(tx, None, EditArea(names=_named(area.names), sort=sort))
        for table in area.tables:
            edit = EditTable(area_id=made.id, **msgspec.structs.asdict(table))
            numbers[table.name] = save_table(tx, None, edit).id
    return numbers


def _fill_menu(tx: Transaction, bar: SampleBar, stations: Mapping[str, int]) -> dict[str, int]:
    """The whole menu; returns the products' numbers by their sample ids."""
    numbers: dict[str, int] = {}
    rates = {
        rate.id: save_tax_rate(tx, None, EditTaxRate(names=_named(rate.names), rate=rate.rate)).id
        for rate in bar.tax_rates
    }
    groups: dict[str, int] = {}
    for sort, category in enumerate(bar.categories):
        station = stations[category.station]
        edit = EditCategory(names=_named(category.names), color=category.color, sort=sort, station_id=station)
        category_id = save_category(tx, None, edit).id
        for group in _groups_of(bar, category):
            if group.id not in groups:
                groups[group.id] = save_group(tx, None, _group(group, numbers)).id
        for place, product in enumerate(category.products):
            made = save_product(
                tx,
                None,
                EditProduct(
                    category_id=category_id,
                    names=_named(product.names),
                    price=product.price,
                    tax_rate_id=rates[category.tax],
                    station_id=station,
                    barcode=product.barcode,
                    sort=place,
                    open_price=product.open_price,
                    unit=product.unit,
                    age=product.age,
                    group_ids=[groups[name] for name in (*category.groups, *product.groups)],
                ),
            )
            numbers[product.id] = made.id
    return numbers


def _groups_of(bar: SampleBar, category: sample.Category) -> list[sample.Group]:
    """The groups a category's products need, in the order they were written down."""
    needed = {name for product in category.products for name in (*category.groups, *product.groups)}
    return [group for group in bar.groups if group.id in needed]


def _group(group: sample.Group, products: Mapping[str, int]) -> EditGroup:
    """A group as it is saved; what is chosen in a set menu stands on an earlier page of the menu."""
    modifiers = [
        EditModifier(
            _named(each.names),
            each.price,
            product_id=products[each.product] if each.product else None,
            takes=each.takes,
        )
        for each in group.modifiers
    ]
    return EditGroup(_named(group.names), modifiers, group.minimum, group.maximum, group.kind)


def _named(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}
