"""A believable bar's evenings: who comes when, what they have together, how they pay. Pure, and the same every time.

`parties(first, days)` makes them from weekday, hour, season, holidays, a slow trend and chance. Forecasts are tried on
it, recommendations too (what belongs together here does so for a reason), and the demo's past is made of it.
"""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")

SEED = "lane's end"
OPENS, CLOSES = 17, 26
"""Hours on the wall; after 24 it is the next morning."""
WEEKDAYS = (0.58, 0.62, 0.74, 0.92, 1.48, 1.72, 0.94)
"""Monday first."""
EARLY = (0.55, 1.25, 1.75, 1.9, 1.55, 1.05, 0.6, 0.25, 0.1)
LATE = (0.45, 0.95, 1.45, 1.8, 1.95, 1.75, 1.3, 0.85, 0.5)
"""How arrivals spread over the hours from 17 on: on ordinary evenings, and on Friday and Saturday."""
SIZES = ((1, 10), (2, 44), (3, 14), (4, 18), (5, 5), (6, 5), (8, 3), (10, 1))
"""Guests in a party, and how often."""
LUNAR_NEW_YEAR = {
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
}
HOLIDAYS = {
    (1, 1): 1.15,
    (2, 14): 1.6,
    (3, 8): 1.2,
    **{(5, day): 1.35 for day in range(1, 5)},
    **{(10, day): 1.4 for day in range(1, 7)},
    (12, 24): 1.75,
    (12, 25): 1.4,
    (12, 31): 2.0,
}

Taste = tuple[tuple[str, float], ...]
TASTES: dict[str, tuple[float, Taste, Taste]] = {
    "beer": (
        30,
        (
            *(("house-lager", 5), ("west-coast-ipa", 3), ("hazy-ipa", 3), ("tsingtao-draft", 3), ("pepper-saison", 1)),
            *(("hoegaarden-draft", 2), ("guinness-draft", 1.5), ("corona", 1), ("asahi", 1)),
        ),
        (("fries", 4), ("chicken-wings", 4), ("onion-rings", 2), ("crispy-pork", 3), ("cheeseburger", 2)),
    ),
    "street": (
        20,
        (("snow", 5), ("tsingtao", 6), ("budweiser", 3), ("herbal-tea", 2), ("cola", 1)),
        (("lamb-skewers", 6), ("laziji", 3), ("smashed-cucumber", 4), ("edamame", 5), ("dandan-noodles", 2)),
    ),
    "cocktails": (
        24,
        (
            *(("gin-tonic", 4), ("mojito", 4), ("margarita", 3), ("aperol-spritz", 2.5), ("moscow-mule", 2)),
            *(("pepper-sour", 2), ("espresso-martini", 2), ("long-island", 2), ("whisky-sour", 2), ("negroni", 2)),
        ),
        (("truffle-fries", 3), ("squid-rings", 2), ("nachos", 3), ("mixed-nuts", 2)),
    ),
    "whisky": (
        9,
        (
            *(("old-fashioned", 3), ("jameson", 3), ("jw-black", 2), ("glenfiddich-12", 2), ("laphroaig-10", 1.5)),
            *(("manhattan", 2), ("macallan-12", 0.8), ("yamazaki-12", 0.5)),
        ),
        (("cheese-board", 4), ("mixed-nuts", 4), ("braised-platter", 2)),
    ),
    "wine": (
        9,
        (("house-red", 4), ("house-white", 3), ("prosecco", 2), ("ningxia-cabernet", 0.6), ("moet", 0.1)),
        (("sirloin", 4), ("cheese-board", 3), ("pizza-margherita", 3), ("fish-and-chips", 1)),
    ),
    "sober": (
        8,
        (
            *(("cola", 3), ("sprite", 2), ("iced-lemon-tea", 3), ("virgin-mojito", 2), ("orange-juice", 2)),
            *(("perrier", 2), ("americano", 2), ("cola-zero", 1)),
        ),
        (("cheeseburger", 3), ("egg-fried-rice", 3), ("wontons", 3), ("pizza-margherita", 2), ("fries", 2)),
    ),
}
"""What kinds of guests there are: how many, what they drink, what they eat."""
TOGETHER: tuple[tuple[str, str, float], ...] = (
    ("crayfish", "tsingtao", 0.75),
    ("crayfish", "snow", 0.4),
    ("sirloin", "house-red", 0.6),
    ("fish-and-chips", "guinness-draft", 0.45),
    ("lamb-skewers", "edamame", 0.4),
    ("cheeseburger", "fries", 0.5),
    ("jose-cuervo", "corona", 0.5),
    ("laziji", "egg-fried-rice", 0.4),
    ("cheese-board", "prosecco", 0.25),
    ("dandan-noodles", "herbal-tea", 0.35),
)
"""Who has the first often has the second too."""
MEMBERS = 5
TABLES = ("A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A11", "A12")
TERRACE = ("B1", "B2", "B3", "B4", "B5", "B6", "B7", "B8")
METHODS: tuple[tuple["Method", int], ...] = (("mobile", 62), ("card", 20), ("cash", 18))

Method = Literal["cash", "card", "mobile"]
Basket = tuple[tuple[str, int], ...]
Round = tuple[int, Basket]
"""So many minutes after they came: products by their sample ids, and how many of each."""


class Party(NamedTuple):
    """One party's evening. `minute` of arrival past midnight of `day` (1500 is 1 a.m. after), `stay` in minutes.

    `member` is the index of a sample member; `deed` what the house did about it: "void", "comp" or "discount".
    """

    day: date
    minute: int
    stay: int
    covers: int
    table: str | None
    staff: int
    rounds: tuple[Round, ...]
    method: Method
    tip: int
    member: int | None
    deed: str | None


def parties(first: date, days: int, *, a_day: float = 55.0, seed: str = SEED) -> Iterator[Party]:
    """All parties of some days, in the order of their coming; `a_day` of them on the average evening.

    A day's parties are the same whatever span is asked for.
    """
    for number in range(days):
        yield from evening(first + timedelta(days=number), a_day=a_day, seed=seed)


def expected(day: date, *, seed: str = SEED) -> float:
    """How busy a day is, 1 being the average: weekday, season, holidays, trend, and what nobody can know."""
    season = 1 + 0.14 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 205) / 365.25)
    trend = 1 + 0.05 * (day - date(2024, 1, 1)).days / 365.25
    return WEEKDAYS[day.weekday()] * season * max(0.5, trend) * holiday(day) * _weather(day, seed)


def holiday(day: date) -> float:
    """By how much a holiday lifts a day, or empties it."""
    new_year = LUNAR_NEW_YEAR.get(day.year)
    if new_year is not None:
        since = (day - new_year).days
        if -1 <= since <= 0:
            return 0.3
        if 1 <= since <= 6:
            return 1.45
        if -6 <= since < -1:
            return 0.8
    return HOLIDAYS.get((day.month, day.day), 1.0)


def evening(day: date, *, a_day: float = 55.0, seed: str = SEED) -> list[Party]:
    """One evening's parties, by their coming."""
    chance = _chance(f"{seed}:{day}")
    busy = expected(day, seed=seed) * a_day
    spread = LATE if day.weekday() in (4, 5) else EARLY
    rainy = _weather(day, seed) < 0.97
    found = []
    for index, weight in enumerate(spread):
        for _ in range(_poisson(chance, busy * weight / sum(spread))):
            minute = (OPENS + index) * 60 + chance.randrange(60)
            found.append(_party(chance, day, minute, rainy=rainy))
    return sorted(found, key=lambda each: each.minute)


def _weather(day: date, seed: str) -> float:
    """Chance of the day and of its week: good weeks and bad ones follow each other."""
    week = day - timedelta(days=day.weekday())
    weeks = [_chance(f"{seed}:week:{week - timedelta(days=7 * back)}").gauss(0, 0.06) for back in range(4)]
    slow = sum(each * 0.6**back for back, each in enumerate(weeks))
    return math.exp(slow + _chance(f"{seed}:day:{day}").gauss(0, 0.09))


def _chance(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311 (it shall be the same every time)


def _poisson(chance: random.Random, mean: float) -> int:
    if mean > 30:
        return max(0, round(chance.gauss(mean, math.sqrt(mean))))
    level, product, count = math.exp(-mean), chance.random(), 0
    while product > level:
        product *= chance.random()
        count += 1
    return count


def _party(chance: random.Random, day: date, minute: int, *, rainy: bool) -> Party:
    covers = _one(chance, SIZES)
    outside = not rainy and 4 <= day.month <= 10 and chance.random() < 0.4
    table = chance.choice(TERRACE if outside else TABLES) if chance.random() < 0.93 else None
    stay = max(20, round(chance.lognormvariate(math.log(62 + 6 * min(covers, 6)), 0.35)))
    stay = min(stay, CLOSES * 60 + 40 - minute)
    member = chance.randrange(MEMBERS) if chance.random() < 0.16 else None
    rounds = _rounds(chance, day, minute, covers, stay, member)
    luck = chance.random()
    return Party(
        day=day,
        minute=minute,
        stay=stay,
        covers=covers,
        table=table,
        staff=chance.randrange(3),
        rounds=rounds,
        method=_one(chance, METHODS),
        tip=chance.choice((500, 1000, 2000)) if chance.random() < 0.04 else 0,
        member=member,
        deed="void" if luck < 0.02 else "comp" if luck < 0.04 else "discount" if luck < 0.08 else None,
    )


def _rounds(
    chance: random.Random, day: date, minute: int, covers: int, stay: int, member: int | None
) -> tuple[Round, ...]:
    kinds = [(name, weight) for name, (weight, _, _) in TASTES.items()]
    # Who comes together likes the same: most of a party is of one kind.
    kind = _one(chance, kinds) if member is None else list(TASTES)[member]
    rounds = []
    usual = TASTES[kind][1][(member or 0) % 4][0] if member is not None else None
    for number in range(1 + min(4, stay // 45)):
        basket: dict[str, int] = {}
        for guest in range(covers):
            if number and chance.random() < 0.35:
                continue
            mine = kind if chance.random() < 0.8 else _one(chance, kinds)
            drink = usual if guest == 0 and usual and chance.random() < 0.7 else _one(chance, TASTES[mine][1])
            basket[drink] = basket.get(drink, 0) + 1
            if minute < 22 * 60 and chance.random() < (0.4 if number == 0 else 0.12):
                dish = _one(chance, TASTES[mine][2])
                basket[dish] = basket.get(dish, 0) + 1
        if number == 0 and kind in ("beer", "street") and 5 <= day.month <= 9 and chance.random() < 0.35:
            basket["crayfish"] = 1 + covers // 5
        if minute > 22 * 60 and chance.random() < 0.15:
            basket["jose-cuervo"] = basket.get("jose-cuervo", 0) + covers
        for has, wants, likely in TOGETHER:
            if has in basket and chance.random() < likely:
                basket[wants] = basket.get(wants, 0) + 1
        if basket:
            rounds.append((number * 40 + chance.randrange(2, 10), tuple(basket.items())))
    return tuple(rounds)


def _one(chance: random.Random, choices: Sequence[tuple[T, float]]) -> T:
    rest = chance.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        rest -= weight
        if rest < 0:
            return choice
    return choices[-1][0]
