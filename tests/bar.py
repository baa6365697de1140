"""The bar the tests work in: the Golden Swan, its people, its menu, its printers; and somebody with a tablet."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from argon2 import PasswordHasher

from barbox import app as box_app
from barbox.config import Config
from barbox.core.database import Database
from barbox.core.http import DATABASE
from barbox.core.ids import uuid7
from barbox.core.settings import change_venue
from barbox.core.transaction import Transaction
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
from barbox.staff import api as staff_api
from barbox.staff.commands import EditStaff, save_person
from barbox.stock.commands import StockChange, StockItem, receive
from printers.emulator import Printer

PINS = {"Ana": "482613", "Max": "739152", "Wei": "205948", "Bob": "618340", "Kim": "951627"}
ROLES = {"Ana": "admin", "Max": "manager", "Wei": "waiter", "Bob": "bartender", "Kim": "kitchen"}


@dataclass
class Answer:
    """What the box answered."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Any:
        return self.body[key]


class Tablet:
    """Somebody's tablet: paired, and signed in once `sign_in` was called."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http = http
        self.url = url
        self.device = token
        self.token = token

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One call; a mutating one carries a fresh Idempotency-Key unless one is given."""
        sent = {"Authorization": f"Bearer {self.token}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        if method != "GET":
            sent.setdefault("Idempotency-Key", uuid7())
        data = None
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        answer = await self._carry(method, path, data, sent)
        if answer.status == 401 and answer.body.get("code") == "token_expired":
            await self.renew()
            answer = await self._carry(method, path, data, sent | {"Authorization": f"Bearer {self.token}"})
        return answer

    async def renew(self) -> None:
        """A fresh token for a session that goes on, as the app fetches it unseen."""
        device = Tablet(self.http, self.url, self.device)
        self.token = (await device.post("/api/session/renew", {"token": self.token}))["token"]

    async def _carry(self, method: str, path: str, data: bytes | None, headers: dict[str, str]) -> Answer:
        async with self.http.request(method, self.url + path, data=data, headers=headers) as answer:
            raw = await answer.read()
            said = json.loads(raw) if raw and "json" in answer.content_type else raw
            return Answer(answer.status, said, dict(answer.headers))

    async def get(self, path: str, **headers: str) -> Answer:
        return await self.ask("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return await self.ask("POST", path, {} if body is None else body, **headers)

    async def put(self, path: str, body: Any, **headers: str) -> Answer:
        return await self.ask("PUT", path, body, **headers)

    async def delete(self, path: str) -> Answer:
        return await self.ask("DELETE", path)

    async def sign_in(self, name: str) -> "Tablet":
        """Sign in with this person's PIN on a tablet of the same device."""
        other = Tablet(self.http, self.url, self.device)
        answer = await other.post("/api/session", {"pin": PINS[name]})
        assert answer.status == 200, answer.body
        other.token = answer["token"]
        return other

    @asynccontextmanager
    async def live(self, query: str = "") -> AsyncIterator["Feed"]:
        """The live feed."""
        offered = ("barbox", f"bearer.{self.token}")
        async with self.http.ws_connect(f"{self.url}/api/live?{query}", protocols=offered) as socket:
            yield Feed(socket)


class Feed:
    """What a tablet hears."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def frame(self) -> Any:
        """The next frame."""
        return await self.socket.receive_json(timeout=10)

    async def until(self, fits: Callable[[Any], bool]) -> Any:
        """The first event that fits, at most ten seconds from now."""
        async with asyncio.timeout(10):
            while True:
                for event in (await self.frame())["events"]:
                    if fits(event):
                        return event


@dataclass
class Swan:
    """The Golden Swan, open: names to numbers, its printers, and how to get at it."""

    running: box_app.Running
    http: aiohttp.ClientSession
    tablet: Tablet
    products: dict[str, int]
    tables: dict[str, int]
    modifiers: dict[str, int]
    stations: dict[str, int]
    printers: dict[str, Printer]

    async def sign_in(self, name: str) -> Tablet:
        return await self.tablet.sign_in(name)

    @property
    def database(self) -> Database:
        return self.running.app[DATABASE]

    async def another_tablet(self, name: str = "Second tablet") -> Tablet:
        """One more paired device."""
        return Tablet(self.http, self.tablet.url, await pair(self.running, self.http, name))

    async def left(self, name: str) -> float | None:
        """What the inventory says is on the shelf."""
        items = (await (await self.sign_in("Max")).get("/api/inventory"))["items"]
        on_hand: float | None = next(each["onHand"] for each in items if each["itemId"] == self.products[name])
        return on_hand

    def item(self, name: str, quantity: float = 1, **more: Any) -> dict[str, Any]:
        """One line of an order."""
        return {"itemId": self.products[name], "quantity": quantity, **more}


@asynccontextmanager
async def open_box(folder: Path, **options: Any) -> AsyncIterator[box_app.Running]:
    """A box on a free port of the loopback."""
    config = Config(data=str(folder), host="127.0.0.1", port=0, https_port=0, mdns=False, **options)
    async with box_app.opened(box_app.make_app(config)) as running:
        yield running


@asynccontextmanager
async def open_swan(folder: Path, printers: dict[str, Printer]) -> AsyncIterator[Swan]:
    """The Golden Swan on a fresh box in `folder`."""
    async with open_box(folder) as running, aiohttp.ClientSession() as http:
        application = running.app
        # Weak on purpose: what a PIN's hash withstands is tested in tests/staff, not paid for by everybody.
        application[staff_api.PINS]._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        hashes = {pin: await application[staff_api.PINS].hash(pin) for pin in PINS.values()}
        database = application[DATABASE]
        found = await database.write(furnish, hashes, {name: each.connection for name, each in printers.items()})
        tablet = Tablet(http, f"http://127.0.0.1:{running.port}", await pair(running, http))
        yield Swan(running, http, tablet, printers=printers, **found)


async def pair(running: box_app.Running, http: aiohttp.ClientSession, name: str = "Bar tablet") -> str:
    """A new device's token."""
    from barbox.core.ids import digest, typed_code
    from barbox.staff.commands import make_code

    code = typed_code()
    await running.app[DATABASE].write(make_code, [digest(code)])
    url = f"http://127.0.0.1:{running.port}/api/devices/pair"
    async with http.post(url, json={"code": code, "name": name}) as answer:
        token: str = (await answer.json())["deviceToken"]
        return token


def furnish(tx: Transaction, hashes: dict[str, str], connections: dict[str, str]) -> dict[str, dict[str, int]]:
    """Everything the Swan has."""
    change_venue(tx, {"name": "Golden Swan 金天鹅", "currency": "CNY", "language": "en", "timezone": "Asia/Shanghai"})
    for name, pin in PINS.items():
        save_person(tx, None, EditStaff(name=name, role=ROLES[name], pin=pin), hashes[pin])  # type: ignore[arg-type]
    papers = {
        name: save_printer(tx, None, EditPrinter(name, url, "epson-tm-t88vi", receipts=name == "till"), "A").id
        for name, url in connections.items()
    }
    stations = {}
    for key, names in {"bar": {"en": "Bar", "zh": "吧台"}, "kitchen": {"en": "Kitchen", "zh": "厨房"}}.items():
        printers = [papers[key]] if key in papers else []
        station = EditStation(names, printers, key, language="zh" if key == "kitchen" else "en")  # type: ignore[arg-type]
        stations[key] = save_station(tx, None, station).id
    return {"stations": stations, **_menu(tx, stations), "tables": _tables(tx)}


def _tables(tx: Transaction) -> dict[str, int]:
    area = save_area(tx, None, EditArea({"en": "Hall", "zh": "大厅"})).id
    return {name: save_table(tx, None, EditTable(area, name)).id for name in ("T1", "T5", "T7")}


def _menu(tx: Transaction, stations: dict[str, int]) -> dict[str, dict[str, int]]:
    vat = save_tax_rate(tx, None, EditTaxRate({"en": "VAT", "zh": "增值税"}, 600)).id
    drinks = save_category(tx, None, EditCategory({"en": "Drinks", "zh": "酒水"}, station_id=stations["bar"])).id
    food = save_category(tx, None, EditCategory({"en": "Food", "zh": "菜品"}, station_id=stations["kitchen"])).id
    spice = EditGroup(
        {"en": "Spice", "zh": "辣度"},
        [EditModifier({"en": "mild", "zh": "微辣"}), EditModifier({"en": "hot", "zh": "特辣"})],
        1,
        1,
    )
    extra = EditGroup({"en": "Extra", "zh": "加料"}, [EditModifier({"en": "peanuts", "zh": "加花生"}, 300)], 0, 2)
    groups = [save_group(tx, None, spice).id, save_group(tx, None, extra).id]
    menu = [
        ("Tsingtao", "青岛啤酒", 2500, drinks, []),
        ("Negroni", "内格罗尼", 6800, drinks, []),
        ("Kung Pao Chicken", "宫保鸡丁", 4800, food, groups),
        ("Fries", "薯条", 2200, food, []),
    ]
    products = {
        en: save_product(tx, None, EditProduct(category, {"en": en, "zh": zh}, price, vat, group_ids=of)).id
        for en, zh, price, category, of in menu
    }
    receive(tx, StockChange([StockItem(products["Tsingtao"], 24)]))
    return {"products": products, "modifiers": {"mild": 1, "hot": 2, "peanuts": 3}}
