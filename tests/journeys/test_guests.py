"""Guests who come back, in a real browser: a member pays with points and balance; a booking becomes an order."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.journeys.bar import Bar, Tablets, until
from tests.journeys.test_screens import faults


def member(bar: Bar, phone: str) -> dict[str, int]:
    """What somebody has."""
    (found,) = bar.ask(f"/api/members?q={phone}")["members"]
    return {name: found[name] for name in ("memberId", "points", "balance", "bonus", "spend")}


def test_a_member_is_found_at_the_table_and_pays_with_points_and_balance(bar: Bar, tablets: Tablets) -> None:
    before = member(bar, "13800000002")
    tablet = tablets.at_work("Emily Carter")
    page = tablet.page
    tablet.open_table("A6")
    tablet.tap("Budweiser")
    tablet.send()
    tablet.open_table("A6")
    page.get_by_role("button", name="Member").click()
    page.get_by_label("Phone digits, name or initials; or scan").fill("0002")
    page.get_by_role("dialog").get_by_role("button", name="王浩然").click()
    expect(page.get_by_role("dialog")).to_contain_text("13800000002")
    tablet.shoot("member")
    assert faults(page) == []
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="Member: 王浩然")).to_be_visible()

    tablet.pay()
    page.get_by_role("button", name=re.compile("^Points")).click()
    for digit in "1000":
        page.locator(".pad .key", has_text=re.compile(f"^{digit}$")).click()
    tablet.shoot("pay-member")
    assert faults(page) == []
    page.locator(".take").click()
    page.get_by_role("button", name=re.compile("Next")).click()
    page.get_by_role("button", name=re.compile("^Balance")).click()
    page.locator(".take").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()

    order = bar.orders("paid")[-1]
    assert [(each["method"], each["amount"]) for each in order["payments"]] == [
        ("points", 1000),
        ("member", order["totalAmount"] - 1000),
    ]
    after = member(bar, "13800000002")
    assert before["balance"] - after["balance"] == order["totalAmount"] - 1000
    assert after["points"] - before["points"] == (order["totalAmount"] - 1000) * 150 // 10000 - 1000


def test_a_members_own_price_stands_on_the_tile_as_soon_as_they_are_known(bar: Bar, tablets: Tablets) -> None:
    tiers = {each["id"] for each in bar.ask("/api/members-program")["tiers"]}
    duvel = bar.product("Duvel")
    always = {"weekdays": [*range(7)], "fromMinute": 0, "untilMinute": 1440, "priority": 99}
    rule = {"names": {"en": "Cards"}, **always, "kind": "amount", "value": 700, "productId": duvel["id"]}
    made = [bar.ask("/api/menu/price-rules", {**rule, "tierId": each})["id"] for each in tiers]
    tablet = tablets.at_work("Emily Carter")
    page = tablet.page
    tablet.open_table("A11")
    tablet.tap("Budweiser")
    tablet.send()
    tablet.open_table("A11")
    page.locator(".rail .key", has_text="Bottled beer").click()
    tile = page.locator(".tile", has_text="Duvel")
    expect(tile.locator("s")).to_have_count(0)
    page.get_by_role("button", name="Member").click()
    page.get_by_label("Phone digits, name or initials; or scan").fill("0002")
    page.get_by_role("dialog").get_by_role("button", name="王浩然").click()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    expect(tile.locator(".happy")).to_contain_text(f"{(duvel['price'] - 700) / 100:.2f}")
    tile.click()
    tablet.send()

    def sold() -> list[int]:
        lines = [line for each in bar.orders() for line in each["items"]]
        return [line["price"] for line in lines if line["itemId"] == duvel["id"]]

    until(lambda: sold() == [duvel["price"] - 700], "charged what the tile said")
    for each in made:
        bar.ask(f"/api/menu/price-rules/{each}", {}, method="DELETE")


def test_the_booth_shows_its_minimum_and_the_guest_their_birthday_and_visits(bar: Bar, tablets: Tablets) -> None:
    floor = bar.ask("/api/floor")
    tables = {each["name"]: each for each in floor["tables"]}
    area = next(each for each in floor["areas"] if each["id"] == tables["A8"]["areaId"])
    terms = ("names", "sort", "serviceRate", "coverPrice", "coverTaxRateId")
    charges = {name: area[name] for name in terms} | {"minimumSpend": 80000}
    bar.ask(f"/api/floor/areas/{area['id']}", charges, method="PUT")
    today = bar.ask("/api/venue")["businessDay"]
    about = {"name": "何静怡", "phone": "13800000005", "birthday": today[5:]}
    guest = member(bar, "13800000005")["memberId"]
    bar.ask(f"/api/members/{guest}", about, method="PUT")
    item = next(each["id"] for each in bar.ask("/api/menu")["products"] if each["names"]["en"] == "Budweiser")
    soon = datetime.now(UTC) + timedelta(minutes=1)
    for table in ("A9", "A8"):
        order = {"tableId": tables[table]["id"], "memberId": guest, "items": [{"itemId": item, "quantity": 2}]}
        bar.ask("/api/orders", order)
    for size in ("wide", "phone"):
        tablet = tablets.at_work("Emily Carter", size)
        page = tablet.page
        tile = page.locator(".table", has_text=re.compile(r"^\s*A8\b"))
        expect(tile.locator("meter")).to_be_visible()
        expect(tile).to_contain_text("to the minimum spend")
        tablet.shoot("floor-minimum")
        assert faults(page) == []
        promised = tables["A10" if size == "wide" else "A11"]
        said = {"name": "Keller", "covers": 2, "startsAt": soon.isoformat(), "tableIds": [promised["id"]]}
        bar.ask("/api/reservations", said)
        expect(page.locator(".table", has_text=promised["name"])).to_contain_text("booked")
        tablet.shoot("floor-booked")
        tablet.open_table("A8")
        if size == "phone":
            page.get_by_role("button", name=re.compile("^Check")).click()
        page.get_by_role("button", name="Member: 何静怡 · birthday today").click()
        sheet = page.get_by_role("dialog").last
        expect(sheet).to_contain_text("Birthday!")
        expect(sheet.locator("li", has_text="A9")).to_be_visible()
        tablet.shoot("member-birthday")
        assert faults(page) == []


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_booking_with_deposit_becomes_an_order_and_pays_a_part_of_it(bar: Bar, tablets: Tablets, size: str) -> None:
    tables = {"wide": "A7", "phone": "B2"}
    tablet = tablets.at_work("Emily Carter", size)
    page = tablet.page
    page.goto(f"{tablet.url}/bookings")
    page.get_by_role("button", name="New booking").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("Name", exact=True).fill(f"Keller {size}")
    soon = datetime.now(UTC) + timedelta(hours=9)
    sheet.get_by_label("Time", exact=True).fill(f"{soon:%H}:00")
    sheet.get_by_role("button", name=re.compile(f"^{tables[size]}")).click()
    tablet.shoot("booking-new")
    assert faults(page) == []
    sheet.get_by_role("button", name="Save").click()
    expect(sheet).to_be_hidden()

    page.get_by_role("tab", name="List").click()
    page.get_by_role("button", name=f"Keller {size}").first.click()
    page.get_by_role("button", name="Take the deposit").click()
    for digit in "1000":
        page.get_by_role("dialog").last.locator(".pad .key", has_text=re.compile(f"^{digit}$")).click()
    page.get_by_role("button", name=re.compile("^Take ¥")).click()
    expect(page.get_by_text("¥10.00 paid")).to_be_visible()
    tablet.shoot("booking")
    assert faults(page) == []
    page.get_by_role("button", name="They are here").click()
    page.wait_for_url("**/order/*")

    tablet.tap("Budweiser")
    tablet.send()
    order = next(each for each in bar.orders() if each["tableName"] == tables[size])
    page.goto(f"{tablet.url}/pay/{order['orderId']}")
    expect(page.locator(".due")).to_contain_text("22.00")
    page.get_by_role("button", name=re.compile("^Deposit")).click()
    page.locator(".take").click()

    def paid() -> list[tuple[str, int]]:
        now = bar.ask(f"/api/orders/{order['orderId']}")
        return [(each["method"], each["amount"]) for each in now["payments"]]

    until(lambda: paid() == [("deposit", 1000)], "the deposit is on the bill")


def test_the_evening_is_seen_on_timeline_list_and_floor(bar: Bar, tablets: Tablets) -> None:
    for size in ("wide", "phone"):
        tablet = tablets.at_work("Emily Carter", size)
        page = tablet.page
        page.goto(f"{tablet.url}/bookings")
        for view in ("Timeline", "List", "Floor"):
            page.get_by_role("tab", name=view).click()
            expect(page.get_by_text(re.compile("王浩然|郭女士|A12")).first).to_be_visible()
            tablet.shoot(f"bookings-{view.lower()}")
            assert faults(page) == []


def test_a_party_without_a_table_waits_on_the_list(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter", "phone")
    page = tablet.page
    page.goto(f"{tablet.url}/bookings")
    page.get_by_role("tab", name="Waiting").click()
    page.get_by_role("textbox", name="Name").fill("Marta")
    page.get_by_role("button", name="On the waiting list").click()
    expect(page.get_by_role("button", name=re.compile("Marta"))).to_be_visible()
    tablet.shoot("bookings-waiting")
    assert faults(page) == []
    assert [each["name"] for each in bar.ask("/api/waiting-list")["waiting"]] == ["Marta"]


def test_the_office_sees_members_rules_and_what_the_bar_owes(tablets: Tablets) -> None:
    for size, language in (("wide", "zh-CN"), ("phone", "en")):
        tablet = tablets.at_work("陈思远", size, language=language)
        page = tablet.page
        page.evaluate(f"localStorage.setItem('barbox.language', '{language}')")
        page.goto(f"{tablet.url}/office/members")
        expect(page.get_by_role("button", name="周雅婷")).to_be_visible()
        tablet.shoot("office-members")
        assert faults(page) == []
        page.get_by_role("button", name="王浩然").click()
        expect(page.get_by_role("dialog").locator("dl")).to_be_visible()
        tablet.shoot("office-member")
        page.keyboard.press("Escape")
        page.get_by_role("tab").nth(1).click()
        expect(page.locator("form.panel")).to_be_visible()
        tablet.shoot("office-rules")
        assert faults(page) == []
        page.get_by_role("tab").nth(2).click()
        expect(page.locator("table")).to_be_visible()
        tablet.shoot("office-liability")
        assert faults(page) == []
