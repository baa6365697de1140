"""The menu as a table people edit: its columns, and what a Chinese table calls them. Pure: no database."""

from barbox.core import sheets
from barbox.core.sheets import MOST_UNPACKED as MOST_UNPACKED
from barbox.core.sheets import Form
from barbox.core.sheets import Row as Row
from barbox.core.sheets import Table as Table
from barbox.core.sheets import write_csv as write_csv
from barbox.core.sheets import write_xlsx as write_xlsx

PRODUCTS = (
    "id",
    "category",
    "category_zh",
    "name",
    "name_zh",
    "price",
    "tax",
    "station",
    "barcode",
    "groups",
    "available",
    "age",
    "open_price",
    "unit",
    "discountable",
)
GROUPS = ("group", "group_zh", "kind", "minimum", "maximum", "option", "option_zh", "price", "product", "takes")
NEEDED = {"products": ("name", "name_zh"), "groups": ("group", "group_zh")}
"""One of these a table must have, or it is none of ours."""

CHINESE = {
    "编号": "id",
    "分类": "category",
    "类别": "category",
    "分类中文": "category_zh",
    "英文名": "name",
    "名称": "name_zh",
    "中文名": "name_zh",
    "价格": "price",
    "单价": "price",
    "税率": "tax",
    "出单点": "station",
    "条码": "barcode",
    "选项组": "groups",
    "可售": "available",
    "年龄": "age",
    "时价": "open_price",
    "单位": "unit",
    "可打折": "discountable",
}
"""What a Chinese table calls the columns."""

FORM = Form(NEEDED, CHINESE, lambda columns: "groups" if "option" in columns else "products")


def read(content: bytes) -> dict[str, Table]:
    """The tables of a file by name, "products" and, in XLSX, "groups". Raises BadRequest for what is no table."""
    return sheets.read(content, FORM)


def read_csv(name: str, content: bytes) -> Table:
    """One table, "products" or "groups". Raises BadRequest."""
    return sheets.read_csv(name, content, FORM)
