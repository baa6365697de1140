"""Backups, read."""

import msgspec
from peewee import fn

from barbox.backup.models import BackupCopy, BackupKey, BackupRun, BackupTarget, Restoration
from barbox.core.models import Counter
from barbox.core.statements import freeze

C, R, T = BackupCopy, BackupRun, BackupTarget


class TargetRow(msgspec.Struct, frozen=True):
    id: int
    name: str
    url: str
    credentials: str | None
    limit_kb: int
    claimed: int
    added_at: int
    live: int


class KeyRow(msgspec.Struct, frozen=True):
    id: int
    recipient: str
    fingerprint: str
    made_at: int


class CopyRow(msgspec.Struct, frozen=True):
    id: int
    run_id: int
    target_id: int
    at: int
    business_day: int
    state: str
    code: str
    detail: str
    name: str
    size: int
    sha256: str
    fingerprint: str
    entries: int


class RunRow(msgspec.Struct, frozen=True):
    id: int
    reason: str
    begun_at: int
    ended_at: int | None
    state: str
    code: str
    detail: str


class RestorationRow(msgspec.Struct, frozen=True):
    at: int
    generation: int
    name: str


class CounterRow(msgspec.Struct, frozen=True):
    name: str
    value: int


COUNTERS = freeze(Counter.select(Counter.name, Counter.value).where(Counter.name.startswith("backup.")))
TARGETS = freeze(
    T.select(T.id, T.name, T.url, T.credentials, T.limit_kb, T.claimed, T.added_at, T.live)
    .where(T.hidden == 0)
    .order_by(T.id)
)
KEYS = freeze(
    BackupKey.select(BackupKey.id, BackupKey.recipient, BackupKey.fingerprint, BackupKey.made_at).order_by(
        BackupKey.id.desc()
    )
)
COPIES = freeze(
    lambda p: (
        C.select(
            C.id,
            C.run_id,
            C.target_id,
            C.at,
            C.business_day,
            C.state,
            C.code,
            C.detail,
            C.name,
            C.size,
            C.sha256,
            C.fingerprint,
            C.entries,
        )
        .where(C.state != "removed")
        .order_by(C.id.desc())
        .limit(p.most)
    )
)
LAST_RUN = freeze(
    R.select(R.id, R.reason, R.begun_at, R.ended_at, R.state, R.code, R.detail).order_by(R.id.desc()).limit(1)
)
RESTORATIONS = freeze(
    Restoration.select(Restoration.at, Restoration.generation, Restoration.name).order_by(Restoration.id.desc())
)
LAST_RUN_ID = freeze(R.select(fn.COALESCE(fn.MAX(R.id), 0)))
MOST_COPIES = 1000
"""Three years of nights at one target; older failures are not looked at."""
