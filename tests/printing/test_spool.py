"""The spool: what is printed, what waits, what is said twice, and who hears of it."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from barbox.app import database_file
from barbox.core.http import DATABASE
from barbox.core.models import JournalEntry
from barbox.core.statements import freeze
from barbox.printing import jobs as lives
from printers.emulator import Paper, Printer
from tests.bar import Swan, Tablet, open_box, open_swan

E = JournalEntry
KINDS = freeze(lambda p: E.select(E.kind).where(E.subject == p.subject).order_by(E.seq))


class Told(msgspec.Struct):
    kind: str


async def papers(printer: Printer, count: int) -> list[Paper]:
    """Wait for so many papers."""
    return await asyncio.to_thread(printer.wait_for_papers, count)


async def jobs(tablet: Tablet, **which: Any) -> list[dict[str, Any]]:
    query = "&".join(f"{name}={value}" for name, value in which.items())
    found: list[dict[str, Any]] = (await tablet.get(f"/api/print-jobs?{query}"))["jobs"]
    return found


async def until_state(tablet: Tablet, job_id: int, *states: str) -> dict[str, Any]:
    """Follow the live feed until a job is in one of these states."""
    async with tablet.live("rooms=floor") as feed:
        await feed.frame()
        for job in await jobs(tablet):
            if job["id"] == job_id and job["state"] in states:
                return job
        event = await feed.until(lambda each: each["subject"] == f"job:{job_id}" and each["data"]["state"] in states)
        return {**event["data"], "detail": event["data"]["reason"]}


async def test_a_printed_ticket_is_proven_and_its_job_says_so(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    await papers(swan.printers["bar"], 1)
    (job,) = await jobs(wei, orderId=order["orderId"])
    done = await until_state(wei, job["id"], "printed")
    assert done["number"] == "B-0001"


async def test_tickets_of_a_station_are_numbered_without_gaps_and_name_the_one_before(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    for _ in range(3):
        await wei.post("/api/orders", {"tab": "Ming", "items": [swan.item("Negroni")]})
    printed = await papers(swan.printers["bar"], 3)
    assert [paper.text.rstrip().splitlines()[-1].strip() for paper in printed] == [
        "END B-0001",
        "END B-0002",
        "END B-0003",
    ]
    assert "first today" in printed[0].text
    assert "before: B-0002" in printed[2].text


async def test_paper_out_in_the_kitchen_waits_and_prints_once_when_the_roll_is_in(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    swan.printers["kitchen"].paper_out()
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Fries")]})
    (job,) = await jobs(wei, orderId=order["orderId"])
    waiting = await until_state(wei, job["id"], "blocked")
    assert waiting["detail"] == "paper"
    swan.printers["kitchen"].paper_in()
    await until_state(wei, job["id"], "printed")
    assert len(swan.printers["kitchen"].papers) == 1


async def test_a_dead_bar_printer_delays_neither_the_order_nor_the_kitchen(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    swan.printers["bar"].hang()
    both = [swan.item("Negroni"), swan.item("Fries")]
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": both})
    assert order.status == 201
    await papers(swan.printers["kitchen"], 1)
    assert swan.printers["bar"].papers == []


async def test_a_ticket_cut_off_by_a_power_cut_comes_again_and_says_so(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    swan.printers["bar"].reset_after(60)
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (job,) = await jobs(wei, orderId=order["orderId"])
    await until_state(wei, job["id"], "printed")
    whole = [paper for paper in swan.printers["bar"].papers if "END B-0001" in paper.text]
    assert len(whole) == 1
    assert "POSSIBLE REPRINT" in whole[0].text
    (after,) = await jobs(wei, orderId=order["orderId"])
    assert after["mayHavePrinted"]


async def test_a_printer_that_stays_away_hands_over_to_its_fallback_and_every_waiter_hears(
    tmp_path: Path, printers: dict[str, Printer]
) -> None:
    async with open_swan(tmp_path / "box", printers) as swan:
        ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
        known = {each["name"]: each for each in (await ana.get("/api/printers"))["printers"]}
        change = {
            "name": "bar",
            "connection": printers["bar"].connection,
            "profile": "epson-tm-t88vi",
            "fallbackId": known["till"]["id"],
            "patienceSeconds": 1,
        }
        assert (await ana.put(f"/api/printers/{known['bar']['id']}", change)).status == 200
        printers["bar"].power_off()
        async with wei.live("rooms=floor") as feed:
            await feed.frame()
            await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
            failed = await feed.until(lambda each: each["kind"] == "print.failed")
            assert failed["data"]["printerName"] == "bar"
            (ticket,) = await papers(printers["till"], 1)
            assert "INSTEAD OF bar" in ticket.text
            assert "MAY ALSO" not in ticket.text
            printers["bar"].power_on()
            await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
            await feed.until(lambda each: each["kind"] == "print.recovered")
        (next_ticket,) = await papers(printers["bar"], 1)
        assert "END B-0002" in next_ticket.text


async def test_tickets_left_waiting_when_the_box_stops_come_out_after_it_starts(
    tmp_path: Path, printers: dict[str, Printer]
) -> None:
    async with open_swan(tmp_path / "box", printers) as swan:
        wei = await swan.sign_in("Wei")
        printers["bar"].refuse()
        await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    printers["bar"].refuse(on=False)
    async with open_box(tmp_path / "box"):
        (ticket,) = await papers(printers["bar"], 1)
    assert "END B-0001" in ticket.text
    assert "REPRINT" not in ticket.text


async def test_an_attempt_without_an_end_is_marked_after_a_crash(tmp_path: Path, printers: dict[str, Printer]) -> None:
    async with open_swan(tmp_path / "box", printers) as swan:
        wei = await swan.sign_in("Wei")
        printers["bar"].refuse()
        order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
        (job,) = await jobs(wei, orderId=order["orderId"])
        await swan.running.app[DATABASE].write(lives.begin_attempt, job["id"], "CRSH", "A")
    printers["bar"].refuse(on=False)
    async with open_box(tmp_path / "box"):
        incomplete, ticket = await papers(printers["bar"], 2)
    assert "INCOMPLETE" in incomplete.text
    assert "POSSIBLE REPRINT" in ticket.text
    assert database_file(tmp_path / "box").exists()


async def test_a_waiting_ticket_can_be_moved_by_hand_and_a_printed_one_reprinted_as_a_copy(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    swan.printers["bar"].refuse()
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (job,) = await jobs(wei, orderId=order["orderId"])
    till = next(each["id"] for each in (await wei.get("/api/printers"))["printers"] if each["name"] == "till")
    moved = await wei.post(f"/api/print-jobs/{job['id']}/move", {"printerId": till})
    assert moved.status == 201, moved.body
    (ticket,) = await papers(swan.printers["till"], 1)
    assert "INSTEAD OF bar" in ticket.text
    await until_state(wei, moved["jobId"], "printed")
    again = await wei.post(f"/api/print-jobs/{moved['jobId']}/reprint")
    assert again.status == 201
    assert "REPRINT - COPY 3" in (await papers(swan.printers["till"], 2))[1].text
    assert (await max_.post(f"/api/print-jobs/{job['id']}/cancel")).status == 409


async def test_an_old_ticket_asks_before_it_prints(swan: Swan) -> None:
    wei, database = await swan.sign_in("Wei"), swan.running.app[DATABASE]
    swan.printers["bar"].refuse()
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (job,) = await jobs(wei, orderId=order["orderId"])
    database.clock.not_before(database.clock.now() + 31 * 60_000)
    wei = await swan.sign_in("Wei")
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        swan.printers["bar"].refuse(on=False)
        asked = await feed.until(lambda each: each["kind"] == "print.stale")
    assert (asked["data"]["printerName"], asked["data"]["jobId"]) == ("bar", job["id"])
    bar = next(each for each in (await wei.get("/api/printers"))["printers"] if each["name"] == "bar")
    assert (bar["state"]["waiting"], bar["state"]["stale"]) == (1, 1)
    wanted = await wei.post(f"/api/print-jobs/{job['id']}/reprint")
    assert wanted.status == 201
    (ticket,) = await papers(swan.printers["bar"], 1)
    assert "END B-0001" in ticket.text
    assert "REPRINT" not in ticket.text


async def test_the_drawer_opens_for_cash_and_not_for_a_card(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    for method in ("card", "cash"):
        order = await wei.post("/api/orders", {"items": [swan.item("Fries")]})
        tender = {"method": method, "amount": order["totalAmount"]}
        await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    await papers(swan.printers["till"], 2)
    kicks = [job for job in await jobs(wei) if job["kind"] == "drawer"]
    assert len(kicks) == 1
    await asyncio.to_thread(swan.printers["till"].wait_for, lambda printer: printer.kicks == 1)


async def test_a_roll_near_its_end_is_told_before_it_ends(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    swan.printers["bar"].paper_low()
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
        warned = await feed.until(lambda each: each["kind"] == "print.paperlow")
    assert warned["data"]["printerName"] == "bar"
    bar = next(each for each in (await wei.get("/api/printers"))["printers"] if each["name"] == "bar")
    assert bar["state"]["paper"] == "low"
    swan.printers["bar"].paper_in()
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
        await feed.until(lambda each: each["kind"] == "print.paperin")
    assert (await papers(swan.printers["bar"], 1))[0].text.strip()


async def test_a_printer_that_was_away_for_long_says_so_before_it_goes_on(swan: Swan) -> None:
    wei, database = await swan.sign_in("Wei"), swan.running.app[DATABASE]
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (first,) = await jobs(wei, orderId=order["orderId"])
    await until_state(wei, first["id"], "printed")
    swan.printers["bar"].power_off()
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        for table in ("T1", "T5", "T7"):
            await wei.post("/api/orders", {"tableId": swan.tables[table], "items": [swan.item("Negroni")]})
        await feed.until(lambda each: each["kind"] == "print.job" and each["data"]["state"] == "blocked")
        database.clock.not_before(database.clock.now() + 2 * 60_000)
        await feed.until(lambda each: each["kind"] == "print.failed")
        swan.printers["bar"].power_on()
        await feed.until(lambda each: each["kind"] == "print.recovered")
    texts = [paper.text for paper in await papers(swan.printers["bar"], 5)]
    slip = next(text for text in texts if "PRINTER IS BACK" in text)
    assert "B-0001" in slip or "B-0002" in slip


async def test_jobs_are_kept_for_a_month_and_no_longer(swan: Swan) -> None:
    ana, database = await swan.sign_in("Ana"), swan.running.app[DATABASE]
    order = await ana.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (job,) = await jobs(ana, orderId=order["orderId"])
    await until_state(ana, job["id"], "printed")
    assert await database.write(lives.forget_old) == 0
    story = (await ana.get(f"/api/print-jobs/{job['id']}")).body
    assert (story["job"]["certainty"], story["attempts"][0]["proof"]) == ("proven", "A")
    assert bytes.fromhex(story["attempts"][0]["evidence"])[:2] == b'7"'
    database.clock.not_before(database.clock.now() + 32 * 86_400_000)
    assert await database.write(lives.forget_old) == 1
    assert (await (await swan.sign_in("Ana")).get(f"/api/print-jobs/{job['id']}")).status == 404


async def test_a_job_given_up_stands_in_the_journal_and_needs_somebody_who_may(swan: Swan) -> None:
    max_, wei = await swan.sign_in("Max"), await swan.sign_in("Wei")
    swan.printers["bar"].refuse()
    order = await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    (job,) = await jobs(wei, orderId=order["orderId"])
    await until_state(wei, job["id"], "blocked")
    assert (await wei.post(f"/api/print-jobs/{job['id']}/cancel")).status == 403
    assert (await max_.post(f"/api/print-jobs/{job['id']}/cancel")).status == 204
    assert await jobs(wei, waiting="true") == []
    told = await swan.database.read(KINDS, Told, subject=f"job:{job['id']}")
    assert [each.kind for each in told] == ["print.cancelled"]


async def test_the_drawer_never_opens_a_second_time_through_the_spool(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    order = await wei.post("/api/orders", {"items": [swan.item("Fries")]})
    tender = {"method": "cash", "amount": order["totalAmount"]}
    await wei.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    await asyncio.to_thread(swan.printers["till"].wait_for, lambda printer: printer.kicks == 1)
    (kick,) = [job for job in await jobs(wei) if job["kind"] == "drawer"]
    await until_state(wei, kick["id"], "printed", "sent")
    assert (await wei.post(f"/api/print-jobs/{kick['id']}/reprint")).status == 409
    assert swan.printers["till"].kicks == 1


async def test_a_printer_of_class_d_says_sent_and_never_printed(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    with Printer("generic-80", proof="D") as printer:
        body = {"name": "bar", "connection": printer.connection, "profile": "generic-80", "proof": "D"}
        await ana.post("/api/printers", body | {"stationIds": [quiet_swan.stations["bar"]]})
        order = await ana.post("/api/orders", {"tab": "Ming", "items": [quiet_swan.item("Negroni")]})
        (job,) = await jobs(ana, orderId=order["orderId"])
        await until_state(ana, job["id"], "sent")
        (job,) = await jobs(ana, orderId=order["orderId"])
    assert (job["state"], job["certainty"], job["proof"]) == ("sent", "sent", "D")
    (known,) = (await ana.get("/api/printers"))["printers"]
    assert (known["state"]["proof"], known["state"]["certainty"]) == ("D", "sent")
