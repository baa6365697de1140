"""Hot SQL, written by peewee once and kept as text: building one costs more than running twenty."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import peewee

_ONE_ROW = re.compile(r"(INSERT .* VALUES )(\([^()]*\))((?: ON CONFLICT .*)?)", re.DOTALL)


class Parameters:
    """Names the values that a statement is given each time it runs: `parameters.order_id`."""

    def __getattr__(self, name: str) -> Any:
        return peewee.Value(_Placeholder(name), converter=False)


@dataclass(frozen=True, slots=True)
class _Placeholder:
    name: str


class Statement:
    """SQL text whose parameters are bound in order: by name costs half as much again.

    `bind` takes them from a mapping, `of` from the attributes of a row.
    """

    __slots__ = ("_of_rows", "bind", "names", "of", "sql")

    def __init__(self, sql: str, names: Sequence[str]) -> None:
        self.sql = sql
        self.names = tuple(names)
        self.bind: Callable[[Mapping[str, Any]], tuple[Any, ...]] = _getter(operator.itemgetter, self.names)
        self._of_rows: dict[int, str] = {}
        self.of: Callable[[Any], tuple[Any, ...]] = _getter(operator.attrgetter, self.names)

    def of_rows(self, count: int) -> str:
        """An INSERT of one row as one of `count` rows. Raises ValueError for any other statement."""
        sql = self._of_rows.get(count)
        if sql is None:
            found = _ONE_ROW.fullmatch(self.sql)
            if found is None:
                raise ValueError(f"not an INSERT of one row: {self.sql}")
            head, row, conflict = found.groups()
            sql = self._of_rows[count] = head + ", ".join([row] * count) + conflict
        return sql


def freeze(build: peewee.Query | Callable[[Any], peewee.Query]) -> Statement:
    """The SQL of a query, or of what `build` makes of a `Parameters`; called at import, never on a request."""
    query = build if isinstance(build, peewee.Query) else build(Parameters())
    sql, values = query.sql()
    pieces = sql.split("?")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"a literal '?' in {sql}")
    written = pieces[0] + "".join(_written(value) + piece for value, piece in zip(values, pieces[1:], strict=True))
    return Statement(written, [value.name for value in values if isinstance(value, _Placeholder)])


def _getter(getter: Callable[..., Any], names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        several: Callable[[Any], tuple[Any, ...]] = getter(*names)
        return several
    if names:
        only = getter(names[0])
        return lambda values: (only(values),)
    return lambda _values: ()


def _written(value: object) -> str:
    match value:
        case _Placeholder():
            return "?"
        case bool():
            return str(int(value))
        case int():
            return str(value)
        case str():
            return "'" + value.replace("'", "''") + "'"
        case None:
            return "NULL"
    raise TypeError(f"{value!r} cannot be a constant of a statement")
