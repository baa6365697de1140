"""What members earn, which tier they are of, what lapses when, and how a guest is found. Pure."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from barbox.core.errors import BadRequest
from barbox.core.messages import Amount, Body, Id

Account = Literal["points", "balance", "bonus", "spend"]
Factor = Annotated[int, Meta(ge=0, le=2_000, description="percent: 200 is double")]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
ORDINARY = 100


class DoubleDay(Body):
    """Days on which points come faster: weekdays (0 is Monday), from one date until another, or both."""

    factor: Factor
    weekdays: Annotated[list[Annotated[int, Meta(ge=0, le=6)]], Meta(max_length=7)] = []
    first: Day | None = None
    last: Day | None = None

    def holds_on(self, day: date) -> bool:
        text = day.isoformat()
        in_span = (self.first or text) <= text <= (self.last or text)
        return in_span and (not self.weekdays or day.weekday() in self.weekdays)


class BonusStep(Body):
    """Who pays in at least `amount` gets `bonus` on top."""

    amount: Amount
    bonus: Amount


class Program(Body):
    """The rules of the house for its members.

    `earnPer` minor units spent make a point (0: no points), `pointValue` is what one pays (0: cannot be spent), up to
    `mostByPoints` of a bill (basis points). Points lapse after `expiryMonths`, a tier looks back `tierMonths` (0: for
    ever). What is paid by balance earns points where `earnOnBalance` says so; points and the house's treat never do.
    """

    earn_per: Amount = 100
    point_value: Amount = 1
    most_by_points: Annotated[int, Meta(ge=0, le=10_000)] = 10_000
    expiry_months: Annotated[int, Meta(ge=0, le=240)] = 24
    excluded_category_ids: Annotated[list[Id], Meta(max_length=200)] = []
    double_days: Annotated[list[DoubleDay], Meta(max_length=50)] = []
    birthday_factor: Factor = ORDINARY
    birthday_days: Annotated[int, Meta(ge=0, le=31, description="so many days before and after it too")] = 0
    earn_on_balance: bool = True
    tier_months: Annotated[int, Meta(ge=0, le=240)] = 12
    bonuses: Annotated[list[BonusStep], Meta(max_length=50)] = []


class Tier(msgspec.Struct, frozen=True):
    id: int
    names: dict[str, str]
    spend: int
    earn: int


class Sale(msgspec.Struct, frozen=True):
    """A settled order as far as members go: what it came to, what of that earns, and what was paid how.

    `paid` was paid with money or balance, `earning` is the part of it that earns points.
    """

    total: int
    eligible: int
    paid: int
    earning: int


def tier_of(tiers: Sequence[Tier], spend: int, given: int | None) -> Tier | None:
    """The highest tier that `spend` reaches; never below one that was given by hand."""
    floor = next((each.spend for each in tiers if each.id == given), 0)
    reached = [each for each in tiers if each.spend <= max(spend, floor)]
    return max(reached, key=lambda each: (each.spend, each.id), default=None)


def tiers_up_to(tiers: Sequence[Tier], tier: Tier | None) -> frozenset[int]:
    """A tier with those below it: the prices of all of them are this guest's."""
    return frozenset(each.id for each in tiers if tier is not None and each.spend <= tier.spend)


def next_tier(tiers: Sequence[Tier], tier: Tier | None) -> Tier | None:
    """The tier above."""
    above = [each for each in tiers if tier is None or each.spend > tier.spend]
    return min(above, key=lambda each: (each.spend, each.id), default=None)


def day_factor(program: Program, day: date, birthday: str | None) -> int:
    """How fast points come on a day, in percent: the best of the days that hold."""
    factors = [each.factor for each in program.double_days if each.holds_on(day)]
    if birthday is not None and _near(birthday, day, program.birthday_days):
        factors.append(program.birthday_factor)
    return max(factors, default=ORDINARY)


def _near(birthday: str, day: date, days: int) -> bool:
    month, of_month = int(birthday[-5:-3]), int(birthday[-2:])
    for year in (day.year - 1, day.year, day.year + 1):
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        on = date(year, month, of_month if leap or (month, of_month) != (2, 29) else 28)
        if abs((on - day).days) <= days:
            return True
    return False


def points_for(program: Program, sale: Sale, factor: int, earn: int) -> int:
    """Whole points for a sale; never rounded up. `factor` is the day's, `earn` the tier's, in percent."""
    if not program.earn_per or sale.total <= 0:
        return 0
    return sale.eligible * sale.earning * factor * earn // (sale.total * program.earn_per * ORDINARY * ORDINARY)


def kept(points: int, basis: int, earning: int) -> int:
    """What is left of the points earned by paying `basis` when `earning` of it is left after refunds."""
    return points * max(0, min(earning, basis)) // basis if basis else 0


def bonus_for(program: Program, amount: int) -> int:
    """What is given on top of a payment in: by the highest step that it reaches."""
    steps = [each for each in program.bonuses if each.amount <= amount]
    return max(steps, key=lambda each: each.amount).bonus if steps else 0


def months_after(day: date, months: int) -> int:
    """The day (YYYYMMDD) so many months later; of a shorter month its last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    following = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return year * 10_000 + (month + 1) * 100 + min(day.day, last)


def drawn(balance: int, bonus: int, amount: int) -> tuple[int, int]:
    """What a payment takes of the money paid in, which goes first, and of the bonus. Raises BadRequest."""
    if amount > balance + bonus:
        raise BadRequest(f"is more than the balance of {balance + bonus}", "tenders")
    own = max(0, min(balance, amount))
    return own, amount - own


def points_needed(program: Program, amount: int, total: int) -> int:
    """How many points pay `amount` of a bill of `total`. Raises BadRequest where they cannot."""
    value = program.point_value
    if not value:
        raise BadRequest("points cannot be spent here", "tenders")
    if amount % value:
        raise BadRequest(f"is not a multiple of {value}, which is what a point pays", "tenders")
    most = total * program.most_by_points // 10_000
    if amount > most:
        raise BadRequest(f"is more than the {most} that points may pay of this bill", "tenders")
    return amount // value


def phone_number(text: str) -> str:
    """As it is stored and looked for: digits, with a leading plus where there is one. Raises BadRequest."""
    digits = re.sub(r"[\s().\-]", "", text)
    if not re.fullmatch(r"\+?\d{5,16}", digits):
        raise BadRequest("is not a phone number", "phone")
    return digits


def checked_birthday(text: str) -> str:
    """ "1990-05-17", or "05-17" of who keeps the year. Raises BadRequest."""
    try:
        date.fromisoformat(text if len(text) == 10 else f"2000-{text}")
    except ValueError:
        raise BadRequest("is not a day", "birthday") from None
    return text


_STARTS = "啊芭擦搭蛾发噶哈击喀垃妈拿哦啪期然撒塌挖昔压匝"
_LETTERS = "abcdefghjklmnopqrstwxyz"


def initials(name: str) -> str:
    """What a name begins with: of Latin words the first letters, of Chinese characters their pinyin's ("陈晓" is cx).

    The common characters of GB 2312 stand in pinyin order; the rarer ones have no initial.
    """
    words = re.findall(r"[A-Za-z0-9À-ɏ]+|[一-鿿]", name)
    return "".join(filter(None, (_initial(word) for word in words))).lower()


def _initial(word: str) -> str:
    if not "一" <= word[0] <= "鿿":
        return word[0]
    code = word.encode("gb2312", "replace")
    if not b"\xb0\xa1" <= code <= b"\xd7\xf9":
        return ""
    return next(
        (letter for start, letter in zip(_STARTS[::-1], _LETTERS[::-1], strict=True) if start.encode("gb2312") <= code),
        "",
    )
