"""What only this box knows: kept in a file of mode 0600 beside the database, never inside it or its backups."""

import os
import secrets
from pathlib import Path

import msgspec

from barbox.core.ids import uuid7


class Secrets(msgspec.Struct, frozen=True):
    """`pepper` goes into every PIN's hash, `session_key` signs sessions, `box_id` is their audience."""

    box_id: str
    session_key: str
    pepper: str


def load(folder: Path) -> Secrets:
    """The box's secrets, made on first start."""
    path = folder / "secrets.json"
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Secrets)
    made = Secrets(box_id=uuid7(), session_key=secrets.token_hex(32), pepper=secrets.token_hex(32))
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.encode(made))
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)
    directory = os.open(folder, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)
    return made
