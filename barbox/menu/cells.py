"""Cells of an imported table: what they say, or in a sentence what is wrong with them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol, TypeVar

import msgspec

from barbox.core.money import exponent, parse_quantity
from barbox.menu.sheets import Row


class Named(Protocol):
    names: dict[str, str]


Shape = TypeVar("Shape")
Thing = TypeVar("Thing", bound=Named)

MOST = 10**9
"""The highest price, in minor units."""
YES, NO = {"yes", "true", "1", "y", "是", "x"}, {"no", "false", "0", "n", "否"}
WORDS = {
    "no_name": {"en": "a product needs a name", "zh": "缺少商品名称"},
    "no_category": {"en": "a product needs a category", "zh": "缺少分类"},
    "no_price": {"en": "a product needs a price", "zh": "缺少价格"},
    "no_number": {"en": "“{value}” is not a number", "zh": "“{value}” 不是数字"},
    "price": {"en": "“{value}” is not a price in {currency}", "zh": "“{value}” 不是有效的 {currency} 价格"},
    "age": {"en": "“{value}” is not an age from 0 to 30", "zh": "“{value}” 不是 0 到 30 的年龄"},
    "yes_no": {"en": "“{value}” is neither yes nor no", "zh": "“{value}” 不是“是”或“否”"},
    "no_rate": {"en": "there is no tax rate “{value}”; add it first", "zh": "没有税率“{value}”，请先添加"},
    "no_rates": {"en": "there is no tax rate yet; add one first", "zh": "还没有税率，请先添加"},
    "no_station": {"en": "there is no station “{value}”; add it first", "zh": "没有出单点“{value}”，请先添加"},
    "no_group": {"en": "there are no choices called “{value}”", "zh": "没有名为“{value}”的选项组"},
    "no_product": {"en": "there is no product “{value}”", "zh": "没有商品“{value}”"},
    "no_id": {"en": "there is no product number {value}", "zh": "没有编号为 {value} 的商品"},
    "twice": {"en": "the same product is in row {value} already", "zh": "与第 {value} 行重复"},
    "barcode": {"en": "the barcode belongs to {value}", "zh": "条码已用于{value}"},
    "kind": {"en": "“{value}” is none of choice, size, set", "zh": "“{value}” 不是 choice、size 或 set"},
    "minimum": {"en": "the minimum is more than the maximum", "zh": "最少数量大于最多数量"},
    "no_option": {"en": "an option needs a name", "zh": "缺少选项名称"},
    "long": {"en": "is too long", "zh": "太长"},
    "unfit": {"en": "{value}", "zh": "{value}"},
}


class Wrong(Exception):
    """One cell that does not fit."""

    def __init__(self, column: str, code: str, value: object = "") -> None:
        super().__init__(code)
        self.column, self.code, self.value = column, code, value


def price(row: Row, currency: str, default: int, least: int = -MOST) -> int:
    """In minor units; "12,50" is read as "12.50"."""
    text = row.cells.get("price")
    if text is None:
        return default
    tidy = text.replace(" ", "").strip("¥￥€$£")
    try:
        amount = Decimal(tidy.replace(",", ".") if "." not in tidy else tidy.replace(",", ""))
        minor = amount.scaleb(exponent(currency))
        minor_units = int(minor)
    except (InvalidOperation, ValueError, OverflowError):
        raise Wrong("price", "price", text) from None
    if minor_units != minor or not least <= minor_units <= MOST:
        raise Wrong("price", "price", text)
    return minor_units


def yes(row: Row, column: str, default: bool) -> bool:
    """Yes or no, in words of either language."""
    text = row.cells.get(column, "").casefold()
    if not text:
        return default
    if text in YES or text in NO:
        return text in YES
    raise Wrong(column, "yes_no", row.cells[column])


def fit(shape: type[Shape], column: str, **fields: Any) -> Shape:
    """The body of a command. Raises Wrong where a field does not fit what a call would take."""
    made = shape(**fields)
    try:
        msgspec.convert(msgspec.to_builtins(made), shape)
    except msgspec.ValidationError as error:
        code = "long" if "length <=" in str(error) else "unfit"
        raise Wrong(column, code, str(error).partition(" - at")[0]) from None
    return made


def names(row: Row, column: str) -> dict[str, str]:
    found = {"en": row.cells.get(column, ""), "zh": row.cells.get(f"{column}_zh", "")}
    return {language: name for language, name in found.items() if name}


def keys(names: Mapping[str, str]) -> list[str]:
    return [name.casefold() for name in names.values()]


def key(names: Mapping[str, str]) -> str:
    return next(iter(keys(names)), "")


def some(names: Mapping[str, str]) -> str:
    return names.get("en") or next(iter(names.values()), "")


def found(among: Sequence[Thing], key: str) -> Thing | None:
    """The thing with a name, in any language."""
    return next((each for each in among if key in keys(each.names)), None)


def same(known: Any, wanted: Any) -> bool:
    """Whether what is stored is what is asked for; a row's place is not the table's to say."""
    stored = msgspec.to_builtins(known)
    return all(stored[name] == value for name, value in msgspec.to_builtins(wanted).items() if name != "sort")


def whole(row: Row, column: str, default: int) -> int:
    text = row.cells.get(column)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise Wrong(column, "no_number", text)
    return int(text)


def age(row: Row, default: int) -> int:
    years = whole(row, "age", default)
    if not 0 <= years <= 30:
        raise Wrong("age", "age", years)
    return years


def decimal(row: Row, column: str) -> float:
    text = row.cells.get(column, "0").replace(",", ".")
    try:
        number = float(text)
    except ValueError:
        raise Wrong(column, "no_number", text) from None
    if not 0 <= number <= 10_000 or parse_quantity(number) is None:
        raise Wrong(column, "no_number", text)
    return number
