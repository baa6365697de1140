"""Guests who come back: found, known, thanked, and forgotten when they ask for it."""

from typing import Any

import pytest

from barbox.core.shorthand import whole
from tests.bar import Swan, Tablet


async def join(who: Tablet, **about: Any) -> int:
    """A new member's number."""
    answer = await who.post("/api/members", {"phone": "13812345678", **about})
    assert answer.status == 201, answer.body
    return int(answer["id"])


async def found(who: Tablet, text: str) -> list[int]:
    return [each["memberId"] for each in (await who.get(f"/api/members?q={text}"))["members"]]


async def test_a_guest_is_found_by_phone_digits_initials_card_number_or_code(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    chen = await join(wei, name="陈晓", phone="+86 138-1234-5678", card="0042")
    anna = await join(wei, name="Anna Lee", phone="13900001111")
    assert await found(wei, "5678") == [chen]
    assert await found(wei, "cx") == [chen]
    assert await found(wei, "al") == [anna]
    assert await found(wei, "lee") == [anna]
    assert await found(wei, "0042") == [chen]
    assert await found(wei, f"M{anna}") == [anna]
    code = (await wei.get(f"/api/members/{anna}/code"))["text"]
    assert await found(wei, code.lower()) == [anna]
    assert sorted(await found(wei, "")) == [chen, anna]
    listed = (await wei.get("/api/members-directory"))["members"]
    assert [(each["memberId"], each["initials"], each["phone"]) for each in listed] == [
        (anna, "al", "13900001111"),
        (chen, "cx", "+8613812345678"),
    ]


async def test_nobody_joins_twice_with_one_phone(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    await join(wei)
    again = await wei.post("/api/members", {"phone": "138 1234 5678"})
    assert (again.status, again["code"]) == (409, "already_there")
    assert (await wei.post("/api/members", {"name": "Nobody"}))["field"] == "phone"
    assert (await wei.post("/api/members", {"phone": "call me"}))["field"] == "phone"
    assert (await wei.post("/api/members", {"card": "7", "birthday": "02-30"}))["field"] == "birthday"


async def test_of_two_entries_for_one_person_nothing_is_lost(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    first = await join(max_, name="Chen")
    second = await join(max_, phone="13900001111", card="0042", birthday="05-17")
    for member, points in ((first, 30), (second, 12)):
        body = {"account": "points", "amount": points, "reason": "welcome"}
        assert (await max_.post(f"/api/members/{member}/adjust", body)).status == 200
    assert (await max_.post(f"/api/members/{first}/merge", {"memberId": second})).status == 200
    kept = await max_.get(f"/api/members/{second}")
    assert (kept["memberId"], kept["points"], kept["card"], kept["birthday"]) == (first, 42, "0042", "05-17")
    assert await found(max_, "1111") == [first], "the old phone still finds them"
    entries = (await max_.get(f"/api/members/{first}/ledger"))["entries"]
    assert [each["amount"] for each in entries] == [12, 30]
    assert (await max_.post(f"/api/members/{first}/merge", {"memberId": second})).status == 400


async def test_a_ledger_cannot_be_corrected_into_less_than_nothing(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_)
    body = {"account": "balance", "amount": -1, "reason": "mistake"}
    assert (await max_.post(f"/api/members/{member}/adjust", body)).status == 400
    wei = await quiet_swan.sign_in("Wei")
    assert (await wei.post(f"/api/members/{member}/adjust", body | {"amount": 1})).status == 403


@pytest.mark.parametrize("spend, tier, left", [(0, "Member", 50000), (50000, "Silver", 150000), (900000, "Gold", 0)])
async def test_tiers_come_with_spend(quiet_swan: Swan, spend: int, tier: str, left: int) -> None:
    max_ = await quiet_swan.sign_in("Max")
    for name, needed in (("Silver", 50000), ("Gold", 200000)):
        body = {"names": {"en": name, "zh": name}, "spend": needed, "earn": 150}
        assert (await max_.post("/api/members-program/tiers", body)).status == 201
    member = await join(max_)
    body = {"account": "spend", "amount": spend, "reason": "carried over from the old till"}
    assert (await max_.post(f"/api/members/{member}/adjust", body)).status == 200
    shown = await max_.get(f"/api/members/{member}")
    assert (shown["tier"]["name"], shown["spendToNext"]) == (tier, left)


async def test_the_program_is_the_owners_to_decide(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    program = (await max_.get("/api/members-program"))["program"]
    program |= {"earnPer": 1000, "doubleDays": [{"factor": 200, "weekdays": [1]}]}
    assert (await max_.put("/api/members-program", program)).status == 200
    assert (await max_.get("/api/members-program"))["program"]["earnPer"] == 1000
    assert (await (await quiet_swan.sign_in("Wei")).put("/api/members-program", program)).status == 403


async def test_the_journal_tells_no_name_phone_or_birthday(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    member = await join(max_, name="Zhuang Zhou", birthday="1990-05-17", note="sits by the window")
    edit = {"phone": "13877778888", "name": "Zhuangzi", "birthday": "1990-05-18", "note": "butterfly"}
    assert (await max_.put(f"/api/members/{member}", edit)).status == 200
    await max_.post(f"/api/members/{member}/bar", {"reason": "dreams at the bar"})
    rows = await quiet_swan.database.read(_journal(), _Payload)
    told = "".join(bytes(each.payload).decode() for each in rows)
    answers = await quiet_swan.database.read(_answers(), _Payload)
    told += "".join(whole(bytes(each.payload)).decode() for each in answers)
    for secret in ("Zhuang", "1381234", "1387777", "1990-", "window", "butterfly", "dreams"):
        assert secret not in told


class _Payload:
    def __init__(self, payload: bytes) -> None:
        self.payload = payload


def _journal() -> Any:
    from barbox.core.models import JournalEntry

    return JournalEntry.select(JournalEntry.payload)


def _answers() -> Any:
    from barbox.core.models import Answer

    return Answer.select(Answer.body)
