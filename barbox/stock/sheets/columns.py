"""Items and recipes as tables people edit: their columns, what a Chinese table calls them, and what may be wrong."""

from barbox.core.sheets import Form

ITEMS = (
    *("id", "name", "name_zh", "kind", "unit", "policy", "place", "shelf", "reorder", "par", "cost", "supplier"),
    *("barcode", "pack", "pack_zh", "pack_quantity", "pack_price", "pack_barcode"),
    *("tare", "full_weight", "full_quantity", "dated", "note"),
)
"""A further pack of an item is a further row with its number or name."""
RECIPES = ("product", "choice", "premix", "yields", "ingredient", "quantity", "loss")
"""A row for each ingredient; what it is of is repeated. A choice without a product is what it takes with any."""

CHINESE = {
    "编号": "id",
    "英文名": "name",
    "名称": "name_zh",
    "品名": "name_zh",
    "中文名": "name_zh",
    "类型": "kind",
    "单位": "unit",
    "缺货时": "policy",
    "存放处": "place",
    "货位": "shelf",
    "补货点": "reorder",
    "标准库存": "par",
    "成本": "cost",
    "供应商": "supplier",
    "条码": "barcode",
    "规格": "pack_zh",
    "规格数量": "pack_quantity",
    "规格价格": "pack_price",
    "规格条码": "pack_barcode",
    "皮重": "tare",
    "满瓶重": "full_weight",
    "满瓶量": "full_quantity",
    "批次": "dated",
    "备注": "note",
    "商品": "product",
    "选项": "choice",
    "半成品": "premix",
    "产量": "yields",
    "原料": "ingredient",
    "用量": "quantity",
    "损耗": "loss",
}
HEADINGS = {column: said for said, column in reversed(CHINESE.items())}
"""What a Chinese table calls a column: the first of its names."""
FORM = Form(
    {"items": ("name", "name_zh", "id"), "recipes": ("ingredient",)},
    CHINESE,
    lambda columns: "recipes" if "ingredient" in columns else "items",
)

SAID = {
    "酒水": "drink",
    "饮品": "drink",
    "食材": "food",
    "食品": "food",
    "半成品": "premix",
    "包装": "packaging",
    "其他": "other",
    "毫升": "ml",
    "克": "g",
    "个": "piece",
    "件": "piece",
    "预调": "premix",
    "拒绝下单": "refuse",
    "接单并提醒": "warn",
    "接单": "allow",
}
"""What a Chinese table may say in a cell."""

WORDS = {
    "no_name": {"en": "an item needs a name", "zh": "缺少品名"},
    "no_id": {"en": "there is no item number {value}", "zh": "没有编号为 {value} 的物品"},
    "no_number": {"en": "“{value}” is not a number that fits", "zh": "“{value}” 不是有效数字"},
    "no_place": {"en": "there is no place “{value}”", "zh": "没有存放处“{value}”"},
    "none_of": {"en": "“{value}” is none of those possible", "zh": "“{value}” 不是可用的值"},
    "twice": {"en": "the same item is in row {value} already", "zh": "与第 {value} 行重复"},
    "many": {"en": "more than one is called “{value}”", "zh": "有多个“{value}”"},
    "no_product": {"en": "there is no product “{value}”", "zh": "没有商品“{value}”"},
    "no_choice": {"en": "there is no choice “{value}”", "zh": "没有选项“{value}”"},
    "no_item": {"en": "there is no item “{value}”", "zh": "没有物品“{value}”"},
    "no_pack": {"en": "a pack needs a quantity", "zh": "规格缺少数量"},
    "no_amount": {"en": "an ingredient needs a quantity", "zh": "原料缺少用量"},
    "of_what": {"en": "nothing says what this is a recipe of", "zh": "未说明是什么的配方"},
    "refused": {"en": "{value}", "zh": "{value}"},
}
FIXES = {
    "no_name": {"en": "Write a name in English or Chinese.", "zh": "请填写英文名或中文名。"},
    "no_id": {
        "en": "Leave the number empty for a new item; export shows the numbers of those there are.",
        "zh": "新物品请将编号留空；已有编号见导出文件。",
    },
    "no_number": {
        "en": "Write digits alone, 0 or more, such as 12.5; no unit beside them.",
        "zh": "只填数字（0 或以上），如 12.5，不带单位。",
    },
    "no_place": {"en": "Write one of: {among}. Or add the place first.", "zh": "请填写：{among}；或先添加该存放处。"},
    "none_of": {"en": "Write one of: {among}.", "zh": "请填写：{among}。"},
    "twice": {
        "en": "Keep one of the two rows. A further pack of an item needs a pack's name.",
        "zh": "请保留其中一行；同一物品的其他规格须填规格名。",
    },
    "many": {"en": "Write its number in place of the name.", "zh": "请用编号代替名称。"},
    "no_product": {
        "en": "Spell it as on the menu, or add it to the menu first.",
        "zh": "请与菜单写法一致，或先加入菜单。",
    },
    "no_choice": {"en": "Spell it as on the menu.", "zh": "请与菜单写法一致。"},
    "no_item": {
        "en": "Spell it as in the inventory, or add a row for it to the items.",
        "zh": "请与库存写法一致，或在物品表中添加一行。",
    },
    "no_pack": {"en": "Write how much of its unit one pack holds.", "zh": "请填写每件规格所含的数量。"},
    "no_amount": {"en": "Write how much of it one takes.", "zh": "请填写每份用量。"},
    "of_what": {"en": "Name a product, a choice or a premix.", "zh": "请填写商品、选项或半成品。"},
}
"""What to do about it."""


def heading(column: str, language: str) -> str:
    """What a column is called."""
    return HEADINGS.get(column, column) if language == "zh" else column
