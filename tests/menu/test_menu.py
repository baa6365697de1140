"""The menu as tablets read it and as the office changes it."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from barbox.menu.rules import MINUTES_A_DAY, Moment, PriceRule, Product, discounted, rule_in_force, sized
from tests.bar import Answer, Swan, Tablet


async def product(who: Tablet, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in (await who.get("/api/menu"))["products"] if each["name"] == name)
    return found


async def test_the_menu_is_sent_again_only_when_it_changed(quiet_swan: Swan) -> None:
    wei, max_ = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Max")
    first = await wei.get("/api/menu")
    tag = first.headers["Etag"]
    assert [each["name"] for each in first["categories"]] == ["Drinks", "Food"]
    chicken = await product(wei, "Kung Pao Chicken")
    assert chicken["names"]["zh"] == "宫保鸡丁"
    assert [(group["minimum"], group["maximum"]) for group in first["groups"]] == [(1, 1), (0, 2)]
    assert chicken["groupIds"] == [group["id"] for group in first["groups"]]
    same = await wei.get("/api/menu", If_None_Match=tag)
    assert (same.status, same.headers["Etag"]) == (304, tag)
    await wei.ask("POST", f"/api/menu/products/{quiet_swan.products['Fries']}/sold-out")
    changed = await wei.get("/api/menu", If_None_Match=tag)
    assert changed.status == 200
    assert not (await product(wei, "Fries"))["available"]
    await max_.post("/api/inventory/receive", {"items": [{"itemId": quiet_swan.products["Tsingtao"], "quantity": 1}]})
    assert (await wei.get("/api/menu", If_None_Match=changed.headers["Etag"])).status == 200, "also when stock did"


async def test_every_screen_hears_at_once_that_something_is_sold_out(quiet_swan: Swan) -> None:
    wei, kim = await quiet_swan.sign_in("Wei"), await quiet_swan.sign_in("Kim")
    async with wei.live("rooms=floor") as feed, kim.live("rooms=kitchen") as display:
        await feed.frame()
        await display.frame()
        assert (await kim.ask("POST", f"/api/menu/products/{quiet_swan.products['Fries']}/sold-out")).status == 200
        for each in (feed, display):
            assert await each.until(lambda event: event["kind"] == "menu.changed")


async def test_modifiers_are_chosen_as_the_menu_says(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    mild, hot, peanuts = (quiet_swan.modifiers[each] for each in ("mild", "hot", "peanuts"))

    async def chicken(*modifiers: int) -> Answer:
        return await wei.post("/api/orders", {"items": [quiet_swan.item("Kung Pao Chicken", modifiers=modifiers)]})

    assert (await chicken(mild))["totalAmount"] == 4800
    assert (await chicken(peanuts, hot, peanuts))["totalAmount"] == 5400, "twice the peanuts"
    for wrong in ((), (peanuts,), (mild, hot), (mild, mild), (mild, peanuts, peanuts, peanuts), (mild, 999)):
        refused = await chicken(*wrong)
        assert (refused.status, refused["field"]) == (400, "items[0].modifiers"), wrong
    on_fries = await wei.post("/api/orders", {"items": [quiet_swan.item("Fries", modifiers=[mild])]})
    assert on_fries["field"] == "items[0].modifiers"


async def test_the_office_builds_a_menu_and_hides_what_is_over(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    category = (await max_.post("/api/menu/categories", {"names": {"en": "Wine", "zh": "葡萄酒"}}))["id"]
    group = {
        "names": {"en": "Glass"},
        "modifiers": [{"names": {"en": "small"}}, {"names": {"en": "large"}, "price": 2000}],
        "minimum": 1,
    }
    glass = (await max_.post("/api/menu/groups", group))["id"]
    wine = {"categoryId": category, "names": {"en": "Riesling"}, "price": 4500, "taxRateId": 1, "groupIds": [glass]}
    made = await max_.post("/api/menu/products", wine)
    assert made.status == 201
    large = next(each for each in (await max_.get("/api/menu"))["groups"] if each["id"] == glass)["modifiers"][1]
    order = await max_.post("/api/orders", {"items": [{"itemId": made["id"], "modifiers": [large["id"]]}]})
    assert order["totalAmount"] == 6500
    kept = {**group, "modifiers": [{"id": large["id"], "names": {"en": "large"}, "price": 2500}]}
    assert (await max_.put(f"/api/menu/groups/{glass}", kept)).status == 200
    order = await max_.post("/api/orders", {"items": [{"itemId": made["id"], "modifiers": [large["id"]]}]})
    assert order["totalAmount"] == 7000
    for wrong, status in (
        ({**wine, "categoryId": 999}, 404),
        ({**wine, "taxRateId": 999}, 404),
        ({**wine, "groupIds": [999]}, 404),
        ({**wine, "price": -1}, 400),
        ({**wine, "names": {}}, 400),
        ({**wine, "names": {"english": "x"}}, 400),
        ({**wine, "stationId": 2**63}, 400),
    ):
        assert (await max_.post("/api/menu/products", wrong)).status == status, wrong
    assert (await max_.delete(f"/api/menu/categories/{category}")).status == 204
    assert "Riesling" not in [each["name"] for each in (await max_.get("/api/menu"))["products"]]
    assert (await max_.post("/api/orders", {"items": [{"itemId": made["id"]}]})).status == 400


async def test_a_happy_hour_is_charged_and_shown_while_it_lasts(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    now = quiet_swan.database.days.local(quiet_swan.database.clock.now())
    minute = now.hour * 60 + now.minute
    rule = {
        "names": {"en": "Happy hour"},
        "weekdays": list(range(7)),
        "fromMinute": 0,
        "untilMinute": 1440,
        "kind": "percent",
        "value": 5000,
        "categoryId": 1,
    }
    made = (await max_.post("/api/menu/price-rules", rule))["id"]
    negroni = await product(max_, "Negroni")
    assert (negroni["price"], negroni["regularPrice"]) == (3400, 6800)
    assert (await product(max_, "Fries"))["price"] == 2200, "not on food"
    order = await max_.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    assert order["totalAmount"] == 3400
    over = {**rule, "fromMinute": (minute + 120) % 1440, "untilMinute": (minute + 180) % 1440}
    await max_.put(f"/api/menu/price-rules/{made}", over)
    more = await max_.put(f"/api/orders/{order['orderId']}", {"items": [quiet_swan.item("Negroni")]})
    assert [line["amount"] for line in more["items"]] == [3400, 6800], "what was ordered keeps its price"


@given(
    st.integers(0, MINUTES_A_DAY - 1),
    st.integers(0, MINUTES_A_DAY),
    st.sets(st.integers(0, 6)),
    st.integers(0, 6),
    st.integers(0, MINUTES_A_DAY - 1),
)
def test_a_happy_hour_past_midnight_belongs_to_the_evening_it_began(
    begin: int, end: int, weekdays: set[int], weekday: int, minute: int
) -> None:
    drink = Product(1, 1, {"en": "Beer"}, 1000, 1, 600, None, True, None, 0)
    bits = sum(1 << day for day in weekdays)
    rule = PriceRule(1, {"en": "Happy hour"}, bits, begin, end, None, None, None, "fixed", 500, 0)
    length = (end - begin) % MINUTES_A_DAY if begin != end else 0
    if begin == 0 and end == MINUTES_A_DAY:
        length = MINUTES_A_DAY
    since = (minute - begin) % MINUTES_A_DAY
    began = weekday if minute >= begin else (weekday - 1) % 7
    expected = 500 if since < length and began in weekdays else 1000
    assert sized(drink, None, rule_in_force(drink, [rule], Moment(weekday, minute), None)) == expected


@given(st.integers(0, 10**9), st.sampled_from(["percent", "amount", "fixed"]), st.integers(0, 10**6))
def test_no_price_is_below_nothing(price: int, kind: Any, value: int) -> None:
    rule = PriceRule(1, {"en": "x"}, 127, 0, 1440, None, None, None, kind, value, 0)
    assert discounted(price, rule) >= 0
