"""The menu in the office: all of it, its order, the price at any hour, and the table it is imported from."""

import base64
import io
import zipfile
from typing import Any

from openpyxl import Workbook, load_workbook

from barbox.menu.sheets import MOST_UNPACKED
from tests.bar import Swan, Tablet

SHEET = """category,category_zh,name,name_zh,price,tax,station,barcode,groups,available,age
Drinks,,Tsingtao,,27.00,6%,Bar,6901035600012,,yes,18
Wine,葡萄酒,Riesling,雷司令,58,6,Bar,,,yes,18
Wine,,Merlot,梅洛,"62,50",VAT,,,,no,18
Food,,,手工水饺,32,,Kitchen,,Spice; Extra,,
"""


async def take(who: Tablet, content: bytes | str, apply: bool = False, **headers: str) -> Any:
    raw = content.encode() if isinstance(content, str) else content
    body = {"content": base64.b64encode(raw).decode(), "apply": apply}
    return await who.post("/api/menu/import", body, **headers)


async def test_a_table_is_checked_row_by_row_before_anything_changes(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    before = (await max_.get("/api/menu/office")).body
    bad = SHEET + (
        "Food,,Soup,,12.345,6%,,,,,\n"
        "Food,,Salad,,12,99%,,,,,\n"
        "Food,,Steak,,12,6%,Grill,,,,\n"
        "Food,,Pie,,12,6%,,,Sauce,maybe,\n"
        ",,Orphan,,12,6%,,,,,\n"
        "Wine,,Riesling,,12,6%,,,,,\n"
        "Food,,Twin,,12,6%,,6901035600012,,,\n"
    )
    report = await take(max_, bad, apply=True)
    assert (report.status, report["applied"]) == (200, False)
    assert [(each["row"], each["column"]) for each in report["problems"]] == [
        (6, "price"),
        (7, "tax"),
        (8, "station"),
        (9, "groups"),
        (10, "category"),
        (11, "name"),
        (12, "barcode"),
    ]
    assert "99%" in report["problems"][1]["problem"]
    assert (await max_.get("/api/menu/office")).body == before
    chinese = await take(max_, bad, Accept_Language="zh-CN")
    assert chinese["problems"][5]["problem"] == "与第 3 行重复"


async def test_a_sound_table_becomes_the_menu_and_comes_out_again_as_it_went_in(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    dry = await take(max_, SHEET)
    assert (dry["applied"], dry["added"], dry["changed"], dry["categories"]) == (False, 3, 1, ["Wine"])
    async with max_.live("rooms=floor") as feed:
        await feed.frame()
        done = await take(max_, SHEET, apply=True)
        assert (done.status, done["applied"], done["problems"]) == (200, True, [])
        assert await feed.until(lambda each: each["kind"] == "menu.changed"), "told once, for all of it"
    menu = (await max_.get("/api/menu")).body
    products = {each["name"]: each for each in menu["products"]}
    assert products["Tsingtao"]["id"] == quiet_swan.products["Tsingtao"]
    assert (products["Tsingtao"]["price"], products["Tsingtao"]["age"]) == (2700, 18)
    assert (products["Merlot"]["price"], products["Merlot"]["available"]) == (6250, False)
    dumplings = products["手工水饺"]
    assert (dumplings["stationId"], len(dumplings["groupIds"])) == (quiet_swan.stations["kitchen"], 2)
    order = await max_.post("/api/orders", {"items": [{"itemId": products["Riesling"]["id"]}]})
    assert order["totalAmount"] == 5800
    for form in ("csv", "xlsx"):
        file = await max_.get(f"/api/menu/export?format={form}")
        assert f'filename="menu.{form}"' in file.headers["Content-Disposition"]
        again = await take(max_, file.body, apply=True)
        assert (again["added"], again["changed"], again["groups"], again["problems"]) == (0, 0, [], []), form
        assert again["unchanged"] == len(products)


async def test_choices_come_from_the_second_sheet(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    book = load_workbook(io.BytesIO((await max_.get("/api/menu/export")).body))
    groups = book["Groups"]
    groups.append(["Spice", "辣度", "choice", 1, 1, "very hot", "变态辣", 2])
    groups.append(["Glass", "杯型", "size", 1, 1, "small", "小杯", 0])
    groups.append(["Glass", "", "size", 1, 1, "large", "大杯", 15.5])
    book["Products"].append([None, "Drinks", "", "House white", "白葡萄酒", 38, "6%", "", "", "Glass"])
    out = io.BytesIO()
    book.save(out)
    done = await take(max_, out.getvalue(), apply=True)
    assert (done["problems"], done["applied"], done["groups"]) == ([], True, ["Spice", "Glass"])
    menu = (await max_.get("/api/menu")).body
    spice, glass = (next(g for g in menu["groups"] if g["name"] == name) for name in ("Spice", "Glass"))
    assert [each["name"] for each in spice["modifiers"]] == ["mild", "hot", "very hot"]
    assert [each["id"] for each in spice["modifiers"]][:2] == [1, 2], "what was there keeps its number"
    assert [each["price"] for each in glass["modifiers"]] == [0, 1550]
    wine = next(each for each in menu["products"] if each["name"] == "House white")
    assert wine["groupIds"] == [glass["id"]]


async def test_files_that_are_no_menu_are_refused_with_a_sentence(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    empty = io.BytesIO()
    Workbook().save(empty)
    for wrong in (b"", b"PK\x03\x04 no zip", b"\x89PNG\r\n\x1a\n\x00\xff", "colour,size\nred,4\n", empty.getvalue()):
        refused = await take(max_, wrong)
        assert refused.status == 400, wrong
    assert (await max_.post("/api/menu/import", {"content": "*not base64*"})).status == 400
    gb = "分类,名称,价格\n酒水,二锅头,18\n".encode("gb18030")
    assert (await take(max_, gb))["added"] == 1, "as Excel saves it on a Chinese computer"
    wei = await quiet_swan.sign_in("Wei")
    assert (await take(wei, SHEET)).status == 403


async def test_a_small_file_that_would_become_a_large_one_is_refused(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    empty = await take(max_, with_part("xl/media/zeros.bin", bytes(MOST_UNPACKED + 1)))
    assert (empty.status, empty["error"]) == (400, "content: is larger than any table")
    laughs = "".join(f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9))
    sheet = (
        f'<!DOCTYPE worksheet [<!ENTITY l0 "ha">{laughs}]><worksheet><sheetData><row><c t="str"><v>&l9;</v></c></row>'
    )
    laughing = await take(max_, with_part("xl/worksheets/sheet1.xml", f"{sheet}</sheetData></worksheet>".encode()))
    assert laughing.status == 400, laughing.body


def with_part(name: str, content: bytes) -> bytes:
    """A workbook with that part in place of its own."""
    whole, book = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as parts, zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
        for part in parts.namelist():
            if part != name:
                packed.writestr(part, parts.read(part))
        packed.writestr(name, content)
    return book.getvalue()


async def test_the_office_sees_what_no_tablet_needs_and_sorts_it(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    lonely = await max_.post("/api/menu/groups", {"names": {"en": "Glass"}, "modifiers": [{"names": {"en": "0.2"}}]})
    menu = (await max_.get("/api/menu/office")).body
    assert lonely["id"] in [each["id"] for each in menu["groups"]], "nothing uses it yet"
    assert {each["stationId"] for each in menu["categories"]} == set(quiet_swan.stations.values())
    ids = [each["id"] for each in menu["products"]]
    assert (await max_.put("/api/menu/sort", {"products": ids[::-1], "categories": [2, 1]})).status == 204
    sorted_ = (await max_.get("/api/menu")).body
    assert [each["id"] for each in sorted_["products"]] == ids[::-1]
    assert [each["name"] for each in sorted_["categories"]] == ["Food", "Drinks"]
    assert (await max_.put("/api/menu/sort", {"products": [999]})).status == 404


async def test_no_product_goes_to_a_station_that_is_not_there(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    category = {"names": {"en": "Grill"}, "stationId": 99}
    refused = await max_.post("/api/menu/categories", category)
    assert (refused.status, refused["field"]) == (400, "stationId")
    steak = {"categoryId": 2, "names": {"en": "Steak"}, "price": 9900, "taxRateId": 1, "stationId": 99}
    assert (await max_.post("/api/menu/products", steak))["field"] == "stationId"
    kitchen = quiet_swan.stations["kitchen"]
    made = await max_.post("/api/menu/products", {**steak, "stationId": kitchen})
    assert (await max_.put(f"/api/menu/products/{made['id']}", {**steak, "stationId": 99})).status == 400
    assert (await max_.put("/api/menu/categories/2", {**category, "stationId": kitchen})).status == 200


async def test_the_office_asks_what_a_beer_costs_at_half_past_six(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    happy = {"names": {"en": "Happy hour"}, "fromMinute": 1020, "untilMinute": 1140, "kind": "fixed", "value": 1800}
    rule = await max_.post("/api/menu/price-rules", {**happy, "weekdays": [0, 1, 2, 3, 4], "productId": 1})
    assert rule["id"] in [each["id"] for each in (await max_.get("/api/menu/office"))["priceRules"]]

    async def beer(weekday: int, minute: int) -> tuple[int, int | None]:
        answer = await max_.get(f"/api/menu/prices?weekday={weekday}&minute={minute}")
        found = next(each for each in answer["prices"] if each["itemId"] == quiet_swan.products["Tsingtao"])
        return found["price"], found["ruleId"]

    assert await beer(4, 18 * 60 + 30) == (1800, rule["id"])
    assert await beer(4, 19 * 60) == (2500, None)
    assert await beer(6, 18 * 60 + 30) == (2500, None)


async def test_a_new_bar_begins_with_a_menu_at_its_own_prices(quiet_swan: Swan) -> None:
    max_ = await quiet_swan.sign_in("Max")
    made = await max_.post("/api/menu/sample")
    assert (made.status, made["problems"], made["applied"]) == (201, [], True)
    menu = (await max_.get("/api/menu")).body
    lager = next(each for each in menu["products"] if each["name"] == "Lager")
    assert (lager["price"], lager["stationId"], lager["age"]) == (3200, quiet_swan.stations["bar"], 18)
    again = await max_.post("/api/menu/sample")
    assert (again["added"], again["changed"], again["groups"]) == (0, 0, [])
