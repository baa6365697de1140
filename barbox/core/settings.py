"""The venue's settings: one table of name, type, default, unit and help, from which file, screen and docs are made."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from barbox.core.clock import BusinessDays
from barbox.core.database import Snapshot
from barbox.core.errors import BadRequest, SettledBySales
from barbox.core.models import Counter, StoredSetting
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction

Language = Literal["en", "zh"]


class Venue(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a bar decides once; each field's description is its help text."""

    name: Annotated[str, Meta(min_length=1, max_length=60, description="The bar's name, on slips and receipts")] = (
        "Barbox"
    )
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217 code of the one currency")] = "CNY"
    language: Annotated[Language, Meta(description="The first language of names, tickets and receipts")] = "en"
    timezone: Annotated[str, Meta(max_length=64, description="IANA name of the local time zone")] = "UTC"
    country: Annotated[
        str,
        Meta(
            pattern="^([A-Z]{2})?$",
            description="Whose public holidays the forecast knows, as ISO 3166 writes it (CN, DE); empty for none",
        ),
    ] = ""
    cutoff: Annotated[
        int,
        Meta(
            ge=0,
            le=720,
            description="When a new business day begins, in minutes past midnight",
            extra={"unit": "min"},
        ),
    ] = 360
    tax_included: Annotated[bool, Meta(description="Whether menu prices include tax")] = True
    cash_rounding: Annotated[
        int, Meta(ge=1, le=1000, description="Smallest cash step, in minor units", extra={"unit": "minor"})
    ] = 1
    mobile_qr: Annotated[
        str,
        Meta(
            max_length=400,
            description="What the venue's own payment QR says; {amount} is replaced by what is owed, as 98.00",
        ),
    ] = ""
    address: Annotated[str, Meta(max_length=200, description="Address lines on receipts")] = ""
    tax_number: Annotated[str, Meta(max_length=40, description="Tax number on receipts")] = ""
    receipt_footer: Annotated[str, Meta(max_length=300, description="Closing words on receipts")] = ""
    late_amber: Annotated[
        int, Meta(ge=1, le=240, description="A ticket on a display turns amber after", extra={"unit": "min"})
    ] = 5
    late_red: Annotated[
        int, Meta(ge=1, le=240, description="A ticket on a display turns red after", extra={"unit": "min"})
    ] = 10
    auto_lock: Annotated[
        int,
        Meta(ge=0, le=240, description="An untouched screen goes back to the PIN pad after", extra={"unit": "min"}),
    ] = 3
    pin_again: Annotated[
        int,
        Meta(
            ge=0,
            le=720,
            description="Voids, refunds and settings ask for the PIN again this long after it was given; 0 never",
            extra={"unit": "min"},
        ),
    ] = 10
    keep_days: Annotated[
        int,
        Meta(
            ge=1,
            le=3650,
            description="For how long a guest's bottle is kept unless said otherwise",
            extra={"unit": "d"},
        ),
    ] = 90
    suggestions: Annotated[bool, Meta(description="Whether the order screen shows what goes well with a check")] = True
    https: Annotated[bool, Meta(description="Whether tablets may also come by HTTPS, once they trust the box")] = False


_ALL = freeze(StoredSetting.select(StoredSetting.name, StoredSetting.value))
_STORE = freeze(
    lambda p: StoredSetting.insert(name=p.name, value=p.value).on_conflict(
        conflict_target=[StoredSetting.name], preserve=[StoredSetting.value]
    )
)
_ORDERS = freeze(Counter.select(Counter.name, Counter.value).where((Counter.name == "order") & (Counter.value > 0)))
"""How orders are numbered: there is one as soon as anything was sold."""


class StoredValue(msgspec.Struct):
    name: str
    value: bytes


class StoredCount(msgspec.Struct):
    name: str
    value: int


def load_venue(tx: Transaction) -> Venue:
    """The settings in force; use through `tx.cached(load_venue)`."""
    return venue_from(tx.all(_ALL, StoredValue))


async def read_venue(snapshot: Snapshot) -> Venue:
    """The settings in force, for reads."""
    return venue_from(await snapshot.all(_ALL, StoredValue))


def venue_from(stored: list[StoredValue]) -> Venue:
    """Defaults overlaid with what is stored."""
    return msgspec.convert({each.name: msgspec.json.decode(each.value) for each in stored}, Venue)


def change_venue(tx: Transaction, changes: dict[str, Any]) -> Venue:
    """Store some settings by their camelCase names.

    Raises BadRequest for what does not fit, SettledBySales for another `taxIncluded` or `currency` after a sale:
    they decide what every order comes to, those that are paid already too.
    """
    before = tx.cached(load_venue)
    present = msgspec.to_builtins(before)
    try:
        venue = msgspec.convert(present | changes, Venue)
        days = BusinessDays(venue.timezone, venue.cutoff)
    except msgspec.ValidationError as error:
        raise BadRequest(str(error)) from None
    except (KeyError, ValueError, OSError):
        raise BadRequest("is not a known time zone", "timezone") from None
    for name in ("taxIncluded", "currency"):
        if name in changes and changes[name] != present[name] and tx.one(_ORDERS, StoredCount) is not None:
            raise SettledBySales(name)
    tx.execute_many(_STORE, [{"name": name, "value": msgspec.json.encode(value)} for name, value in changes.items()])
    tx.invalidate(load_venue)
    tx.move_cutoff(days)
    tx.emit("settings.changed", "venue", changes, state=venue, rooms=("floor", "office"))
    return venue
