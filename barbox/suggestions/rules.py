"""Which products a party is likely to want next. Pure.

Naive Bayes over what is on the check, the time of day and the guest's own history, each shrunk towards how often a
product is ordered at all, so that three orders long ago are no rule. Parts that say the same thing twice are tempered.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import msgspec

DAYPART_HOURS = 4
SHRINK_PAIR, SHRINK_DAYPART, SHRINK_GUEST = 40.0, 200.0, 5.0
"""As many orders speak for "as always" against what was seen of a pair, a time of day, a guest."""
TEMPER_PAIR, TEMPER_DAYPART = 0.8, 0.5
AS_LIKELY = 0.1
"""Two products whose log odds differ by less are equally likely: then the margin decides."""
HIT_AT = 5
MOST_PRODUCTS = 15
"""Who had more than this, had everything: it says little of what goes with what."""

Reason = Literal["together", "usual", "now"]


class Basket(NamedTuple):
    """What one order had: its hour, its member, and its products, each once."""

    hour: int
    member_id: int | None
    products: tuple[int, ...]


class Guest(NamedTuple):
    """In how many of a guest's orders each product was."""

    orders: int = 0
    products: Mapping[int, int] = {}


NOBODY = Guest()


class Guests:
    """What members had, counted while their orders pass by."""

    def __init__(self) -> None:
        self._orders = Counter[int]()
        self._had: defaultdict[int, Counter[int]] = defaultdict(Counter)

    def count(self, baskets: Iterable[Basket]) -> None:
        """Count some more orders."""
        for basket in baskets:
            if basket.member_id is not None:
                self._orders[basket.member_id] += 1
                self._had[basket.member_id].update(basket.products)

    def known(self) -> dict[int, Guest]:
        """Each member seen so far."""
        return {member: Guest(orders, self._had[member]) for member, orders in self._orders.items()}


class Suggestion(NamedTuple):
    """A product, why, and how often that happened: "together" with `with_id`, "usual" for this guest, "now"."""

    product_id: int
    reason: Reason
    times: int
    with_id: int | None = None


class Model(msgspec.Struct):
    """Counts over the bar's latest orders."""

    orders: int = 0
    alone: dict[int, int] = {}
    together: dict[int, dict[int, int]] = {}
    """Both ways round: together[a][b] == together[b][a]."""
    dayparts: dict[int, int] = {}
    by_daypart: dict[int, dict[int, int]] = {}

    def learn(self, baskets: Iterable[Basket]) -> None:
        """Count some more orders."""
        for basket in baskets:
            if len(basket.products) > MOST_PRODUCTS:
                continue
            part = daypart(basket.hour)
            self.orders += 1
            self.dayparts[part] = self.dayparts.get(part, 0) + 1
            at_this_time = self.by_daypart.setdefault(part, {})
            for product in basket.products:
                self.alone[product] = self.alone.get(product, 0) + 1
                at_this_time[product] = at_this_time.get(product, 0) + 1
                others = self.together.setdefault(product, {})
                for other in basket.products:
                    if other != product:
                        others[other] = others.get(other, 0) + 1


def daypart(hour: int) -> int:
    """Afternoon, evening and night are not the same bar."""
    return hour // DAYPART_HOURS


def suggest(
    model: Model,
    basket: Collection[int],
    hour: int,
    guest: Guest = NOBODY,
    *,
    among: Collection[int] | None = None,
    margins: Mapping[int, int] | None = None,
    count: int = HIT_AT,
) -> list[Suggestion]:
    """The likeliest products that are not on the check yet, best first; of equally likely ones those that earn more.

    `among` are those that can be had now (all by default), `margins` minor units.
    """
    known = [each for each in basket if each in model.alone]
    scored = [
        (round(_log_odds(model, known, hour, guest, product) / AS_LIKELY), (margins or {}).get(product, 0), -product)
        for product in (model.alone if among is None else among)
        if product in model.alone and product not in basket
    ]
    scored.sort(reverse=True)
    return [_explained(model, known, hour, guest, -product) for _, _, product in scored[:count]]


def _log_odds(model: Model, basket: Sequence[int], hour: int, guest: Guest, product: int) -> float:
    alone, together = model.alone, model.together
    usual = alone[product] / model.orders
    odds = math.log(usual)
    for each in basket:
        seen = together[each].get(product, 0)
        odds += TEMPER_PAIR * math.log((seen / usual + SHRINK_PAIR) / (alone[each] + SHRINK_PAIR))
    part = daypart(hour)
    seen = model.by_daypart.get(part, {}).get(product, 0)
    odds += TEMPER_DAYPART * math.log((seen / usual + SHRINK_DAYPART) / (model.dayparts.get(part, 0) + SHRINK_DAYPART))
    if guest.orders:
        seen = guest.products.get(product, 0)
        odds += math.log((seen / usual + SHRINK_GUEST) / (guest.orders + SHRINK_GUEST))
    return odds


def _explained(model: Model, basket: Sequence[int], hour: int, guest: Guest, product: int) -> Suggestion:
    usual = model.alone[product] / model.orders
    had = guest.products.get(product, 0)
    if had > 1 and had / guest.orders > usual:
        return Suggestion(product, "usual", had)
    lifts = [(model.together[each].get(product, 0) / model.alone[each], each) for each in basket]
    lift, best = max(lifts, default=(0.0, 0))
    if lift > usual:
        return Suggestion(product, "together", model.together[best].get(product, 0), best)
    return Suggestion(product, "now", model.by_daypart.get(daypart(hour), {}).get(product, 0))


class Quality(NamedTuple):
    """Of orders of the last weeks, one product hidden: how often it was among the first five, and how often it is
    among the five that are ordered most (which nobody needs a box for)."""

    cases: int
    hits: int
    popular_hits: int

    @property
    def better(self) -> bool:
        return self.hits > self.popular_hits


def judge(model: Model, guests: Mapping[int, Guest], baskets: Sequence[Basket], most: int = 500) -> Quality:
    """Hide one product of each order that the model has not learned from, by turns, and let it be guessed."""
    popular = sorted(model.alone, key=lambda each: (-model.alone[each], each))
    cases = [each for each in baskets if 1 < len(each.products) <= MOST_PRODUCTS]
    cases = cases[:: max(1, len(cases) // most)][:most]
    hits = popular_hits = 0
    for turn, case in enumerate(cases):
        hidden = case.products[turn % len(case.products)]
        shown = [each for each in case.products if each != hidden]
        guest = guests.get(case.member_id, NOBODY) if case.member_id is not None else NOBODY
        hits += any(each.product_id == hidden for each in suggest(model, shown, case.hour, guest))
        popular_hits += hidden in [each for each in popular if each not in shown][:HIT_AT]
    return Quality(len(cases), hits, popular_hits)
