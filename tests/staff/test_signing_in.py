"""Who may sign in, on what, and how often they may be wrong."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from barbox.core import secrets
from barbox.core.clock import DAY_MS
from barbox.staff import api as staff_api
from barbox.staff import rules
from barbox.staff.api import PINS, SESSIONS
from barbox.staff.commands import CODE_MS
from barbox.staff.pins import Pins
from tests.bar import PINS as PIN_OF
from tests.bar import ROLES, Answer, Swan, Tablet, open_box


async def numbers(swan: Swan) -> dict[str, int]:
    people = (await swan.tablet.get("/api/session/people"))["people"]
    return {each["name"]: each["id"] for each in people}


async def try_pin(tablet: Tablet, pin: str, staff_id: int | None = None) -> Answer:
    who = {} if staff_id is None else {"staffId": staff_id}
    device = Tablet(tablet.http, tablet.url, tablet.device)
    return await device.post("/api/session", {"pin": pin, **who})


def later(swan: Swan, ms: int) -> None:
    """Time passes."""
    clock = swan.database.clock
    clock.believed(clock.now() + ms, "owner")


async def test_a_pin_on_a_paired_tablet_begins_a_session(quiet_swan: Swan) -> None:
    answer = await try_pin(quiet_swan.tablet, PIN_OF["Wei"])
    assert answer["staff"] == {
        "id": (await numbers(quiet_swan))["Wei"],
        "name": "Wei",
        "role": "waiter",
        "language": "en",
    }
    assert answer["permissions"] == sorted(rules.WAITER)
    assert answer["token"].count(".") == 2
    assert answer["expiresAt"].endswith("Z")


async def test_somebody_elses_pin_does_not_sign_in_who_was_named(quiet_swan: Swan) -> None:
    people = await numbers(quiet_swan)
    refused = await try_pin(quiet_swan.tablet, PIN_OF["Ana"], people["Wei"])
    assert (refused.status, refused["code"]) == (401, "wrong_pin")
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"], people["Wei"])).status == 200
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"], 999)).status == 404


async def test_five_wrong_pins_make_the_tablet_wait_longer_each_time(quiet_swan: Swan) -> None:
    ana = (await numbers(quiet_swan))["Ana"]
    for _ in range(5):
        assert (await try_pin(quiet_swan.tablet, "000000", ana)).status == 401
    for wait in (30, 60, 120):
        locked = await try_pin(quiet_swan.tablet, PIN_OF["Ana"], ana)
        assert (locked.status, locked["code"]) == (429, "too_many"), "even the right one has to wait"
        assert wait - 2 <= int(locked.headers["Retry-After"]) <= wait
        assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"])).status == 200, "others may go on"
        later(quiet_swan, wait * 1000)
        assert (await try_pin(quiet_swan.tablet, "000000", ana)).status == 401
    later(quiet_swan, rules.LONGEST_WAIT_MS)
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Ana"], ana)).status == 200
    for _ in range(4):
        await try_pin(quiet_swan.tablet, "000000", ana)
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Ana"], ana)).status == 200, "the right one wiped the slate"


async def test_ten_wrong_pins_on_whatever_tablet_lock_a_person_until_somebody_frees_them(quiet_swan: Swan) -> None:
    people, second = await numbers(quiet_swan), await quiet_swan.another_tablet()
    bob = people["Bob"]
    for tablet in (quiet_swan.tablet, second):
        for _ in range(5):
            assert (await try_pin(tablet, "000000", bob)).status == 401
    later(quiet_swan, DAY_MS // 3)
    ana = await quiet_swan.sign_in("Ana")
    for tablet in (quiet_swan.tablet, second):
        locked = await try_pin(tablet, PIN_OF["Bob"], bob)
        assert (locked.status, locked["code"]) == (429, "locked")
    unnamed = await try_pin(second, PIN_OF["Bob"])
    assert (unnamed.status, unnamed["code"]) == (429, "locked"), "nor without saying who"
    staff = {each["name"]: each["locked"] for each in (await ana.get("/api/staff"))["staff"]}
    assert [name for name, locked in staff.items() if locked] == ["Bob"]
    assert (await ana.ask("POST", f"/api/staff/{bob}/free")).status == 204
    assert (await try_pin(second, PIN_OF["Bob"], bob)).status == 200


async def test_a_restart_forgets_no_wrong_pin(quiet_swan: Swan, tmp_path: Path) -> None:
    ana = (await numbers(quiet_swan))["Ana"]
    for _ in range(5):
        await try_pin(quiet_swan.tablet, "000000", ana)
    await quiet_swan.running.app.shutdown()
    await quiet_swan.running.app.cleanup()
    async with open_box(tmp_path / "box") as running:
        tablet = Tablet(quiet_swan.http, f"http://127.0.0.1:{running.port}", quiet_swan.tablet.device)
        assert (await try_pin(tablet, PIN_OF["Ana"], ana)).status == 429


async def test_many_guesses_at_once_gain_nothing(quiet_swan: Swan) -> None:
    ana = (await numbers(quiet_swan))["Ana"]
    guesses = [f"{guess:06d}" for guess in range(40)] + [PIN_OF["Ana"]]
    answers = await asyncio.gather(*(try_pin(quiet_swan.tablet, guess, ana) for guess in guesses))
    assert [answer.status for answer in answers].count(401) <= 5, "no more than five were even looked at"
    assert answers[-1].status == 429


async def test_who_knows_one_pin_can_not_try_out_the_others_between(quiet_swan: Swan) -> None:
    looked_at = 0
    for _ in range(12):
        for guess in ("000000", "000001", "000002", "000003"):
            looked_at += (await try_pin(quiet_swan.tablet, guess)).status == 401
        await try_pin(quiet_swan.tablet, PIN_OF["Wei"])
    assert looked_at == 5
    later(quiet_swan, 2 * rules.LONGEST_WAIT_MS)
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"])).status == 200
    for _ in range(20):
        assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"])).status == 200, "right ones are never counted"


async def test_wrong_pins_stand_in_the_journal(quiet_swan: Swan) -> None:
    people, ana = await numbers(quiet_swan), await quiet_swan.sign_in("Ana")
    await try_pin(quiet_swan.tablet, "000000", people["Wei"])
    events = (await ana.get("/api/journal?limit=1000"))["events"]
    assert [each["subject"] for each in events if each["kind"] == "staff.wrongpin"] == [f"staff:{people['Wei']}"]


@pytest.mark.parametrize(
    "pin", ["0000", "1234", "4321", "987654", "12", "123456789", "12a4", "１２３４", "12 34", "1357\n"]
)
async def test_pins_that_everybody_tries_first_are_not_taken(quiet_swan: Swan, pin: str) -> None:
    ana = await quiet_swan.sign_in("Ana")
    refused = await ana.post("/api/staff", {"name": "Eve", "role": "waiter", "pin": pin})
    assert refused.status == 400, refused.body


async def test_a_stolen_database_gives_up_no_pin_without_the_pepper() -> None:
    ours, theirs = Pins("11" * 32), Pins("22" * 32)
    stored = await ours.hash("482613")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await ours.matches(stored, "482613")
    assert not await ours.matches(stored, "482614")
    assert not await theirs.matches(stored, "482613"), "the same PIN, another box"
    assert not await ours.matches("not a hash", "482613")
    assert stored != await ours.hash("482613"), "salted"


async def test_secrets_are_the_owners_alone_and_not_in_the_database(quiet_swan: Swan, tmp_path: Path) -> None:
    known = secrets.load(tmp_path / "box")
    assert (tmp_path / "box" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert secrets.load(tmp_path / "box") == known
    with closing(sqlite3.connect(tmp_path / "box" / "barbox.db")) as connection:
        dump = "\n".join(connection.iterdump())
    for secret in (known.pepper, known.session_keys[0].key, quiet_swan.tablet.device, *PIN_OF.values()):
        assert secret not in dump


async def test_without_a_token_there_is_only_health(quiet_swan: Swan) -> None:
    async with quiet_swan.http.get(quiet_swan.tablet.url + "/api/health") as answer:
        assert (await answer.json())["status"] == "ok"
    for path in ("menu", "floor", "orders", "session/people", "venue", "stations", "staff", "journal", "inventory"):
        async with quiet_swan.http.get(f"{quiet_swan.tablet.url}/api/{path}") as answer:
            assert answer.status == 401, path
    async with quiet_swan.http.post(f"{quiet_swan.tablet.url}/api/session", json={"pin": PIN_OF["Ana"]}) as answer:
        assert answer.status == 401, "strangers never reach the PIN pad"


async def test_a_device_alone_sees_the_menu_and_no_order(quiet_swan: Swan) -> None:
    for path, status in (("menu", 200), ("session/people", 200), ("orders", 401), ("live", 401), ("journal", 401)):
        assert (await quiet_swan.tablet.get(f"/api/{path}")).status == status


async def test_who_signs_out_is_out(quiet_swan: Swan) -> None:
    wei, again = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Wei")
    assert (await wei.delete("/api/session")).status == 204
    assert (await wei.get("/api/orders")).status == 401
    assert (await again.get("/api/orders")).status == 200, "on this session only"


async def test_a_lost_tablet_is_out_at_once_with_whoever_was_signed_in_on_it(quiet_swan: Swan) -> None:
    ana, lost = await quiet_swan.sign_in("Ana"), await quiet_swan.another_tablet("Lost tablet")
    wei = await lost.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        (device,) = [d for d in (await ana.get("/api/devices"))["devices"] if d["name"] == "Lost tablet"]
        assert (await ana.delete(f"/api/devices/{device['id']}")).status == 204
        message = await feed.socket.receive(timeout=10)
        assert feed.socket.close_code == 4401, message
    assert (await wei.get("/api/orders")).status == 401
    assert (await lost.get("/api/menu")).status == 401
    assert (await try_pin(lost, PIN_OF["Wei"])).status == 401
    assert (await ana.delete(f"/api/devices/{device['id']}")).status == 404
    assert (await ana.get("/api/orders")).status == 200


async def test_who_left_or_changed_is_out(quiet_swan: Swan) -> None:
    ana, people = await quiet_swan.sign_in("Ana"), await numbers(quiet_swan)
    wei, bob, kim = [await quiet_swan.sign_in(name) for name in ("Wei", "Bob", "Kim")]
    assert (await ana.delete(f"/api/staff/{people['Wei']}")).status == 204
    assert (await wei.get("/api/orders")).status == 401
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Wei"])).status == 401
    promoted = {"name": "Bob", "role": "manager"}
    assert (await ana.put(f"/api/staff/{people['Bob']}", promoted)).status == 200
    assert (await bob.get("/api/orders")).status == 401, "a new role begins with a new session"
    assert (await ana.put(f"/api/staff/{people['Kim']}", {"name": "Kim Lee", "role": "kitchen"})).status == 200
    assert (await kim.get("/api/orders")).status == 200, "a new name does not"
    assert (await try_pin(quiet_swan.tablet, PIN_OF["Bob"]))["staff"]["role"] == "manager"


async def test_many_who_sign_in_at_once_are_all_in(quiet_swan: Swan) -> None:
    people = await numbers(quiet_swan)

    async def sign_in_and_look(name: str) -> int:
        signed = await try_pin(quiet_swan.tablet, PIN_OF[name], people[name])
        tablet = Tablet(quiet_swan.http, quiet_swan.tablet.url, signed["token"])
        return (await tablet.get("/api/orders")).status

    assert await asyncio.gather(*(sign_in_and_look(name) for name in list(ROLES) * 4)) == [200] * 20


async def invite(who: Tablet) -> Answer:
    return await who.ask("POST", "/api/devices/codes")


async def use_code(swan: Swan, code: str) -> Answer:
    stranger = Tablet(swan.http, swan.tablet.url, "")
    return await stranger.post("/api/devices/pair", {"code": code, "name": "New tablet"})


async def test_an_invitation_lets_in_one_tablet_once(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    first, second = await invite(ana), await invite(ana)
    scanned = first["url"].partition("#")[2]
    assert (len(first["code"]), len(scanned)) == (8, 26)
    assert first["qrSvg"].startswith("<svg")
    paired = await use_code(quiet_swan, f" {first['code'][:4]} {first['code'][4:]} ")
    assert paired.status == 201, paired.body
    new = Tablet(ana.http, ana.url, paired["deviceToken"])
    assert (await new.get("/api/menu")).status == 200
    for spent in (first["code"], scanned):
        refused = await use_code(quiet_swan, spent)
        assert (refused.status, refused["field"]) == (400, "code"), "typed or scanned, it is one invitation"
    assert (await use_code(quiet_swan, second["url"].partition("#")[2].lower())).status == 201


async def test_an_invitation_is_good_for_ten_minutes(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    early, late = await invite(ana), await invite(ana)
    later(quiet_swan, CODE_MS - 5_000)
    assert (await use_code(quiet_swan, early["code"])).status == 201
    later(quiet_swan, 6_000)
    assert (await use_code(quiet_swan, late["code"])).status == 400


async def test_codes_can_not_be_tried_out(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    code = (await invite(ana))["code"]
    answers = [await use_code(quiet_swan, f"{guess:08d}") for guess in range(15)]
    assert [answer.status for answer in answers][-1] == 429
    assert answers[-1].headers["Retry-After"]
    assert (await use_code(quiet_swan, code)).status == 429


async def test_a_bar_may_connect_all_its_tablets_one_after_the_other(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    for _ in range(15):
        assert (await use_code(quiet_swan, (await invite(ana))["code"])).status == 201


async def test_a_new_box_is_set_up_with_its_code_and_only_once(quiet_swan: Swan, tmp_path: Path) -> None:
    async with open_box(tmp_path / "new") as running:
        stranger = Tablet(quiet_swan.http, f"http://127.0.0.1:{running.port}", "")
        assert (await stranger.get("/api/health"))["status"] == "setup"
        setup: dict[str, Any] = {
            "code": "00000000",
            "venue": {"name": "Moon", "currency": "EUR", "language": "en", "timezone": "Europe/Berlin"},
            "admin": {"name": "Ada", "pin": "739154"},
            "deviceName": "Office",
        }
        assert (await stranger.post("/api/setup", setup))["field"] == "code"
        setup["code"] = running.app[staff_api.SETUP_CODE]
        easy = {**setup, "admin": {"name": "Ada", "pin": "1234"}}
        assert (await stranger.post("/api/setup", easy)).status == 400
        nowhere = {**setup, "venue": {**setup["venue"], "timezone": "Moon/Base"}}
        assert (await stranger.post("/api/setup", nowhere))["field"] == "timezone"
        done = await stranger.post("/api/setup", setup)
        assert done.status == 201, done.body
        assert (await stranger.get("/api/health"))["status"] == "ok"
        assert (await stranger.post("/api/setup", setup))["code"] == "wrong_state"
        office = Tablet(stranger.http, stranger.url, done["deviceToken"])
        signed = await office.post("/api/session", {"pin": "739154"})
        assert signed["staff"]["role"] == "admin"
        assert (await office.get("/api/venue"))["timezone"] == "Europe/Berlin"
    assert quiet_swan.running.app[PINS] is not None
    assert quiet_swan.running.app[SESSIONS].anybody
