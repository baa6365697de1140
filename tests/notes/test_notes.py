"""What one shift tells the next."""

import pytest

from barbox.notes import queries
from tests.bar import Swan


async def test_the_early_shift_tells_the_late_one(quiet_swan: Swan) -> None:
    bob, kim = await quiet_swan.sign_in("Bob"), await quiet_swan.sign_in("Kim")
    async with kim.live("rooms=kitchen") as feed:
        await feed.frame()
        left = await bob.post("/api/notes", {"text": "  Keg 3 is nearly empty\nthe new one is behind the door "})
        assert left.status == 201
        heard = await feed.until(lambda each: each["kind"] == "note.changed")
        assert heard["data"] == left.body, "the whole note"
    assert (left["text"], left["staffName"]) == ("Keg 3 is nearly empty\nthe new one is behind the door", "Bob")
    assert (await kim.get("/api/notes"))["notes"] == [left.body]
    done = await kim.post(f"/api/notes/{left['noteId']}/done")
    assert (done["doneByName"], done["staffName"]) == ("Kim", "Bob")
    again = await bob.post(f"/api/notes/{left['noteId']}/done")
    assert again["doneByName"] == "Kim", "whoever was first"
    back = await bob.post(f"/api/notes/{left['noteId']}/done", {"done": False})
    assert back["doneAt"] is None
    assert back.body == left.body


async def test_a_note_that_says_nothing_or_is_not_there_is_refused(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for wrong in ({"text": ""}, {"text": "   "}, {"text": "x" * 501}, {}):
        assert (await wei.post("/api/notes", wrong)).status == 400, wrong
    assert (await wei.post("/api/notes/99/done")).status == 404
    assert (await quiet_swan.tablet.get("/api/notes")).status == 401, "a tablet alone reads none"


async def test_what_was_seen_to_days_ago_is_shown_no_more(quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch) -> None:
    wei = await quiet_swan.sign_in("Wei")
    first = await wei.post("/api/notes", {"text": "The lost scarf is in the drawer"})
    await wei.post(f"/api/notes/{first['noteId']}/done")
    second = await wei.post("/api/notes", {"text": "Ice man at six"})
    assert [each["text"] for each in (await wei.get("/api/notes"))["notes"]] == [second["text"], first["text"]]
    monkeypatch.setattr(queries, "LATELY_MS", -1)  # three days are over
    assert [each["text"] for each in (await wei.get("/api/notes"))["notes"]] == [second["text"]]
