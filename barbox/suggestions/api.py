"""Suggestions' calls: what to offer with a check, and whether that is better than naming what everybody drinks."""

from typing import Annotated

from aiohttp import web
from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.messages import View
from barbox.core.settings import read_venue
from barbox.suggestions import queries
from barbox.suggestions.card import Cards
from barbox.suggestions.learning import FEWEST_ORDERS, Learner
from barbox.suggestions.rules import NOBODY, Reason, suggest

routes = Routes("suggestions")
LEARNER = web.AppKey("LEARNER", Learner)
CARDS = web.AppKey("CARDS", Cards)

MOST_ITEMS = 40


class SuggestionsQuery(View):
    """`items` are the numbers of what is on the check, with commas between."""

    items: Annotated[str, Meta(pattern=r"^(\d{1,15}(,\d{1,15})*)?$", max_length=400)] = ""
    member_id: int | None = None


class SuggestionView(View):
    """`reason` "together": ordered with `withItemId` so many times; "usual": this guest had it in so many orders;
    "now": so many orders at this time of day."""

    item_id: int
    reason: Reason
    times: int
    with_item_id: int | None


class SuggestionsView(View):
    suggestions: list[SuggestionView]


class QualityView(View):
    """Of `cases` orders of the last four weeks, with one product hidden: how often it was among the five suggested, and
    among the five most ordered; null while there are too few orders. `orders` is what was learned from."""

    on: bool
    orders: int
    cases: int
    hit_rate: float | None
    popular_hit_rate: float | None
    better: bool | None


@routes.get("/api/suggestions", "order.read")
async def read_suggestions(call: Call, query: SuggestionsQuery) -> SuggestionsView:
    """What to offer with what is on the check: at most five products that can be had now, best first."""
    items = [int(each) for each in query.items.split(",") if each]
    if len(items) > MOST_ITEMS:
        raise BadRequest(f"names more than {MOST_ITEMS} products", "items")
    learned = await call.request.app[LEARNER].learned(call.db)
    hour = call.db.days.local(call.db.clock.now()).hour
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
        if not venue.suggestions or learned.model.orders < FEWEST_ORDERS:
            return SuggestionsView([])
        guest = await queries.read_guest(snapshot, query.member_id) if query.member_id is not None else NOBODY
    card = await call.request.app[CARDS].now(call.db)
    found = suggest(learned.model, dict.fromkeys(items), hour, guest, among=card.among, margins=card.margins)
    return SuggestionsView([SuggestionView(each.product_id, each.reason, each.times, each.with_id) for each in found])


@routes.get("/api/suggestions/quality", "report.read")
async def read_quality(call: Call) -> QualityView:
    """Whether suggestions are better than naming what is ordered most."""
    learned = await call.request.app[LEARNER].learned(call.db)
    async with call.db.snapshot() as snapshot:
        venue = await read_venue(snapshot)
    quality = learned.quality
    return QualityView(
        on=venue.suggestions,
        orders=learned.model.orders,
        cases=quality.cases if quality else 0,
        hit_rate=round(quality.hits / quality.cases, 3) if quality and quality.cases else None,
        popular_hit_rate=round(quality.popular_hits / quality.cases, 3) if quality and quality.cases else None,
        better=quality.better if quality else None,
    )
