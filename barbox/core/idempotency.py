"""The same tap makes one order: a mutating call's answer is stored with its Idempotency-Key, in its own transaction."""

from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

import msgspec

from barbox.core.errors import KeyReused
from barbox.core.models import Answer as StoredAnswer
from barbox.core.statements import freeze
from barbox.core.transaction import Transaction

T = TypeVar("T")
P = ParamSpec("P")

KEPT_MS = 14 * 86_400_000
"""How long a tablet may stay away and still get the first answer: two weeks."""

_FIND = freeze(
    lambda p: StoredAnswer.select(StoredAnswer.fingerprint, StoredAnswer.status, StoredAnswer.body).where(
        StoredAnswer.key == p.key
    )
)
_KEEP = freeze(
    lambda p: StoredAnswer.insert(key=p.key, fingerprint=p.fingerprint, status=p.status, body=p.body, at=p.at)
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
    found = tx.answered(_FIND, _Found, key.text)
    if found is not None:
        if bytes(found.fingerprint) != key.fingerprint:
            raise KeyReused
        return Answer(found.status, bytes(found.body))
    body = tx.encoded(command(tx, *args, **kwargs))
    tx.answer(_KEEP, key=key.text, fingerprint=key.fingerprint, status=status, body=body, at=tx.now)
    return Answer(status, body)


def forget_old(tx: Transaction) -> int:
    """Delete answers older than two weeks; returns how many."""
    return tx.execute(_FORGET, before=tx.now - KEPT_MS).rowcount


class _Found(msgspec.Struct):
    fingerprint: bytes
    status: int
    body: Any
