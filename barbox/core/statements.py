"""Hot SQL, written by peewee once and kept as text: building one costs more than running twenty."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import peewee


class Parameters:
    """Names the values that a statement is given each time it runs: `parameters.order_id` becomes `:order_id`."""

    def __getattr__(self, name: str) -> Any:
        return peewee.Value(_Placeholder(name), converter=False)


@dataclass(frozen=True, slots=True)
class _Placeholder:
    name: str


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with named parameters, ready for sqlite3."""

    sql: str


def freeze(build: peewee.Query | Callable[[Any], peewee.Query]) -> Statement:
    """The SQL of a query, or of what `build` makes of a `Parameters`; called at import, never on a request."""
    query = build if isinstance(build, peewee.Query) else build(Parameters())
    sql, values = query.sql()
    pieces = sql.split("?")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"a literal '?' in {sql}")
    return Statement(
        pieces[0] + "".join(_written(value) + piece for value, piece in zip(values, pieces[1:], strict=True))
    )


def _written(value: object) -> str:
    match value:
        case _Placeholder(name):
            return f":{name}"
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case None:
            return "NULL"
    raise TypeError(f"{value!r} cannot be a constant of a statement")
