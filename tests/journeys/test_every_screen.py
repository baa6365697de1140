"""No screen is left out: each is stopped at by a walk that asks axe and measures what a finger must hit."""

from tests.journeys import (
    test_buying,
    test_figures,
    test_first_day,
    test_https,
    test_office,
    test_screens,
    test_screens_of_the_till,
    test_shelf,
    test_sunday_morning,
)
from tests.journeys.test_screens import PAGES

WALKS = (
    test_buying,
    test_figures,
    test_first_day,
    test_https,
    test_office,
    test_screens,
    test_screens_of_the_till,
    test_shelf,
    test_sunday_morning,
)
WAYS = {"/.", "/p"}
"""Nothing to see there: they lead on at once."""


def test_every_route_of_the_app_is_looked_at() -> None:
    routes = {f"/{page.parent.relative_to(PAGES)}" for page in PAGES.rglob("+page.svelte")}
    looked_at = {route for walk in WALKS for route in walk.ROUTES}
    assert routes - looked_at == WAYS
    assert looked_at <= routes
