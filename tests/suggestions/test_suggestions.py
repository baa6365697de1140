"""What a waiter whispers: goes well with what is on the check, this guest's usual, and never what is gone."""

import random
from typing import Any

import pytest

from barbox.core.transaction import Transaction
from barbox.orders import commands
from barbox.orders.requests import NewItem, NewOrder
from barbox.suggestions.rules import Basket, Guest, Model, judge, suggest
from tests.bar import Swan

BEER, NEGRONI, CHICKEN, FRIES, NUTS, TEA = range(1, 7)


def evenings(count: int, seed: int = 1) -> list[Basket]:
    """Who has beer has fries with it, who has tea has nuts; everybody has beer."""
    chance = random.Random(seed)
    baskets = []
    for _ in range(count):
        products = {BEER} if chance.random() < 0.7 else {TEA}
        if chance.random() < 0.8:
            products.add(FRIES if BEER in products else NUTS)
        if chance.random() < 0.15:
            products.add(chance.choice([NEGRONI, CHICKEN, FRIES, NUTS]))
        baskets.append(Basket(chance.choice([15, 20, 21]), None, tuple(sorted(products))))
    return baskets


def learned(baskets: list[Basket]) -> Model:
    model = Model()
    model.learn(baskets)
    return model


def test_fries_go_with_beer_and_nuts_with_tea() -> None:
    model = learned(evenings(500))
    for drink, snack in ((BEER, FRIES), (TEA, NUTS)):
        first = suggest(model, [drink], 20)[0]
        assert (first.product_id, first.reason, first.with_id) == (snack, "together", drink)
        assert first.times == sum({drink, snack} <= set(each.products) for each in evenings(500))


def test_three_orders_are_no_rule() -> None:
    rare = 99
    model = learned([*evenings(500), *[Basket(20, None, (NEGRONI, rare))] * 3])
    assert suggest(model, [NEGRONI], 20)[0].product_id != rare


def test_a_guest_gets_the_usual() -> None:
    model = learned(evenings(500))
    guest = Guest(12, {NEGRONI: 11, BEER: 1})
    first = suggest(model, [], 20, guest)[0]
    assert (first.product_id, first.reason, first.times) == (NEGRONI, "usual", 11)
    assert suggest(model, [], 20)[0].product_id != NEGRONI


def test_what_is_on_the_check_or_gone_is_not_offered_and_of_equals_the_dearer_is() -> None:
    model = learned([Basket(20, None, (BEER, FRIES)), Basket(20, None, (BEER, NUTS))] * 50)
    offered = [each.product_id for each in suggest(model, [BEER], 20, margins={NUTS: 900, FRIES: 300})]
    assert offered == [NUTS, FRIES]
    assert [each.product_id for each in suggest(model, [BEER], 20, among=[BEER, FRIES])] == [FRIES]


def test_the_hidden_product_is_guessed_more_often_than_by_naming_what_everybody_drinks() -> None:
    model = learned(many_products(3000, seed=3))
    quality = judge(model, {}, many_products(400, seed=4))
    assert quality.cases > 300
    assert quality.better
    assert quality.hits > 1.5 * quality.popular_hits


def many_products(count: int, seed: int) -> list[Basket]:
    """Sixty products in twelve families that are ordered together."""
    chance = random.Random(seed)
    baskets = []
    for _ in range(count):
        family = 100 + 5 * chance.randrange(12)
        baskets.append(Basket(20, None, tuple(sorted(chance.sample(range(family, family + 5), 3)))))
    return baskets


def served(tx: Transaction, items: list[list[int]], member_id: int | None = None) -> None:
    for each in items:
        commands.place(tx, NewOrder(items=[NewItem(item_id=item) for item in each], tab="A", member_id=member_id))


@pytest.fixture
async def learned_swan(quiet_swan: Swan) -> Swan:
    """The Swan after a hundred orders."""
    negroni, beer, fries = (quiet_swan.products[name] for name in ("Negroni", "Tsingtao", "Fries"))
    nights: Any = [[negroni, fries]] * 60 + [[negroni]] * 20 + [[beer]] * 20
    await quiet_swan.database.write(served, nights)
    return quiet_swan


async def test_the_order_screen_is_told_what_goes_well_and_how_often_it_did(learned_swan: Swan) -> None:
    wei = await learned_swan.sign_in("Wei")
    negroni, fries = learned_swan.products["Negroni"], learned_swan.products["Fries"]
    told = (await wei.get(f"/api/suggestions?items={negroni}"))["suggestions"]
    assert told[0] == {"itemId": fries, "reason": "together", "times": 60, "withItemId": negroni}


async def test_what_is_sold_out_is_not_offered(learned_swan: Swan) -> None:
    max_, fries = await learned_swan.sign_in("Max"), learned_swan.products["Fries"]
    await max_.post("/api/inventory/count", {"items": [{"itemId": fries, "quantity": 0}]})
    told = (await max_.get(f"/api/suggestions?items={learned_swan.products['Negroni']}"))["suggestions"]
    assert fries not in [each["itemId"] for each in told]
    await max_.post("/api/inventory/receive", {"items": [{"itemId": fries, "quantity": 5}]})
    told = (await max_.get(f"/api/suggestions?items={learned_swan.products['Negroni']}"))["suggestions"]
    assert fries in [each["itemId"] for each in told]
    assert (await max_.delete(f"/api/menu/products/{fries}")).status in (200, 204)
    told = (await max_.get(f"/api/suggestions?items={learned_swan.products['Negroni']}"))["suggestions"]
    assert fries not in [each["itemId"] for each in told]


async def test_the_owner_may_switch_it_off_and_sees_how_good_it_is(learned_swan: Swan) -> None:
    ana = await learned_swan.sign_in("Ana")
    quality = await ana.get("/api/suggestions/quality")
    assert (quality["on"], quality["orders"], quality["hitRate"]) == (True, 100, None)
    assert (await ana.put("/api/settings", {"suggestions": False})).status == 200
    assert (await ana.get("/api/suggestions"))["suggestions"] == []


async def test_numbers_that_are_none_are_refused(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for query in ("items=a", "items=1,,2", "items=" + ",".join(["1"] * 300), "memberId=x"):
        assert (await wei.get(f"/api/suggestions?{query}")).status == 400
