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
FORM = Form(
    {"items": ("name", "name_zh", "id"), "recipes": ("ingredient",)},
    CHINESE,
    lambda columns: "recipes" if "ingredient" in columns else "items",
)

WORDS = {
    "no_name": {"en": "an item needs a name", "zh": "缺少品名"},
    "no_id": {"en": "there is no item number {value}", "zh": "没有编号为 {value} 的物品"},
    "no_number": {"en": "“{value}” is not a number that fits", "zh": "“{value}” 不是有效数字"},
    "no_place": {"en": "there is no place “{value}”; add it first", "zh": "没有存放处“{value}”，请先添加"},
    "none_of": {"en": "“{value}” is none of those possible", "zh": "“{value}” 不是可用的值"},
    "twice": {"en": "the same item is in row {value} already", "zh": "与第 {value} 行重复"},
    "many": {"en": "more than one is called “{value}”: use its number", "zh": "有多个“{value}”，请用编号"},
    "no_product": {"en": "there is no product “{value}”", "zh": "没有商品“{value}”"},
    "no_choice": {"en": "there is no choice “{value}”", "zh": "没有选项“{value}”"},
    "no_item": {"en": "there is no item “{value}”", "zh": "没有物品“{value}”"},
    "no_pack": {"en": "a pack needs a quantity", "zh": "规格缺少数量"},
    "of_what": {"en": "name a product, a choice or a premix", "zh": "请填写商品、选项或半成品"},
    "refused": {"en": "{value}", "zh": "{value}"},
}
