"""What a backup is called, which are kept, and when one is due. Pure."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

DAILY, WEEKLY, MONTHLY = 7, 4, 12
LATEST = 3
"""However the clock jumps, the last three that were made stay."""
ALARM_MS = 26 * 3_600_000
DAY_MS = 24 * 3_600_000
NIGHTS_BEFORE_BANNER = 2
"""Without a proven backup for so many nights, every manager's screen says so, and the Z report."""
REHEARSE_MS = 28 * DAY_MS
QUIET_MS = 15 * 60_000
PATIENCE_MS = 3 * 3_600_000
"""A night backup waits for a quiet quarter of an hour, but no longer than this after the cut-off."""
FIRST_RETRY_MS = 15 * 60_000
LONGEST_RETRY_MS = 4 * 3_600_000

_NAME = re.compile(
    r"barbox-(?P<store>[a-z0-9_]{1,20})-g(?P<generation>\d{1,6})-(?P<at>\d{8}T\d{6}Z)-s(?P<schema>\d{4})"
    r"-j(?P<seq>\d{1,15})-(?P<head>[0-9a-f]{16})(?:-d(?P<day>\d{8})o(?P<orders>\d{1,9}))?-k(?P<key>[0-9A-F]{8})"
    r"\.db\.zst\.age"
)


class BackupName(NamedTuple):
    """Everything a backup's name tells: where from, when, the schema, the journal's length and head, whose key.

    `generation` counts how often the bar was restored; `at` is in ms, whole seconds; `head` is cut to 16 digits;
    `orders` are those of `day`, the last business day that has any (0: none yet).
    """

    store: str
    generation: int
    at: int
    schema: int
    seq: int
    head: str
    key: str
    day: int = 0
    orders: int = 0

    def __str__(self) -> str:
        at = datetime.fromtimestamp(self.at // 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
        sold = f"-d{self.day}o{self.orders}" if self.day else ""
        return (
            f"barbox-{self.store}-g{self.generation}-{at}-s{self.schema:04d}-j{self.seq}-{self.head[:16]}{sold}"
            f"-k{self.key}.db.zst.age"
        )

    @property
    def made(self) -> tuple[int, int, int]:
        """Orders backups as they were made, whatever the clock said."""
        return (self.generation, self.seq, self.at)


def parse_name(name: str) -> BackupName | None:
    """What a name tells, or None for a file that is no backup of ours."""
    found = _NAME.fullmatch(name)
    if not found:
        return None
    try:
        at = datetime.strptime(found["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return BackupName(
        found["store"],
        int(found["generation"]),
        int(at.timestamp()) * 1000,
        int(found["schema"]),
        int(found["seq"]),
        found["head"],
        found["key"],
        int(found["day"] or 0),
        int(found["orders"] or 0),
    )


def plain_store(store: str) -> str:
    """A store's short name in letters that every target takes."""
    return re.sub(r"[^a-z0-9]", "_", store.lower())[:20] or "main"


def marker_name(store: str) -> str:
    """The file at a target that says which box keeps its backups there."""
    return f"barbox-{store}-owner.json"


def marked_store(name: str) -> str:
    """The store whose marker a file is; empty where it is none."""
    found = re.fullmatch(r"barbox-([a-z0-9_]{1,20})-owner\.json", name)
    return found[1] if found else ""


def superfluous(there: Iterable[str], store: str, proven: str) -> list[str]:
    """Backups of `store` that may go now that `proven` was read back: beyond 7 days, 4 weeks and 12 months.

    Slots are filled from the latest made backwards and counted by what is there, never by the time of now: a clock that
    jumps deletes nothing. `proven` and the latest three always stay.
    """
    parsed = {name: found for name in there if (found := parse_name(name)) and found.store == store}
    newest_first = sorted(parsed, key=lambda name: parsed[name].made, reverse=True)
    kept = {proven, *newest_first[:LATEST]}
    for slots, period in ((DAILY, "%Y%m%d"), (WEEKLY, "%G%V"), (MONTHLY, "%Y%m")):
        seen: set[str] = set()
        for name in newest_first:
            of = datetime.fromtimestamp(parsed[name].at // 1000, UTC).strftime(period)
            if of not in seen and len(seen) < slots:
                seen.add(of)
                kept.add(name)
    return [name for name in newest_first if name not in kept]


class Copy(NamedTuple):
    """How one target stands: the business day its last proven backup was begun on (None: never), failures since."""

    target_id: int
    proven_day: int | None
    failures: int
    tried_at: int


def due(copies: Sequence[Copy], today: int, now: int, last_sale: int, day_began: int) -> list[int]:
    """The targets that want a backup at `now` (ms): those without one of business day `today`.

    A target that never had one is served at once; the nightly one waits for a quiet moment; one that failed is tried
    again after 15 minutes, then twice as long, up to 4 hours.
    """
    quiet = now - last_sale >= QUIET_MS or now - day_began >= PATIENCE_MS
    wanted = []
    for each in copies:
        if each.proven_day is not None and each.proven_day >= today:
            continue
        if each.failures and now < each.tried_at + retry_after(each.failures):
            continue
        if each.proven_day is None or quiet:
            wanted.append(each.target_id)
    return wanted


def next_at(copy: Copy, today: int, now: int, tomorrow: int) -> int:
    """When (ms) a target's next backup is due; `tomorrow` is when the next business day begins."""
    if copy.proven_day is not None and copy.proven_day >= today:
        return tomorrow
    return max(now, copy.tried_at + retry_after(copy.failures)) if copy.failures else now


def retry_after(failures: int) -> int:
    """How long (ms) to wait after the n-th failure in a row."""
    return int(min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** min(failures - 1, 10)))


def overdue(last_good: int | None, since: int, now: int) -> bool:
    """Whether more than 26 h went by without a proven backup; `since` is when backups were first wanted (ms)."""
    return now - (since if last_good is None else max(last_good, since)) > ALARM_MS


def nights_without(last_good: int | None, since: int, now: int) -> int:
    """How many nights went by without a proven backup; the first counts after 26 h, each further one 24 h later."""
    without = now - (since if last_good is None else max(last_good, since)) - ALARM_MS
    return 0 if without <= 0 else 1 + without // DAY_MS


def say_never(language: str) -> str:
    """The state of a box of which there is no proven backup."""
    if language == "zh":
        return "还没有任何备份：机器损坏会丢失全部数据。"
    return "There is no backup yet: if this box broke now, everything would be lost."


def say_good(at: str, place: str, failing: Sequence[str], language: str, live: tuple[str, int] | None = None) -> str:
    """How much could be lost, since when, and which targets fail; `live`: where each sale is copied, seconds behind."""
    if language == "zh":
        text = f"最近一次完好的备份：{at}（{place}）。"
        text += f"每笔销售实时复制到 {live[0]}，最多丢失最近 {live[1]} 秒。" if live else "最多会丢失此后的数据。"
        return text + (f"备份失败：{'、'.join(failing)}。" if failing else "")
    text = f"Last good backup: {at}, on {place}. You could lose at most "
    if live:
        text += f"the last {'second' if live[1] == 1 else f'{live[1]} seconds'}: every sale is copied to {live[0]}."
    else:
        text += "what came after it."
    return text + (f" Failing: {', '.join(failing)}." if failing else "")
