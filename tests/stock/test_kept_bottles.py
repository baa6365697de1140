"""A guest's bottle behind the bar: found by its label, poured from, kept longer, and gone when its time is over."""

import asyncio
from datetime import date, timedelta
from typing import Any

from barbox.core.transaction import Transaction
from barbox.stock.kept_bottles import commands
from tests.bar import Swan, Tablet

DAY_MS = 86_400_000


def later(who: dict[str, Any], days: int) -> str:
    """A day so many days before or after the last on which a bottle is kept."""
    return (date.fromisoformat(who["until"]) + timedelta(days=days)).isoformat()


async def kept(who: Tablet, query: str = "") -> list[Any]:
    found: list[Any] = (await who.get(f"/api/kept-bottles{query}"))["bottles"]
    return found


async def test_a_bottle_is_kept_found_poured_from_and_taken_home(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    member = (await wei.post("/api/members", {"name": "陈晓", "phone": "138 0013 8000"}))["id"]
    whisky = {"names": {"en": "Yamazaki 12", "zh": "山崎 12 年"}, "size": 700, "place": "Shelf 3"}
    first = await wei.post("/api/kept-bottles", {**whisky, "memberId": member, "rest": 450})
    assert first.status == 201, first.body
    other = await wei.post("/api/kept-bottles", {**whisky, "name": "Tom Lee", "phone": "+44 7700 900123"})
    path = f"/api/kept-bottles/{first['id']}"
    for query, found in (
        ("?q=cx", [first["id"]]),
        ("?q=8000", [first["id"]]),
        ("?q=K-0002", [other["id"]]),
        ("?q=tl", [other["id"]]),
        ("?q=yamazaki", [first["id"], other["id"]]),
        (f"?memberId={member}", [first["id"]]),
        ("?lapsing=14", []),
        ("?lapsing=90", [first["id"], other["id"]]),
    ):
        assert [each["bottleId"] for each in await kept(wei, query)] == found, query
    bottle = (await kept(wei, "?q=cx"))[0]
    assert (bottle["code"], bottle["guest"], bottle["rest"], bottle["daysLeft"]) == ("K-0001", "陈晓", 450, 90)
    assert (await wei.post(f"{path}/pour", {"rest": 400, "version": bottle["version"]})).status == 200
    stale = await wei.post(f"{path}/pour", {"rest": 300, "version": bottle["version"]})
    assert (stale.status, stale["current"]["rest"]) == (409, 400)
    assert (await wei.post(f"{path}/pour", {"rest": 701}))["field"] == "rest"
    assert (await wei.post(f"{path}/remind")).status == 200
    assert (await wei.post(f"{path}/extend", {"until": later(bottle, 30)})).status == 200
    assert (await wei.post(f"{path}/collect", {"reason": "moves away"})).status == 200
    assert (await wei.post(f"{path}/pour", {"rest": 0}))["code"] == "wrong_state"
    story = (await wei.get(path))["entries"]
    assert [(each["kind"], each["rest"]) for each in story] == [
        ("kept", 450),
        ("poured", 400),
        ("reminded", 400),
        ("extended", 400),
        ("collected", 400),
    ]
    assert (await wei.post(f"/api/kept-bottles/{other['id']}/pour", {"rest": 0})).status == 200
    assert (await kept(wei), {each["status"] for each in await kept(wei, "?ended=true")}) == ([], {"out", "finished"})


async def test_what_is_past_its_day_lapses_by_itself_and_may_be_kept_again(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.put("/api/settings", {"keepDays": 10})).status == 200
    body = {"name": "Tom", "phone": "07700900123", "names": {"en": "Rum"}, "size": 1000}
    path = f"/api/kept-bottles/{(await wei.post('/api/kept-bottles', body))['id']}"
    (bottle,) = await kept(wei, "?lapsing=14")
    assert bottle["daysLeft"] == 10

    def after(days: int) -> Any:
        def run(tx: Transaction) -> int:
            tx.then(tx.now + days * DAY_MS)
            return commands.lapse_all(tx)

        return run

    assert [await quiet_swan.database.write(after(days)) for days in (10, 11, 11)] == [0, 1, 0]
    assert (await wei.get(path))["status"] == "lapsed"
    assert (await wei.post(f"{path}/extend", {"until": later(bottle, -11)})).status == 400
    assert (await wei.post(f"{path}/extend", {"until": later(bottle, 5)})).status == 200
    assert (await wei.post(f"{path}/lapse", {"reason": "does not answer"})).status == 403
    assert (await max_.post(f"{path}/lapse", {"reason": "does not answer"})).status == 200
    assert (await wei.get(path))["entries"][-1]["reason"] == "does not answer"
    for wrong, field in (
        ({"name": "Tom", "names": {"en": "Rum"}, "size": 700}, "name"),
        ({**body, "size": None}, "size"),
        ({**body, "names": None}, "names"),
        ({**body, "rest": 1001}, "rest"),
        ({**body, "until": "2020-01-01"}, "until"),
        ({**body, "memberId": 77}, "memberId"),
    ):
        answer = await wei.post("/api/kept-bottles", wrong)
        assert (answer.status, answer["field"]) == (400, field)


async def test_the_label_says_whose_it_is_and_a_guest_who_is_forgotten_is_on_no_bottle(swan: Swan) -> None:
    wei, max_ = await swan.sign_in("Wei"), await swan.sign_in("Max")
    member = (await wei.post("/api/members", {"name": "陈晓", "phone": "13800138000"}))["id"]
    made = await wei.post(
        "/api/kept-bottles",
        {"memberId": member, "names": {"zh": "白州"}, "size": 700, "rest": 350.5, "place": "Shelf 3"},
    )
    path = f"/api/kept-bottles/{made['id']}"
    assert (await wei.post(f"{path}/print", {})).status == 202
    paper = (await asyncio.to_thread(swan.printers["till"].wait_for_papers, 1))[0]
    assert all(each in paper.text for each in ("K-0001", "350.5 / 700 ml", "Shelf 3")), paper.text
    assert paper.pictures, "the guest's name is drawn"
    assert (await wei.post(f"{path}/print", {"printerId": 99})).status == 404
    exported = await max_.get(f"/api/members/{member}/export")
    assert [each["bottleId"] for each in exported["bottles"]] == [made["id"]]
    assert (await max_.post(f"/api/members/{member}/erase")).status == 200
    gone = await wei.get(path)
    assert (gone["guest"], gone["phone"], gone["rest"]) == (None, None, 350.5)


async def test_a_bottle_written_down_wrong_is_set_right_and_nobody_keeps_for_who_is_barred(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    member = (await wei.post("/api/members", {"name": "陈晓", "phone": "13800138000"}))["id"]
    rum = {"names": {"en": "Rum"}, "unit": "ml", "packs": [{"names": {"en": "bottle"}, "quantity": 500}]}
    item = (await max_.post("/api/inventory/items", rum))["id"]
    body = {"name": "Tom", "phone": "07700900123", "itemId": item, "place": "Shelf 1", "note": "blue ribbon"}
    path = f"/api/kept-bottles/{(await wei.post('/api/kept-bottles', body))['id']}"
    bottle = await wei.get(path)
    assert (bottle["name"], bottle["size"], bottle["rest"]) == ("Rum", 500, 500)
    right = {"phone": "13800138000", "place": "Shelf 2", "note": "", "version": bottle["version"]}
    assert (await wei.put(path, right)).status == 200
    assert (await wei.put(path, right))["code"] == "stale_version"
    told = await wei.get(path)
    assert (told["memberId"], told["guest"], told["place"], told["note"]) == (member, "陈晓", "Shelf 2", None)
    assert (told["name"], told["entries"][-1]["kind"]) == ("Rum", "changed")
    whisky = {"names": {"en": "Whisky"}, "size": 700}
    assert (await wei.put(path, whisky)).status == 200
    assert (await wei.put(path, {"size": 400}))["field"] == "size"
    assert [(await wei.get(path))[each] for each in ("name", "size", "itemId")] == ["Whisky", 700, None]

    assert (await max_.post(f"/api/members/{member}/bar", {"reason": "fights"})).status == 200
    for call in (
        wei.post(f"{path}/pour", {"rest": 100}),
        wei.post("/api/kept-bottles", {**whisky, "memberId": member}),
        wei.post("/api/kept-bottles", {**whisky, "name": "Chen", "phone": "138 0013 8000"}),
    ):
        refused = await call
        assert (refused.status, "fights" in refused["error"] or "fights" in refused["detail"]) == (409, True)
    assert (await wei.post(f"{path}/collect", {})).status == 200


async def test_the_morning_says_whose_time_runs_out_and_which_line_is_to_be_cleaned(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    body = {"name": "Tom", "phone": "07700900123", "names": {"en": "Rum"}, "size": 1000}
    today = (await max_.get("/api/reports/sales"))["to"]
    soon = {**body, "until": (date.fromisoformat(today) + timedelta(days=5)).isoformat()}
    bottle = (await wei.post("/api/kept-bottles", soon))["id"]
    await wei.post("/api/kept-bottles", body)
    tap = (await max_.post("/api/taps", {"names": {"en": "Tap 1"}}))["id"]
    morning = await max_.get("/api/reports/morning")
    assert [(each["code"], each["until"]) for each in morning["bottles"]] == [("K-0001", soon["until"])]
    assert [(each["tapId"], each["cleanBy"], each["overdue"]) for each in morning["cleanings"]] == [(tap, None, False)]
    assert "Tom" not in str(morning.body)
    assert (await wei.post(f"/api/kept-bottles/{bottle}/remind")).status == 200
    assert (await max_.post(f"/api/taps/{tap}/clean", {})).status == 200
    morning = await max_.get("/api/reports/morning")
    assert (morning["bottles"], morning["cleanings"]) == ([], [])
