"""Who may do what: the matrix, asked of the real box."""

import aiohttp
import pytest

from barbox.app import ROOMS
from barbox.core.actor import Actor
from barbox.core.http import DEVICE, OPEN, SESSION
from barbox.staff.rules import PERMISSIONS, may_edit
from tests.bar import ROLES, Swan

ROUTES = [route for room in ROOMS for route in room.all]


def test_every_permission_that_a_call_asks_for_is_somebodys() -> None:
    asked = {route.needs for route in ROUTES} - {OPEN, DEVICE, SESSION}
    assert asked <= PERMISSIONS["admin"]
    for role in PERMISSIONS:
        assert PERMISSIONS[role] <= PERMISSIONS["admin"]
    assert PERMISSIONS["waiter"] < PERMISSIONS["bartender"] < PERMISSIONS["manager"] < PERMISSIONS["admin"]
    for dear in ("order.void", "order.comp", "payment.refund", "staff.edit", "device.edit", "journal.read"):
        assert [role for role in PERMISSIONS if dear in PERMISSIONS[role]] == ["admin", "manager"]
    assert not PERMISSIONS["kitchen"] & {"order.place", "payment.take", "drawer.open"}


def test_only_these_calls_are_open_to_strangers() -> None:
    doors = {f"{route.method} {route.path}" for route in ROUTES if route.needs == OPEN}
    new = {each for each in doors if "/api/setup/" in each}
    assert all("restore" in each for each in new), "a new box's owner, who has the code it shows, restores a backup"
    for_itself = {"GET /metrics", "GET /api/doctor"}
    assert doors - new - for_itself - {"GET /r/{token}"} == {
        "GET /api/health",
        "GET /api/known",
        "GET /api/openapi.json",
        "GET /api/trust",
        "GET /trust/barbox.crt",
        "GET /trust/barbox.mobileconfig",
        "POST /api/setup",
        "POST /api/devices/pair",
    }
    alone = {f"{route.method} {route.path}" for route in ROUTES if route.needs == DEVICE and route.method != "GET"}
    assert alone == {"POST /api/session", "POST /api/session/renew", "POST /api/clock/told"}, "a device alone looks"


@pytest.mark.parametrize("name", ROLES)
async def test_everybody_may_what_their_role_says_and_no_more(quiet_swan: Swan, name: str) -> None:
    who = await quiet_swan.sign_in(name)
    held = PERMISSIONS[ROLES[name]]
    for route in ROUTES:
        if route.needs in (OPEN, DEVICE, SESSION):
            continue
        path = route.path
        for part in path.split("/"):
            if part.startswith("{"):
                path = path.replace(part, "999999")
        if route.needs in held:
            if route.method == "GET" and "{" not in route.path and "found" not in path:
                assert (await who.get(path)).status != 403, path
            continue
        answer = await who.ask(route.method, path, None if route.method in ("GET", "DELETE") else {})
        assert (answer.status, answer["permission"]) == (403, route.needs), f"{route.method} {path}"


async def test_what_the_box_tells_its_own_programs_it_tells_no_neighbour(quiet_swan: Swan) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=("127.0.0.66", 0))) as neighbour:
        for path in ("/metrics", "/api/doctor"):
            async with neighbour.get(quiet_swan.tablet.url + path) as answer:
                assert answer.status == 401, path


def test_nobody_makes_their_own_equal_or_superior() -> None:
    manager, admin, waiter = (
        Actor(role=role, permissions=PERMISSIONS[role]) for role in ("manager", "admin", "waiter")
    )
    below = {role: may_edit(manager, held) for role, held in PERMISSIONS.items()}
    assert below == {"admin": False, "manager": False, "waiter": True, "bartender": True, "kitchen": True}
    assert all(may_edit(admin, held) for held in PERMISSIONS.values())
    assert not may_edit(waiter, PERMISSIONS["bartender"])
    assert not may_edit(manager, PERMISSIONS["waiter"] | {"settings.edit"}), (
        "a waiter who was given more than they have"
    )


async def test_a_manager_hires_and_fires_but_not_upwards(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    people = {each["name"]: each["id"] for each in (await max_.get("/api/session/people"))["people"]}
    hired = await max_.post("/api/staff", {"name": "Lin", "role": "waiter", "pin": "583920"})
    assert hired.status == 201, hired.body
    assert "pin" not in str(hired.body).lower()
    assert (await max_.post("/api/staff", {"name": "Eve", "role": "admin", "pin": "583921"})).status == 403
    assert (await max_.put(f"/api/staff/{hired['id']}", {"name": "Lin", "role": "manager"})).status == 403
    assert (await max_.put(f"/api/staff/{people['Ana']}", {"name": "Ana", "role": "waiter"})).status == 403
    assert (await max_.put(f"/api/staff/{people['Max']}", {"name": "Max", "role": "admin"})).status == 403
    assert (await max_.delete(f"/api/staff/{people['Ana']}")).status == 403
    assert (await max_.post("/api/staff", {"name": "Lin", "role": "waiter"}))["field"] == "pin"
    assert (await max_.post("/api/staff", {"name": "Lin", "role": "owner", "pin": "583922"})).status == 400
    assert (await max_.delete(f"/api/staff/{hired['id']}")).status == 204


async def test_the_last_admin_stays_one(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    everybody = (await ana.get("/api/staff"))["staff"]
    herself = next(each["id"] for each in everybody if each["name"] == "Ana")
    assert (await ana.delete(f"/api/staff/{herself}")).status == 409
    assert (await ana.put(f"/api/staff/{herself}", {"name": "Ana", "role": "waiter"})).status == 409
    second = await ana.post("/api/staff", {"name": "Zoe", "role": "admin", "pin": "730516"})
    assert second.status == 201
    assert (await ana.delete(f"/api/staff/{herself}")).status == 204
