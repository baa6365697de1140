"""The cellar's table goes in as a whole, says every problem by its row, and comes out as it went in."""

import base64
from typing import Any

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
    assert next(each["problem"] for each in told["problems"] if each["row"] == 2) == "没有存放处“Attic”，请先添加"
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
    changed = await take(max_, "id,par\n" + f"{lime['id']},80\n", dry=False)
    assert (changed["changed"], changed["problems"]) == (1, [])
    kept = await max_.get(f"/api/inventory/items/{lime['id']}")
    assert (kept["par"], kept["barcode"], len(kept["packs"])) == (80, "6901", 1)
