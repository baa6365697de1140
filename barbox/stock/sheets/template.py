"""An empty table to begin with, and what its columns are for."""

from barbox.stock.sheets.columns import ITEMS, RECIPES, heading

EXPLAINED: dict[str, tuple[str, str, str]] = {
    "id": ("", "Empty for what is new; export shows the numbers", "新物品留空；导出文件中有编号"),
    "name": ("London Dry Gin", "Name in English; one of both names is needed", "英文名；两个名称至少填一个"),
    "name_zh": ("伦敦干金酒", "Name in Chinese", "中文名"),
    "kind": ("drink", "drink, food, premix, packaging or other", "酒水、食材、预调、包装或其他"),
    "unit": ("ml", "What it is counted in: ml, g or piece", "计量单位：毫升、克或个"),
    "policy": ("refuse", "When there is none: refuse, warn or allow the order", "缺货时：拒绝下单、接单并提醒或接单"),
    "place": ("Bar", "Where it is served from; a place that is there", "存放处；须已存在"),
    "shelf": ("Back bar 2", "Where it stands there", "货位"),
    "reorder": ("700", "Low when so much or less is left, in its unit", "剩余不多于此数即为低库存"),
    "par": ("2800", "Orders fill up to here, in its unit", "订货补足到此数"),
    "cost": ("0.18", "What one unit costs, in the bar's currency", "每单位成本"),
    "supplier": ("Golden Spirits", "Who brings it; one that is new is made", "供应商；没有的会新建"),
    "barcode": ("3035542004206", "Barcode of one unit; of a bottle, see pack_barcode", "单位条码；整瓶见规格条码"),
    "pack": (
        "Bottle",
        "How it is bought; a further pack is a further row with the same name",
        "进货规格（英文）；更多规格另起一行",
    ),
    "pack_zh": ("瓶", "The pack's name in Chinese", "进货规格（中文）"),
    "pack_quantity": ("700", "How much of its unit a pack holds", "每件规格含多少单位"),
    "pack_price": ("126.00", "What a pack costs", "每件规格价格"),
    "pack_barcode": ("3035542004206", "Barcode on the pack", "规格上的条码"),
    "tare": ("500", "Grams of the empty bottle, to weigh open ones", "空瓶克数，用于称量开瓶"),
    "full_weight": ("1160", "Grams of the full bottle", "满瓶克数"),
    "full_quantity": ("700", "What the full bottle holds", "满瓶容量"),
    "dated": ("no", "yes where it is received with a best-before date", "收货时须填保质期则填“是”"),
    "note": ("", "Anything else", "备注"),
    "product": ("Negroni", "The product, as on the menu", "商品，与菜单一致"),
    "choice": (
        "",
        "A size or extra, as on the menu; without a product it counts with any",
        "规格或加料；不填商品则适用于所有商品",
    ),
    "premix": ("", "In place of a product: an item that is made in the house", "不填商品时：自制的物品"),
    "yields": ("", "How much of the premix the ingredients make", "这些原料可制成多少"),
    "ingredient": ("London Dry Gin", "An item; a row for each", "原料（物品），每种一行"),
    "quantity": ("30", "How much of it one takes, in its unit", "每份用量"),
    "loss": ("2", "Percent that is lost on the way", "损耗百分比"),
}
"""Of each column an example, and what it is for in both languages."""


def template(language: str) -> dict[str, list[list[str]]]:
    """Headings in the reader's language, and a sheet that explains them."""
    chinese = language == "zh"
    heads = {name: [heading(each, language) for each in of] for name, of in (("Items", ITEMS), ("Recipes", RECIPES))}
    told = [["列", "说明", "示例"] if chinese else ["Column", "What it is", "Example"]]
    for column in (*ITEMS, *RECIPES):
        example, english, mandarin = EXPLAINED[column]
        told.append([heading(column, language), mandarin if chinese else english, example])
    return {"Items": [heads["Items"]], "Recipes": [heads["Recipes"]], "Columns": told}
