"""The contract that rooms are entered through their doors breaks when it should."""

import grimp

from tests.packaging.doors import DoorsContract

OPTIONS = {
    "rooms": ["menu", "orders"],
    "open_doors": ["models", "rules", "commands", "queries"],
    "composers": ["barbox.app"],
}


def broken_by(importer: str, imported: str) -> bool:
    graph = grimp.ImportGraph()
    for module in (importer, imported):
        graph.add_module(module)
    graph.add_import(importer=importer, imported=imported)
    contract = DoorsContract(name="doors", session_options={}, contract_options=OPTIONS)
    return not contract.check(graph, verbose=False).kept


def test_a_room_may_use_another_rooms_models() -> None:
    assert not broken_by("barbox.orders.commands", "barbox.menu.models")


def test_a_room_may_not_reach_into_another_rooms_routes() -> None:
    assert broken_by("barbox.orders.commands", "barbox.menu.api")
    assert broken_by("barbox.orders.commands", "barbox.menu.prices.happy_hour")


def test_a_room_within_a_room_has_doors_of_its_own() -> None:
    assert not broken_by("barbox.orders.commands", "barbox.menu.prices.queries")
    assert broken_by("barbox.orders.commands", "barbox.menu.prices.api")


def test_a_room_is_at_home_in_itself_and_the_composer_everywhere() -> None:
    assert not broken_by("barbox.menu.jobs", "barbox.menu.api")
    assert not broken_by("barbox.app", "barbox.menu.api")


def test_a_name_that_only_begins_alike_is_another_house() -> None:
    assert broken_by("barbox.application", "barbox.menu.api")
