"""Which request is being answered, for the log: named only where something is told of it."""

import secrets
from contextvars import ContextVar

_NAME: ContextVar[list[str] | None] = ContextVar("request", default=None)


def begin() -> None:
    """A new request is answered in this task from here on."""
    _NAME.set([])


def request_id() -> str:
    """The request's name, made when it is first asked for; empty where none is answered."""
    name = _NAME.get()
    if name is None:
        return ""
    if not name:
        name.append(secrets.token_hex(4))
    return name[0]
