"""The sample bar must be a bar one would believe: whole, in two languages, at prices of this year."""

import re
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from barbox.demo import sample
from barbox.demo.sample import Names, SampleBar
from printers import profiles

HANZI = re.compile(r"[一-鿿]")


@pytest.fixture(scope="module")
def bar() -> SampleBar:
    return sample.load()


def everything_named(bar: SampleBar) -> list[Names]:
    groups = [names for group in bar.groups for names in (group.names, *(m.names for m in group.modifiers))]
    menu = [category.names for category in bar.categories] + [product.names for product in bar.products()]
    house = [
        bar.venue.names,
        bar.venue.city,
        bar.venue.address,
        bar.venue.receipt_footer,
        *(area.names for area in bar.areas),
    ]
    paper = [printer.names for printer in bar.printers] + [station.names for station in bar.stations]
    return [*house, *paper, *(rate.names for rate in bar.tax_rates), *menu, *groups]


def test_the_files_agree_with_themselves(bar: SampleBar) -> None:
    sample.check(bar)
    assert 75 <= len(list(bar.products())) <= 100
    assert len(list(bar.tables())) == 20
    assert len(bar.areas) == 2
    assert len(bar.people) == 6
    assert len(bar.printers) == len(bar.stations) == 3


def test_everything_has_a_chinese_and_an_english_name(bar: SampleBar) -> None:
    for names in everything_named(bar):
        assert HANZI.search(names.zh), names
        assert names.en.strip(), names
        assert not HANZI.search(names.en), names


def test_no_two_products_look_the_same_on_the_menu(bar: SampleBar) -> None:
    for category in bar.categories:
        for language in ("zh", "en"):
            shown = [getattr(product.names, language) for product in category.products]
            assert len(set(shown)) == len(shown)


def test_prices_are_what_a_guest_in_chengdu_would_expect(bar: SampleBar) -> None:
    for product in bar.products():
        assert product.open_price or 1_500 <= product.price <= 70_000, product.id
        assert product.price % 100 == 0, f"{product.id}: menus have whole yuan"
    for group in bar.groups:
        for modifier in group.modifiers:
            assert 0 <= modifier.price <= 10_000
            assert modifier.price % 100 == 0


def test_there_is_something_to_choose_and_something_one_must_choose(bar: SampleBar) -> None:
    assert {group.minimum for group in bar.groups} >= {0, 1, 2, 6}
    assert {group.kind for group in bar.groups} == {"choice", "size", "set"}
    assert [product.id for product in bar.products() if product.open_price or product.unit != "piece" or product.age]
    used = {name for c in bar.categories for p in c.products for name in (*c.groups, *p.groups)}
    assert used == {group.id for group in bar.groups}


def test_every_role_works_here_and_somebody_reads_english(bar: SampleBar) -> None:
    assert {person.role for person in bar.people} == {"admin", "manager", "waiter", "bartender", "kitchen"}
    assert {person.language for person in bar.people} == {"zh", "en"}


def test_no_pin_is_one_that_everybody_tries_first(bar: SampleBar) -> None:
    for person in bar.people:
        steps = {int(b) - int(a) for a, b in pairwise(person.pin)}
        assert len(steps) > 1, f"{person.pin} is a run or a repetition"


def test_the_printers_are_models_that_we_know(bar: SampleBar) -> None:
    assert {printer.profile for printer in bar.printers} <= set(profiles.names())


def test_every_station_has_work(bar: SampleBar) -> None:
    assert {category.station for category in bar.categories} == {station.id for station in bar.stations}
    assert sum(printer.receipts for printer in bar.printers) == 1


def test_tables_stand_inside_the_plan_and_not_on_each_other(bar: SampleBar) -> None:
    for area in bar.areas:
        for table in area.tables:
            assert table.width >= 8, f"{table.name} is too small for a finger"
            assert table.height >= 10, f"{table.name} is too small for a finger"
            assert table.x + table.width <= 100
            assert table.y + table.height <= 100
        for a, b in combinations(area.tables, 2):
            beside = a.x + a.width <= b.x or b.x + b.width <= a.x
            above = a.y + a.height <= b.y or b.y + b.height <= a.y
            assert beside or above, f"{a.name} and {b.name} overlap"


def test_what_is_counted_is_on_the_shelf_and_known_when_to_buy(bar: SampleBar) -> None:
    counted = [product for product in bar.products() if product.stock is not None]
    assert len(counted) >= 15
    for product in counted:
        assert product.stock is not None
        assert 0 < product.reorder < product.stock


def test_barcodes_carry_their_check_digit(bar: SampleBar) -> None:
    codes = [product.barcode for product in bar.products() if product.barcode]
    assert codes
    for code in codes:
        weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(code))
        assert weighted % 10 == 0, code


def test_the_house_lies_in_its_time_zone(bar: SampleBar) -> None:
    assert ZoneInfo(bar.venue.timezone).key == "Asia/Shanghai"
    assert bar.venue.currency == "CNY"


def test_a_product_that_names_no_known_group_is_refused(bar: SampleBar) -> None:
    first = bar.categories[0]
    odd = msgspec.structs.replace(first.products[0], groups=("umbrella",))
    broken = msgspec.structs.replace(first, products=(odd, *first.products[1:]))
    with pytest.raises(sample.Incoherent, match="umbrella"):
        sample.check(msgspec.structs.replace(bar, categories=(broken, *bar.categories[1:])))


def test_two_products_under_one_id_are_refused(bar: SampleBar) -> None:
    with pytest.raises(sample.Incoherent, match="stands twice"):
        sample.check(msgspec.structs.replace(bar, categories=(*bar.categories, bar.categories[0])))
