"""The cellar's table goes in as a whole, says every problem by its row, and comes out as it went in."""

import base64
import io
from typing import Any

from openpyxl import load_workbook

from tests.bar import Answer, Swan, Tablet

ITEMS = """name,name_zh,kind,unit,place,reorder,par,cost,supplier,pack,pack_quantity,pack_price,barcode
Gin,金酒,drink,ml,Bar,700,2800,0.18,Golden Spirits,Bottle,700,126.00,
Gin,,,,,,,,,Case,4200,700,
Lime,青柠,food,piece,厨房,20,60,,Green Market,Box,20,30,6901
Sour mix,酸甜汁,premix,ml,Bar,,,,,,,,
"""
RECIPES = """product,premix,yields,ingredient,quantity,loss
Negroni,,,Gin,30,2
Negroni,,,Sour mix,20,
,Sour mix,1000,Lime,30,
"""


async def take(who: Tablet, text: str | bytes, *, dry: bool, **headers: str) -> Answer:
    content = base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()
    return await who.post(f"/api/inventory/import?dryRun={str(dry).lower()}", {"content": content}, **headers)


async def test_a_dry_run_lists_every_problem_by_its_row_and_leaves_nothing(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    seq = swan.database.seq
    wrong = ITEMS.replace("Bar,700,2800,0.18", "Attic,700,2800,0.18").replace("food,piece", "fruit,piece")
    wrong += "Rum,,,litre,,,,,,,,,\nRye,,,,,many,,,,,,,\n,,drink,ml,,,,,,,,,\nLime,,,,,,,,,,,,\nBeer,,,,,,,,,,,,6901\n"
    told = await take(max_, wrong, dry=False, Accept_Language="zh-CN")
    assert told.status == 200, told.body
    found = sorted((each["row"], each["column"]) for each in told["problems"])
    assert found == [(2, "place"), (4, "kind"), (6, "unit"), (7, "reorder"), (8, "name"), (9, "name")]
    attic = next(each for each in told["problems"] if each["row"] == 2)
    assert (attic["heading"], attic["value"], attic["problem"]) == ("存放处", "Attic", "没有存放处“Attic”")
    assert attic["fix"] == "请填写：吧台, 酒窖, 厨房；或先添加该存放处。"
    assert told["applied"] is False
    dry = await take(max_, ITEMS, dry=True)
    assert (dry["applied"], dry["added"], dry["suppliers"], dry["problems"]) == (
        False,
        3,
        ["Golden Spirits", "Green Market"],
        [],
    )
    assert (await max_.get("/api/suppliers"))["suppliers"] == []
    assert [each["name"] for each in (await max_.get("/api/inventory/items"))["items"]] == ["Tsingtao"]
    assert swan.database.seq == seq
    first = await max_.post("/api/inventory/items", {"names": {"en": "Vodka"}})
    assert first["id"] == 1_000_001, "no number was lost"
    assert (await max_.post("/api/inventory/import", {"content": "%"})).status == 400
    assert (await take(max_, "what,is,this\n1,2,3\n", dry=True)).status == 400


async def test_a_table_goes_in_and_comes_out_as_it_went_in(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    made = await take(max_, ITEMS, dry=False)
    assert (made["applied"], made["added"], made["problems"]) == (True, 3, [])
    items: dict[str, Any] = {each["name"]: each for each in (await max_.get("/api/inventory/items"))["items"]}
    gin, lime = items["Gin"], items["Lime"]
    assert (gin["cost"], gin["lowAt"], gin["par"], gin["names"]["zh"]) == (18, 700, 2800, "金酒")
    assert [(each["name"], each["quantity"], each["price"]) for each in gin["packs"]] == [
        ("Bottle", 700, 12_600),
        ("Case", 4_200, 70_000),
    ]
    assert (lime["barcode"], lime["locationId"], lime["supplierId"]) == ("6901", 3, 2)
    wrong = await take(max_, RECIPES.replace("Lime,30", "Lemon,30").replace("Negroni", "Negrino"), dry=True)
    assert [(each["row"], each["column"]) for each in wrong["problems"]] == [(2, "product"), (4, "ingredient")]
    assert (await take(max_, RECIPES, dry=False))["recipes"] == 2
    (recipe,) = (await max_.get(f"/api/recipes?productId={swan.products['Negroni']}"))["recipes"]
    assert [(each["name"], each["quantity"], each["loss"]) for each in recipe["items"]] == [
        ("Gin", 30, 20),
        ("Sour mix", 20, 0),
    ]

    for kind in ("csv", "xlsx"):
        out = (await max_.get(f"/api/inventory/export?format={kind}")).body
        again = await take(max_, out, dry=False)
        assert (again["problems"], again["added"], again["changed"]) == ([], 0, 0), again.body
        assert again["unchanged"] >= 3
        assert (again["recipes"], again["rows"]) == (0, []), "what stays is not written anew"
    twice = await take(max_, "id,par,reorder,unit\n" + f"{lime['id']},many,few,litre\n", dry=True)
    assert [each["column"] for each in twice["problems"]] == ["unit", "reorder", "par"], "all that is wrong in a row"
    assert twice["problems"][0]["fix"] == "Write one of: ml, g, piece."
    dearer = await take(max_, RECIPES.replace("Gin,30", "Gin,40") + "Tsingtao,,,Gin,,\n", dry=True)
    assert [(each["row"], each["column"]) for each in dearer["problems"]] == [(5, "quantity")]
    assert [(each["name"], each["isNew"], each["cells"]) for each in dearer["rows"]] == [
        ("Negroni", False, [{"heading": "Gin", "before": "30", "after": "40"}])
    ]
    changed = await take(max_, "id,par\n" + f"{lime['id']},80\n", dry=False)
    assert (changed["changed"], changed["problems"]) == (1, [])
    assert [(each["name"], each["cells"]) for each in changed["rows"]] == [
        ("Lime", [{"heading": "par", "before": "60", "after": "80"}])
    ]
    kept = await max_.get(f"/api/inventory/items/{lime['id']}")
    assert (kept["par"], kept["barcode"], len(kept["packs"])) == (80, "6901", 1)


async def test_a_template_explains_its_columns_and_is_taken_as_it_is(swan: Swan) -> None:
    max_ = await swan.sign_in("Max")
    told = await max_.get("/api/inventory/export?template=true", Accept_Language="zh-CN")
    items, recipes, help_ = load_workbook(io.BytesIO(told.body)).worksheets
    assert [cell.value for cell in items[1]][:3] == ["编号", "英文名", "名称"]
    assert recipes.max_row == items.max_row == 1
    assert help_.max_row == 1 + items.max_column + recipes.max_column, "each column is explained"
    empty = await take(max_, told.body, dry=False)
    assert (empty["applied"], empty["added"], empty["problems"]) == (True, 0, [])
    csv = await max_.get("/api/inventory/export?template=true&format=csv&table=recipes")
    assert csv.body.decode("utf-8-sig") == "product,choice,premix,yields,ingredient,quantity,loss\r\n"
