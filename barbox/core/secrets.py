"""What only this box knows: kept in a file of mode 0600 beside the database, never inside it or its backups."""

import os
import secrets
from pathlib import Path

import msgspec

from barbox.core.clock import DAY_MS
from barbox.core.disk import sync
from barbox.core.ids import uuid7

ROTATE_MS = 30 * DAY_MS
"""A key signs sessions for so long, then a new one does."""


class SigningKey(msgspec.Struct, frozen=True):
    """Signs sessions from `since` (ms) until the next key does; tokens name it by its `id`."""

    id: str
    key: str
    since: int


class Secrets(msgspec.Struct, frozen=True):
    """`pepper` goes into every PIN's hash, `box_id` is the audience of sessions; the newest key comes first."""

    box_id: str
    pepper: str
    session_keys: tuple[SigningKey, ...] = ()


def load(folder: Path) -> Secrets:
    """The box's secrets, made on first start."""
    path = folder / "secrets.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Secrets)
    made = Secrets(box_id=uuid7(), pepper=secrets.token_hex(32))
    keep(path, msgspec.json.encode(made))
    return made


def with_fresh_key(folder: Path, now: int, session_ms: int) -> Secrets:
    """The secrets, with a new signing key when the last is 30 days old.

    The one before is kept for as long as a session it signed may live (`session_ms`), then forgotten.
    """
    known = load(folder)
    keys = known.session_keys
    if not keys or now - keys[0].since >= ROTATE_MS:
        keys = (SigningKey(secrets.token_hex(4), secrets.token_hex(32), now), *keys)
    replaced = [now, *(each.since for each in keys)]
    keys = tuple(each for each, end in zip(keys, replaced, strict=False) if now - end < session_ms)
    if keys != known.session_keys:
        known = msgspec.structs.replace(known, session_keys=keys)
        keep(folder / "secrets.json", msgspec.json.encode(known))
    return known


def keep(path: Path, content: bytes) -> None:
    """Write a file for the box's eyes alone, whole or not at all, safe from a power cut."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    sync(path.parent)
