"""The Wi-Fi goes, ordering goes on, and everything is on the box exactly once when it is back."""

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.journeys.bar import OUTSIDE, Bar, Tablet, Tablets, until
from tests.journeys.relay import Relay
from tests.journeys.test_screens import Walk


@pytest.fixture
def wifi(bar: Bar) -> Iterator[Relay]:
    """One access point; every tablet of a test may use it."""
    relay = Relay(bar.port)
    yield relay
    relay.close()


def over(wifi: Relay) -> str:
    return f"http://{OUTSIDE}:{wifi.port}"


def unsent(tablet: Tablet) -> int:
    """The count beside the sign in the header."""
    shown = tablet.page.locator("header .line b")
    return int(shown.inner_text()) if shown.count() else 0


def lines(bar: Bar, table: str) -> list[tuple[str, float]]:
    """What stands on the box for a table, in the order it came; several orders one after the other."""
    orders = [each for each in bar.orders() if each["tableName"] == table]
    return [(line["names"]["en"], line["quantity"]) for order in orders for line in order["items"]]


def wait_out(tablet: Tablet, minutes: str) -> None:
    """Time goes by for the page: its timers run and its clock is later."""
    tablet.page.clock.fast_forward(minutes)


def test_orders_taken_without_wifi_reach_the_box_once_and_in_order_even_over_a_reload(
    bar: Bar, tablets: Tablets, wifi: Relay
) -> None:
    one, two = tablets.new(url=over(wifi)), tablets.new("phone", url=over(wifi))
    for tablet in (one, two):
        tablet.page.clock.install()
        tablet.pair()
        tablet.sign_in("Emily Carter")
    one.open_table("A1")
    one.tap("Tsingtao")
    one.send()
    until(lambda: lines(bar, "A1"), "the first round is on the box")

    wifi.silence()
    one.open_table("A1")
    one.tap("Budweiser")
    one.send()
    one.open_table("A2")
    one.tap("Corona Extra")
    one.send()
    one.open_table("A2")
    one.tap("French fries")
    one.send()
    two.open_table("A3")
    two.tap("Duvel")
    two.send()
    for tablet in (one, two):
        wait_out(tablet, "02:00")
    assert unsent(one) == 3
    assert unsent(two) == 1
    expect(one.page.get_by_text("Keep taking orders")).to_be_visible(timeout=30_000)
    one.shoot("wifi-lost")
    two.shoot("wifi-lost")
    assert lines(bar, "A2") == []

    one.page.on("dialog", lambda dialog: dialog.accept())
    one.page.evaluate("setTimeout(() => location.reload())")
    until(lambda: one.page.evaluate("document.readyState") is not None, "the reload has begun")
    wifi.reset()
    wifi.back()

    expect(one.page.locator("header .line:not(.down)")).to_be_visible(timeout=40_000)
    expect(one.page.locator("header .line b")).to_be_hidden(timeout=40_000)
    expect(two.page.locator("header .line b")).to_be_hidden(timeout=40_000)
    assert lines(bar, "A1") == [("Tsingtao", 1), ("Budweiser", 1)]
    assert lines(bar, "A2") == [("Corona Extra", 1), ("French fries", 1)]
    assert lines(bar, "A3") == [("Duvel", 1)]
    assert len([each for each in bar.orders() if each["tableName"] == "A2"]) == 1
    expect(two.page.locator(".table.busy", has_text=re.compile(r"^\s*A2\b"))).to_be_visible()
    one.switch_off()
    two.switch_off()


def test_a_guest_is_known_without_wifi_and_pays_their_price_when_it_is_back(
    bar: Bar, tablets: Tablets, wifi: Relay
) -> None:
    tablet = tablets.new(url=over(wifi))
    page = tablet.page
    page.clock.install()
    tablet.pair()
    tablet.sign_in("Emily Carter")
    with page.expect_response("**/api/members-directory"):
        tablet.open_table("A10")
    page.get_by_role("button", name="Member", exact=True).click()
    expect(page.get_by_label("Phone digits, name or initials; or scan")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="To the floor").click()
    wifi.silence()
    wait_out(tablet, "02:00")
    expect(page.get_by_text("Keep taking orders")).to_be_visible(timeout=30_000)
    tablet.open_table("A10")
    tablet.tap("Budweiser")
    tablet.send()
    tablet.open_table("A10")
    page.get_by_role("button", name="Member", exact=True).click()
    page.get_by_label("Phone digits, name or initials; or scan").fill("0003")
    page.clock.run_for(1_000)
    page.get_by_role("dialog").get_by_role("button", name="Anna Lindqvist").click()
    expect(page.get_by_role("button", name="Member: Anna Lindqvist")).to_be_visible()
    page.get_by_role("button", name="Member: Anna Lindqvist").click()
    expect(page.get_by_text("the box tells when it answers")).to_be_visible()
    tablet.shoot("wifi-member")
    page.keyboard.press("Escape")
    assert lines(bar, "A10") == []
    wifi.back()
    wait_out(tablet, "01:00")
    anna = bar.ask("/api/members?q=13800000003")["members"][0]["memberId"]

    def whose() -> list[int | None]:
        return [each["memberId"] for each in bar.orders() if each["tableName"] == "A10"]

    until(lambda: whose() == [anna], "the guest is on the order")
    tablet.switch_off()


def test_two_pages_of_one_tablet_share_what_waits_and_send_it_once(bar: Bar, tablets: Tablets, wifi: Relay) -> None:
    tablet = tablets.at_work("Emily Carter", url=over(wifi))
    twin = Tablet(bar, tablet.context, tablet.size, tablet.url)
    twin.page.goto(f"{tablet.url}/floor")
    expect(twin.page.locator(".table").first).to_be_visible()
    wifi.silence()
    tablet.open_table("A4")
    tablet.tap("Tsingtao")
    tablet.send()
    twin.open_table("A5")
    twin.tap("Budweiser")
    twin.send()
    for page in (tablet, twin):
        expect(page.page.locator("header .line b")).to_have_text("2")
    wifi.reset()
    wifi.back()
    for page in (tablet, twin):
        expect(page.page.locator("header .line b")).to_be_hidden(timeout=40_000)
    assert lines(bar, "A4") == [("Tsingtao", 1)]
    assert lines(bar, "A5") == [("Budweiser", 1)]
    tablet.switch_off()
    twin.complaints.clear()


def test_a_round_for_a_bill_that_was_paid_meanwhile_is_a_choice_and_is_not_dropped(
    bar: Bar, tablets: Tablets, wifi: Relay
) -> None:
    tablet = tablets.at_work("Emily Carter", "phone", url=over(wifi))
    tablet.open_table("A6")
    tablet.tap("Tsingtao")
    tablet.send()
    until(lambda: lines(bar, "A6"), "the first round is on the box")
    order = next(each for each in bar.orders() if each["tableName"] == "A6")
    wifi.silence()
    tablet.open_table("A6")
    tablet.tap("Duvel")
    tablet.send()
    bar.ask("/api/payments", {"orderId": order["orderId"], "tenders": [{"method": "cash", "amount": order["balance"]}]})
    wifi.reset()
    wifi.back()
    tablet.page.get_by_role("button", name="Needs you: 1").click(timeout=40_000)
    choice = tablet.page.locator("dialog article")
    expect(choice).to_contain_text("A6")
    expect(choice).to_contain_text("1 × Duvel")
    walk = Walk(tablet, "night")
    walk.stop("needs-you")
    walk.end()
    tablet.complaints.clear()  # the browser notes that the box refused
    choice.get_by_role("button", name="As a new order").click()
    expect(choice).to_have_count(0)
    until(lambda: lines(bar, "A6") == [("Duvel", 1)], "the round stands on a bill of its own")
    tablet.switch_off()


def test_two_who_counted_the_guests_differently_are_shown_both_and_one_decides(
    bar: Bar, tablets: Tablets, wifi: Relay
) -> None:
    tables = {each["name"]: each["id"] for each in bar.ask("/api/floor")["tables"]}
    beer = [{"itemId": bar.product("Tsingtao")["id"]}]
    order = bar.ask("/api/orders", {"tableId": tables["A9"], "covers": 2, "items": beer})
    path = f"/api/orders/{order['orderId']}"
    tablet = tablets.at_work("Emily Carter", url=over(wifi))
    tablet.open_table("A9")
    page = tablet.page
    expect(tablet.check()).to_have_count(1)
    wifi.silence()
    page.locator("aside").get_by_role("button", name="Guests").click()
    page.locator("dialog").get_by_role("button", name="7", exact=True).click()
    bar.ask(path, {"version": order["version"], "covers": 3}, method="PUT")
    wifi.reset()
    wifi.back()
    page.get_by_role("button", name="Needs you: 1").click(timeout=40_000)
    choice = page.locator("dialog article")
    expect(choice).to_contain_text("Guests: 7 was wanted. Now it says 3.")
    expect(choice.get_by_role("link", name="See the order")).to_be_visible()
    tablet.complaints.clear()  # the browser notes that the box refused
    choice.get_by_role("button", name="Apply again").click()
    expect(choice).to_have_count(0)
    until(lambda: bar.ask(path)["covers"] == 7, "who looked at both has decided")
    bar.ask(f"{path}/void", {"reason": "end of the test"})
    tablet.switch_off()


def test_a_payment_whose_answer_was_lost_is_asked_again_and_booked_once(
    bar: Bar, tablets: Tablets, wifi: Relay
) -> None:
    tablet = tablets.at_work("Emily Carter", url=over(wifi))
    tablet.open_table("A7")
    tablet.tap("Chimay Blue")
    tablet.pay()
    until(lambda: tablet.loaded("AppMenu"), "every sheet is fetched, so that the payment waits for none")
    wifi.swallow_answers()
    tablet.page.locator(".take").click()
    expect(tablet.page.get_by_role("alert").filter(has_text=re.compile("asks by itself"))).to_be_visible(timeout=30_000)
    until(lambda: any(each["tableName"] == "A7" for each in bar.orders("paid")), "the box has booked it")
    tablet.shoot("pay-doubt")
    wifi.reset()
    wifi.back()
    expect(tablet.page.locator("p.change")).to_be_visible(timeout=60_000)  # the tablet has asked by itself
    paid = [each for each in bar.orders("paid") if each["tableName"] == "A7"]
    assert [len(each["payments"]) for each in paid] == [1]
    tablet.switch_off()


def test_the_box_loses_power_in_the_middle_of_an_order(bar: Bar, tablets: Tablets) -> None:
    tablet = tablets.at_work("Emily Carter")
    tablet.open_table("A9")
    tablet.tap("Tsingtao")
    bar.stop(signal.SIGKILL)
    tablet.tap("Budweiser")
    tablet.send()
    tablet.open_table("A9")
    tablet.tap("Duvel")
    tablet.send()
    assert unsent(tablet) == 2
    bar.start()
    expect(tablet.page.locator("header .line b")).to_be_hidden(timeout=40_000)
    assert lines(bar, "A9") == [("Tsingtao", 1), ("Budweiser", 1), ("Duvel", 1)]
    tablet.switch_off()
