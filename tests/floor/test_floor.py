"""Areas and tables, and that each table has its own name."""

from tests.bar import Swan


async def test_the_plan_is_as_the_office_drew_it(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    terrace = (await max_.post("/api/floor/areas", {"names": {"en": "Terrace", "zh": "露台"}, "sort": 1}))["id"]
    table = {"areaId": terrace, "name": "T20", "seats": 2, "x": 10, "y": 90, "shape": "round"}
    async with max_.live("rooms=floor") as feed:
        await feed.frame()
        made = await max_.post("/api/floor/tables", table)
        assert made.status == 201
        assert await feed.until(lambda each: each["kind"] == "floor.changed")
    plan = await quiet_swan.tablet.get("/api/floor")
    assert [area["name"] for area in plan["areas"]] == ["Hall", "Terrace"]
    drawn = next(each for each in plan["tables"] if each["id"] == made["id"])
    assert drawn == {"id": made["id"], **table, "width": 12, "height": 12}
    await max_.put(f"/api/floor/tables/{made['id']}", {**table, "x": 50})
    plan = await quiet_swan.tablet.get("/api/floor")
    assert next(each for each in plan["tables"] if each["id"] == made["id"])["x"] == 50


async def test_no_two_tables_have_one_name(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    twin = await max_.post("/api/floor/tables", {"areaId": 1, "name": "T5"})
    assert (twin.status, twin["code"]) == (409, "already_there")
    same = await max_.put(f"/api/floor/tables/{quiet_swan.tables['T5']}", {"areaId": 1, "name": "T5", "seats": 8})
    assert same.status == 200, "its own name it may keep"
    renamed = await max_.put(f"/api/floor/tables/{quiet_swan.tables['T7']}", {"areaId": 1, "name": "T5"})
    assert renamed.status == 409
    assert (await max_.delete(f"/api/floor/tables/{quiet_swan.tables['T5']}")).status == 204
    assert (await max_.post("/api/floor/tables", {"areaId": 1, "name": "T5"})).status == 201, "and a free one"


async def test_wrong_plans_are_refused(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    for wrong, status in (
        ({"areaId": 999, "name": "X"}, 404),
        ({"areaId": 1, "name": ""}, 400),
        ({"areaId": 1, "name": "x" * 13}, 400),
        ({"areaId": 1, "name": "X", "x": 101}, 400),
        ({"areaId": 1, "name": "X", "width": 0}, 400),
        ({"areaId": 1, "name": "X", "seats": 0}, 400),
        ({"areaId": 1, "name": "X", "shape": "star"}, 400),
    ):
        assert (await max_.post("/api/floor/tables", wrong)).status == status, wrong
    assert (await max_.delete("/api/floor/tables/999")).status == 404
    assert (await max_.put("/api/floor/areas/999", {"names": {"en": "x"}})).status == 404


async def test_an_area_goes_with_its_tables_and_orders_keep_their_names(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    table = quiet_swan.tables["T1"]
    order = await max_.post("/api/orders", {"tableId": table, "items": [quiet_swan.item("Fries")]})
    assert (await max_.delete("/api/floor/areas/1")).status == 204
    plan = await max_.get("/api/floor")
    assert (plan["areas"], plan["tables"]) == ([], [])
    assert (await max_.get(f"/api/orders/{order['orderId']}"))["tableName"] == "T1"
    gone = await max_.post("/api/orders", {"tableId": table, "items": [quiet_swan.item("Fries")]})
    assert (gone.status, gone["field"]) == (400, "tableId")
