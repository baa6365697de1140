"""A new printer: found, tried, added, put to the test by questions; and who may do that."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from printers.emulator import Printer
from tests.bar import Swan, Tablet
from tests.printing.following import until_ended


async def printer_named(tablet: Tablet, name: str) -> dict[str, Any]:
    known: list[dict[str, Any]] = (await tablet.get("/api/printers"))["printers"]
    return next(each for each in known if each["name"] == name)


async def until_asked(tablet: Tablet, printer_id: int, code: str | None) -> dict[str, Any]:
    """Follow a probe until it asks this, or, with None, until it has ended."""
    async with tablet.live("rooms=office") as feed:
        await feed.frame()
        while True:
            probe = (await tablet.get(f"/api/printers/{printer_id}/probe")).body
            if probe["question"] and probe["question"]["code"] == code:
                return dict(probe)
            if probe["state"] in ("done", "failed"):
                assert code is None, probe
                return dict(probe)
            await feed.until(lambda each: each["kind"] == "printer.probe")


async def answered(tablet: Tablet, printer_id: int, **answers: str) -> dict[str, Any]:
    """Answer each question as it comes, and return how the probe ended."""
    for code, answer in answers.items():
        asked = code.replace("_", "-")
        await until_asked(tablet, printer_id, asked)
        said = await tablet.post(f"/api/printers/{printer_id}/probe/answer", {"question": asked, "answer": answer})
        assert said.status == 200, said.body
    return await until_asked(tablet, printer_id, None)


async def test_a_printer_is_tried_added_with_its_station_and_probed_by_questions(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    with Printer("epson-tm-t88vi", proof="A") as printer:
        there = {"connection": printer.connection, "profile": "epson-tm-t88vi"}
        tried = await ana.post("/api/printers/try", there)
        assert (tried.status, tried["outcome"]) == (200, "printed")
        made = await ana.post(
            "/api/printers", {"name": "Bar", **there, "stationIds": [quiet_swan.stations["bar"]], "receipts": True}
        )
        assert made.status == 201, made.body
        before = await printer_named(ana, "Bar")
        assert before["stationIds"] == [quiet_swan.stations["bar"]]
        assert before["state"]["probedAt"] is None

        begun = await ana.post(f"/api/printers/{made['id']}/probe")
        assert begun.status == 202, begun.body
        await until_asked(ana, made["id"], "slip")
        chinese = await ana.get(f"/api/printers/{made['id']}/probe", Accept_Language="zh")
        assert [each["text"] for each in chinese["question"]["answers"]] == ["打出来了，完整", "没有，或只有一部分"]
        wrong = await ana.post(f"/api/printers/{made['id']}/probe/answer", {"question": "ruler", "answer": "42"})
        assert (wrong.status, wrong["code"]) == (409, "wrong_state")
        await ana.post(f"/api/printers/{made['id']}/probe/answer", {"question": "slip", "answer": "whole"})
        ended = await answered(ana, made["id"], ruler="32", hanzi="wrong", open_cover="skip")
        assert ended["state"] == "done"
        assert ended["finding"]["proof"] == "A"
        assert ended["finding"]["honest"] is None
        after = await printer_named(ana, "Bar")
        assert (after["columns"], after["kanji"], after["clears"]) == (32, "none", True)
        assert (after["state"]["proof"], after["state"]["certainty"]) == ("A", "proven")
        assert after["state"]["probedAt"]
        assert after["model"] == "EPSON TM-T88VI"


@pytest.mark.parametrize(("lies", "letter"), [(True, "C"), (False, "A")])
async def test_who_confirms_a_slip_while_the_cover_is_open_is_not_believed_again(
    quiet_swan: Swan, lies: bool, letter: str
) -> None:
    ana = await quiet_swan.sign_in("Ana")
    with Printer("epson-tm-t88vi", proof="A") as printer:
        body = {"name": "Bar", "connection": printer.connection, "profile": "epson-tm-t88vi"}
        made = await ana.post("/api/printers", body)
        await ana.post(f"/api/printers/{made['id']}/probe")
        for question, answer in (("slip", "whole"), ("ruler", "42"), ("hanzi", "right")):
            await until_asked(ana, made["id"], question)
            await ana.post(f"/api/printers/{made['id']}/probe/answer", {"question": question, "answer": answer})
        await until_asked(ana, made["id"], "open-cover")
        printer.cover(is_open=True)
        printer.lie(on=lies)
        opened = {"question": "open-cover", "answer": "opened"}
        await ana.post(f"/api/printers/{made['id']}/probe/answer", opened)
        await until_asked(ana, made["id"], "close-cover")
        printer.cover(is_open=False)
        ended = await answered(ana, made["id"], close_cover="closed")
        assert (ended["finding"]["honest"], ended["finding"]["proof"]) == (not lies, letter)
        known = await printer_named(ana, "Bar")
        assert (known["state"]["proof"], known["kanji"]) == (letter, "gb18030")
        again = await ana.put(f"/api/printers/{made['id']}", body | {"receipts": True})
        assert again.status == 200
        assert (await printer_named(ana, "Bar"))["state"]["proof"] == letter


async def test_a_probe_that_nobody_goes_on_with_can_be_given_up_and_jobs_go_on(swan: Swan) -> None:
    ana, wei = await swan.sign_in("Ana"), await swan.sign_in("Wei")
    bar = await printer_named(ana, "bar")
    await ana.post(f"/api/printers/{bar['id']}/probe")
    await until_asked(ana, bar["id"], "slip")
    await wei.post("/api/orders", {"tableId": swan.tables["T1"], "items": [swan.item("Negroni")]})
    assert not any("B-0001" in paper.text for paper in swan.printers["bar"].papers)
    assert (await ana.delete(f"/api/printers/{bar['id']}/probe")).status == 204
    assert (await until_asked(ana, bar["id"], None))["detail"] == "given up"
    there = await asyncio.to_thread(
        swan.printers["bar"].wait_for, lambda printer: any("END B-0001" in paper.text for paper in printer.papers)
    )
    assert there


async def test_a_printer_that_is_off_cannot_be_probed_and_says_where_it_was_looked_for(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    made = await ana.post("/api/printers", {"name": "Off", "connection": "tcp://127.0.0.1:1", "profile": "generic-80"})
    await ana.post(f"/api/printers/{made['id']}/probe")
    ended = await until_asked(ana, made["id"], None)
    assert (ended["state"], "127.0.0.1:1" in ended["detail"]) == ("failed", True)
    unreachable = await ana.post("/api/printers/try", {"connection": "tcp://127.0.0.1:1", "profile": "generic-80"})
    assert unreachable.status == 503
    refused = await ana.post("/api/printers/try", {"connection": "tcp://127.0.0.1:1", "profile": "star-tsp100"})
    assert refused.status == 400
    assert "TSP100" in refused["detail"]


async def test_what_is_plugged_in_is_found_and_known_ones_are_told_apart(quiet_swan: Swan) -> None:
    ana, wei = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Wei")
    found = await ana.get("/api/printers/found")
    assert found.status == 200
    assert "epson-tm-t88vi" in found["profiles"]
    assert (await wei.get("/api/printers/found")).status == 403
    models = {each["name"]: each for each in (await ana.get("/api/printers/profiles"))["profiles"]}
    assert (models["epson-tm-t88vi"]["title"], models["epson-tm-t88vi"]["columns"]) == ("Epson TM-T88VI", 42)
    assert "star-tsp100" not in models


async def test_a_station_closes_only_when_nothing_is_made_there(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    busy = await ana.delete(f"/api/stations/{swan.stations['bar']}")
    assert (busy.status, busy["code"]) == (409, "wrong_state")
    spare = await ana.post("/api/stations", {"names": {"en": "Terrace"}})
    assert (await ana.delete(f"/api/stations/{spare['id']}")).status == 204
    assert spare["id"] not in [each["id"] for each in (await ana.get("/api/stations"))["stations"]]


async def test_a_serial_printer_is_unplugged_and_plugged_in_and_its_tickets_come_out(
    quiet_swan: Swan, tmp_path: Path
) -> None:
    """The port is a link that goes and comes back, as udev's do; the file device is the kernel's printer."""
    ana, wei = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Wei")
    port = tmp_path / "ttyUSB0"
    for connection in (f"serial:{port}?baud=115200&flow=none", f"file:{port}"):
        with Printer("epson-tm-t88vi", pty=True) as first:
            port.symlink_to(first.path)
            body = {"name": connection[:6], "connection": connection, "profile": "epson-tm-t88vi"}
            made = await ana.post("/api/printers", body | {"stationIds": [quiet_swan.stations["bar"]]})
            assert made.status == 201, made.body
            await wei.post("/api/orders", {"tab": "Ming", "items": [quiet_swan.item("Negroni")]})
            (ticket,) = await asyncio.to_thread(first.wait_for_papers, 1)
            await until_ended(wei, (await wei.get("/api/print-jobs"))["jobs"][0]["id"])
        port.unlink()
        await wei.post("/api/orders", {"tab": "Ming", "items": [quiet_swan.item("Negroni")]})
        with Printer("epson-tm-t88vi", pty=True) as second:
            port.symlink_to(second.path)
            (late,) = await asyncio.to_thread(second.wait_for_papers, 1, 30.0)
        port.unlink()
        number = int(ticket.text.rstrip()[-4:])
        assert f"END B-{number + 1:04d}" in late.text
        assert (await ana.delete(f"/api/printers/{made['id']}")).status == 204
