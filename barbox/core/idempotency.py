"""The same tap makes one order: a mutating call's answer is stored with its Idempotency-Key, in its own transaction."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Concatenate, Generic, ParamSpec, TypeVar

from barbox.core import shorthand
from barbox.core.errors import KeyReused
from barbox.core.models import Answer as StoredAnswer
from barbox.core.statements import Row, Statement, freeze
from barbox.core.transaction import Answered, Transaction

T = TypeVar("T")
P = ParamSpec("P")

KEPT_MS = 14 * 86_400_000
"""How long a tablet may stay away and still get the first answer: two weeks."""

AT_ONCE = (1, 8, 32, 128)
"""Keys looked up in one statement: few sizes, so that each is compiled once."""


def _find(count: int) -> Statement:
    asked = [f"key{n}" for n in range(count)]
    columns = (StoredAnswer.key, StoredAnswer.fingerprint, StoredAnswer.status, StoredAnswer.body)
    return freeze(lambda p: StoredAnswer.select(*columns).where(StoredAnswer.key.in_([getattr(p, k) for k in asked])))


_FIND = {count: _find(count) for count in AT_ONCE}


def _shortened(rows: Sequence[Row]) -> list[Row]:
    bodies = shorthand.shorten([body for _, _, _, body, _ in rows])
    return [(*row[:3], body, row[4]) for row, body in zip(rows, bodies, strict=True)]


_KEEP = freeze(
    lambda p: StoredAnswer.insert(key=p.key, fingerprint=p.fingerprint, status=p.status, body=p.body, at=p.at),
    _shortened,
)
_FORGET = freeze(lambda p: StoredAnswer.delete().where(StoredAnswer.at < p.before))


class Answer(Generic[T]):
    """The JSON of a `T`, as it goes out and as a replay gets it again."""

    __slots__ = ("body", "status")

    def __init__(self, status: int, body: bytes) -> None:
        self.status = status
        self.body = body


class Key:
    """An Idempotency-Key with the fingerprint of the request it came with."""

    __slots__ = ("fingerprint", "text")

    def __init__(self, text: str, fingerprint: bytes) -> None:
        self.text = text
        self.fingerprint = fingerprint


def once(
    tx: Transaction,
    key: Key | None,
    status: int,
    command: Callable[Concatenate[Transaction, P], T],
    /,
    *args: P.args,
    **kwargs: P.kwargs,
) -> Answer[T]:
    """Run `command`, or give the answer it gave the first time. Raises KeyReused for a key of another request."""
    if key is None:
        return Answer(status, tx.encoded(command(tx, *args, **kwargs)))
    found = tx.answered(key.text)
    if found is not None:
        if found.fingerprint != key.fingerprint:
            raise KeyReused
        return Answer(found.status, shorthand.whole(found.body))
    body = tx.encoded(command(tx, *args, **kwargs))
    tx.answer(_KEEP, key.text, Answered(key.fingerprint, status, body))
    return Answer(status, body)


def look_up(connection: sqlite3.Connection, keys: Sequence[str]) -> dict[str, Answered | None]:
    """What was answered to these keys before; None where nothing was. The writer asks once for all that waits."""
    found: dict[str, Answered | None] = dict.fromkeys(keys)
    for begin in range(0, len(keys), AT_ONCE[-1]):
        asked = keys[begin : begin + AT_ONCE[-1]]
        size = next(size for size in AT_ONCE if size >= len(asked))
        padded = (*asked, *[None] * (size - len(asked)))
        for key, *answered in connection.execute(_FIND[size].sql, padded):
            found[key] = Answered(*answered)
    return found


def forget_old(tx: Transaction) -> int:
    """Delete answers older than two weeks; returns how many."""
    return tx.execute(_FORGET, before=tx.now - KEPT_MS).rowcount
