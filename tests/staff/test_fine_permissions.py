"""An owner decides what each role may do, and it holds at once."""

from tests.bar import Answer, Swan, Tablet


def held(table: Answer, role: str) -> set[str]:
    return next(set(each["permissions"]) for each in table["roles"] if each["role"] == role)


async def give(who: Tablet, role: str, permissions: set[str]) -> Answer:
    return await who.put("/api/roles", {"role": role, "permissions": sorted(permissions)})


async def test_a_bartender_who_is_trusted_with_voids(quiet_swan: Swan) -> None:
    ana, bob = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Bob")
    order = (await bob.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]})).body
    void = {"lineIds": [order["items"][0]["lineId"]], "reason": "spilled"}
    path = f"/api/orders/{order['orderId']}/void"
    assert (await bob.post(path, void)).status == 403
    table = await ana.get("/api/roles")
    answer = await give(ana, "bartender", held(table, "bartender") | {"order.void"})
    assert answer.status == 200, answer.body
    assert "order.void" in answer["permissions"]
    assert "order.void" not in answer["standard"]
    assert (await bob.post(path, void)).status == 200, "without signing in again"
    assert "order.void" in (await quiet_swan.tablet.post("/api/session", {"pin": "618340"}))["permissions"]


async def test_what_is_taken_away_is_gone_at_once_from_the_live_feed_too(quiet_swan: Swan) -> None:
    ana, max_, wei = [await quiet_swan.sign_in(name) for name in ("Ana", "Max", "Wei")]
    async with max_.live("rooms=office") as office, wei.live("rooms=floor") as floor:
        await office.frame()
        await floor.frame()
        table = await ana.get("/api/roles")
        assert (await give(ana, "manager", held(table, "manager") - {"report.read", "journal.read"})).status == 200
        assert (await floor.until(lambda event: event["kind"] == "role.changed"))["data"]["role"] == "manager"
        while office.socket.close_code is None:
            await office.socket.receive(timeout=10)
        assert office.socket.close_code == 1012, "come again, as who you are now"
    assert (await max_.get("/api/journal")).status == 403
    async with max_.http.ws_connect(
        f"{max_.url}/api/live?rooms=floor", protocols=("barbox", f"bearer.{max_.token}")
    ) as socket:
        assert "seq" in await socket.receive_json(timeout=10)


async def test_the_admin_stays_able_and_nobody_else_hands_out_rights(quiet_swan: Swan) -> None:
    ana, max_ = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Max")
    assert (await max_.get("/api/roles")).status == 200
    assert (await give(max_, "waiter", {"order.place"}))["permission"] == "role.edit"
    assert (await give(ana, "admin", {"order.place"}))["code"] == "wrong_state"
    for refused in ({"role.edit"}, {"fly"}, {"order.place", ""}):
        answer = await give(ana, "manager", refused)
        assert (answer.status, answer["field"]) == (400, "permissions"), refused
    assert (await give(ana, "owner", set())).status == 400


async def test_back_to_the_standard_leaves_nothing_behind(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    before = await ana.get("/api/roles")
    await give(ana, "kitchen", {"order.read"})
    assert held(await ana.get("/api/roles"), "kitchen") == {"order.read"}
    (kitchen,) = [each for each in before["roles"] if each["role"] == "kitchen"]
    await give(ana, "kitchen", set(kitchen["standard"]))
    assert (await ana.get("/api/roles")).body == before.body
    kinds = [each for each in (await ana.get("/api/journal?limit=1000"))["events"] if each["kind"] == "role.changed"]
    assert [each["data"] for each in kinds][-1] == {}
    assert kinds[0]["data"]["stock.read"] is False


async def test_a_manager_does_not_hire_somebody_who_may_more_than_they(quiet_swan: Swan) -> None:
    ana, max_ = await quiet_swan.sign_in("Ana"), await quiet_swan.sign_in("Max")
    table = await ana.get("/api/roles")
    await give(ana, "waiter", held(table, "waiter") | {"settings.edit"})
    assert (await max_.post("/api/staff", {"name": "Lin", "role": "waiter", "pin": "583920"})).status == 403
    assert (await max_.post("/api/staff", {"name": "Lin", "role": "kitchen", "pin": "583920"})).status == 201
