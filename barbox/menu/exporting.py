"""The menu as the tables that an import takes."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from barbox.core.money import exponent
from barbox.menu.cells import some
from barbox.menu.office import OfficeMenu
from barbox.menu.sheets import GROUPS, PRODUCTS


def product_rows(menu: OfficeMenu, stations: Mapping[int, Mapping[str, str]], currency: str) -> Iterator[list[str]]:
    """The menu as the table that `import_menu` takes, heading first."""
    categories = {each.id: each for each in menu.categories}
    rates = {each.id: each for each in menu.tax_rates}
    groups = {each.id: each for each in menu.groups}
    yield list(PRODUCTS)
    for each in sorted(menu.products, key=lambda p: (categories[p.category_id].sort, p.category_id, p.sort, p.id)):
        category = categories[each.category_id]
        yield [
            str(each.id),
            category.names.get("en", ""),
            category.names.get("zh", ""),
            each.names.get("en", ""),
            each.names.get("zh", ""),
            _major(each.price, currency),
            _percent(rates[each.tax_rate_id].rate),
            some(stations.get(each.station_id or 0, {})),
            each.barcode or "",
            "; ".join(some(groups[number].names) for number in each.group_ids),
            _say(each.available),
            str(each.age) if each.age else "",
            _say(each.open_price),
            "" if each.unit == "piece" else each.unit,
            _say(each.discountable),
        ]


def group_rows(menu: OfficeMenu, currency: str) -> Iterator[list[str]]:
    """The modifier groups as the table that `import_menu` takes, heading first."""
    products = {each.id: some(each.names) for each in menu.products}
    yield list(GROUPS)
    for group in menu.groups:
        for each in group.modifiers:
            yield [
                group.names.get("en", ""),
                group.names.get("zh", ""),
                group.kind,
                str(group.minimum),
                str(group.maximum),
                each.names.get("en", ""),
                each.names.get("zh", ""),
                _major(each.price, currency),
                products.get(each.product_id or 0, ""),
                str(each.takes or ""),
            ]


def _major(amount: int, currency: str) -> str:
    digits = exponent(currency)
    return f"{Decimal(amount).scaleb(-digits):.{digits}f}"


def _percent(rate: int) -> str:
    return f"{Decimal(rate) / 100:f}%"


def _say(flag: bool) -> str:
    return "yes" if flag else "no"
