"""Makes a box the sample bar, through the same commands that the office screens use."""

from collections.abc import Mapping

import msgspec
from aiohttp import web

from barbox.core import ids
from barbox.core.errors import Broken
from barbox.core.http import DATABASE
from barbox.core.settings import change_venue
from barbox.core.transaction import Transaction
from barbox.demo import sample
from barbox.demo.desk import Desk
from barbox.demo.guests import fill_guests
from barbox.demo.sample import Names, SampleBar
from barbox.floor.commands import EditArea, EditTable, save_area, save_table
from barbox.menu.commands import (
    EditCategory,
    EditGroup,
    EditModifier,
    EditProduct,
    EditTaxRate,
    save_category,
    save_group,
    save_product,
    save_tax_rate,
)
from barbox.printing.equipment import EditPrinter, EditStation, save_printer, save_station
from barbox.printing.queries import PRINTERS, PrinterRow
from barbox.staff.api import PINS, SESSIONS
from barbox.staff.commands import EditStaff, make_code, save_person
from barbox.staff.queries import PEOPLE, Person
from barbox.stock.commands import StockChange, StockItem, StockPolicy, receive, set_policy
from printers import profiles


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
        await db.write(_fill, bar, hashes, connections)
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


def _fill(tx: Transaction, bar: SampleBar, hashes: Mapping[str, str], connections: Mapping[str, str]) -> None:
    """The whole bar in one transaction."""
    venue = bar.venue
    settings = {"name": venue.names.zh, "address": venue.address.zh, "receiptFooter": venue.receipt_footer.zh}
    settings |= {"currency": venue.currency, "language": venue.language, "timezone": venue.timezone}
    settings["country"] = venue.country
    change_venue(tx, {**settings, "taxIncluded": venue.tax_included})
    for person in bar.people:
        edit = EditStaff(name=person.name, role=person.role, language=person.language)
        save_person(tx, None, edit, hashes[person.pin])
    _fill_floor(tx, bar)
    _fill_menu(tx, bar, _fill_stations(tx, bar, connections))
    fill_guests(tx, bar)


def _fill_stations(tx: Transaction, bar: SampleBar, connections: Mapping[str, str]) -> dict[str, int]:
    """Printers and stations; returns the stations' numbers by their sample ids."""
    numbers: dict[str, int] = {}
    for printer in bar.printers:
        edit = _printer(printer, connections[printer.id], numbers)
        numbers[printer.id] = save_printer(tx, None, edit, _proof(printer)).id
    stations: dict[str, int] = {}
    for station in bar.stations:
        made = save_station(
            tx,
            None,
            EditStation(
                names=_named(station.names),
                printer_ids=[numbers[name] for name in station.printers],
                display=station.display,
                letter=station.letter,
                language=bar.venue.language,
            ),
        )
        stations[station.id] = made.id
    return stations


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


def _fill_floor(tx: Transaction, bar: SampleBar) -> None:
    for sort, area in enumerate(bar.areas):
        made = save_area(tx, None, EditArea(names=_named(area.names), sort=sort))
        for table in area.tables:
            save_table(tx, None, EditTable(area_id=made.id, **msgspec.structs.asdict(table)))


def _fill_menu(tx: Transaction, bar: SampleBar, stations: Mapping[str, int]) -> None:
    rates = {
        rate.id: save_tax_rate(tx, None, EditTaxRate(names=_named(rate.names), rate=rate.rate)).id
        for rate in bar.tax_rates
    }
    groups = {group.id: save_group(tx, None, _group(group)).id for group in bar.groups}
    for sort, category in enumerate(bar.categories):
        station = stations[category.station]
        edit = EditCategory(names=_named(category.names), color=category.color, sort=sort, station_id=station)
        category_id = save_category(tx, None, edit).id
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
                    group_ids=[groups[name] for name in (*category.groups, *product.groups)],
                ),
            )
            if product.stock is not None:
                set_policy(tx, made.id, StockPolicy(policy="refuse", low_at=product.reorder))
                receive(tx, StockChange(items=[StockItem(item_id=made.id, quantity=product.stock)]))


def _group(group: sample.Group) -> EditGroup:
    modifiers = [EditModifier(names=_named(each.names), price=each.price) for each in group.modifiers]
    return EditGroup(names=_named(group.names), modifiers=modifiers, minimum=group.minimum, maximum=group.maximum)


def _named(names: Names) -> dict[str, str]:
    return {"zh": names.zh, "en": names.en}
