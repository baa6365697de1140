"""What is known of backups at one moment: everything that decides what is to be done."""

from typing import NamedTuple

import msgspec

from barbox.backup import commands, queries, rules
from barbox.backup.making.errand import Destination
from barbox.backup.queries import CopyRow, CounterRow, KeyRow, RestorationRow, TargetRow
from barbox.backup.targets.store import Credentials
from barbox.core.database import Database


class Standing(NamedTuple):
    """What is known of backups at one moment."""

    keys: list[KeyRow]
    targets: list[TargetRow]
    copies: list[CopyRow]
    generation: int
    replaced_by: int
    """The generation of the box that took this one's place; 0: none."""
    rehearsed_at: int
    """When (ms) the app was last started on a backup; 0: never."""

    def proven(self, target_id: int | None = None) -> list[CopyRow]:
        """What was read back, the latest first; of one target or of all."""
        return [
            each
            for each in self.copies
            if each.state == "proven" and target_id in (None, each.target_id) and self.still(each.target_id)
        ]

    def nights(self, now: int) -> int:
        """How many nights went by without a proven backup; 0 while none is wanted yet."""
        if not self.keys or not self.targets:
            return 0
        good = self.proven()
        since = max(self.keys[-1].made_at, min(each.added_at for each in self.targets))
        return rules.nights_without(good[0].at if good else None, since, now)

    def still(self, target_id: int) -> bool:
        """Whether a target is in use."""
        return any(each.id == target_id for each in self.targets)

    def of(self, target: TargetRow) -> rules.Copy:
        """How one target stands."""
        failures, tried_at = 0, 0
        key = self.keys[0].fingerprint if self.keys else ""
        for each in self.copies:
            if each.target_id == target.id:
                tried_at = max(tried_at, each.at)
                if each.state == "proven":
                    if each.fingerprint != key:
                        break  # a new slip: a backup that opens with it is wanted at once
                    return rules.Copy(target.id, each.business_day, failures, tried_at)
                failures += 1
        return rules.Copy(target.id, None, failures, tried_at)

    def doubtful(self, target_id: int) -> list[str]:
        """Names that were sent to a target and never proven."""
        return sorted(
            {each.name for each in self.copies if each.target_id == target_id and each.state == "failed"} - {""}
        )

    def destination(self, target: TargetRow, *, anew: bool = False) -> Destination:
        """A target as an errand is told of it; `anew`: as if this box's name had never stood there."""
        credentials = msgspec.json.decode(target.credentials, type=Credentials) if target.credentials else None
        known = bool(target.claimed) and not anew
        return Destination(target.id, target.url, credentials, target.limit_kb, known, self.doubtful(target.id))


async def read_standing(database: Database) -> Standing:
    """How things stand now."""
    async with database.snapshot() as snapshot:
        restored = await snapshot.all(queries.RESTORATIONS, RestorationRow)
        counted = {each.name: each.value for each in await snapshot.all(queries.COUNTERS, CounterRow)}
        return Standing(
            await snapshot.all(queries.KEYS, KeyRow),
            await snapshot.all(queries.TARGETS, TargetRow),
            await snapshot.all(queries.COPIES, CopyRow, most=queries.MOST_COPIES),
            max((each.generation for each in restored), default=1),
            counted.get(commands.REPLACED, 0),
            counted.get(commands.REHEARSED, 0),
        )
