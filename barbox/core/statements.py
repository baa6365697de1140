"""Hot SQL, written by peewee once and kept as text: building one costs more than running twenty."""

import operator
import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import peewee

_ONE_ROW = re.compile(r"(INSERT .* VALUES )(\([^()]*\))((?: ON CONFLICT .*)?)", re.DOTALL)


# sqlite3 asks every null and every blob, in vain, whether it can adapt itself: one found adapted costs half as much.
sqlite3.register_adapter(type(None), cast("Callable[[None], None]", {}.get))
sqlite3.register_adapter(bytes, bytes)


class Parameters:
    """Names the values that a statement is given each time it runs: `parameters.order_id`."""

    def __getattr__(self, name: str) -> Any:
        return peewee.Value(_Placeholder(name), converter=False)


@dataclass(frozen=True, slots=True)
class _Placeholder:
    name: str


class Statement:
    """SQL text whose parameters are bound in order: by name costs half as much again.

    `bind` takes them from a mapping, `of` from the attributes of a row. `finish` is given the rows of an INSERT that
    are written together, just before that: what is cheaper done for many than for one.
    """

    __slots__ = ("_of_rows", "bind", "finish", "names", "of", "sql")

    def __init__(self, sql: str, names: Sequence[str], finish: "Finish | None" = None) -> None:
        self.sql = sql
        self.names = tuple(names)
        self.finish = finish
        self.bind: Callable[[Mapping[str, Any]], tuple[Any, ...]] = _getter(operator.itemgetter, self.names)
        self._of_rows: dict[int, str] = {}
        self.of: Callable[[Any], tuple[Any, ...]] = _getter(operator.attrgetter, self.names)

    def fit(self, row: Any) -> "Fitted":
        """The statement that stores a row, and what it is given."""
        return self, self.of(row)

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


Row = tuple[Any, ...]
Fitted = tuple[Statement, Row]
Finish = Callable[[Sequence[Row]], Sequence[Row]]


class Insert(Statement):
    """Rows of one table, by structs that name its columns. Where all that has a default is at it, as in most rows, a
    shorter statement says so in its text: handing a value over costs as much as storing it.

    Raises ValueError where the columns without a default are not in the table's order.
    """

    __slots__ = ("_short", "_split", "_usual")

    def __init__(self, model: type[peewee.Model], row: type[msgspec.Struct]) -> None:
        columns, self._usual = row.__struct_fields__, row.__struct_defaults__
        whole = freeze(lambda p: model.insert(**{name: getattr(p, name) for name in columns}))
        super().__init__(whole.sql, whole.names)
        self._split = len(columns) - len(self._usual)
        said = dict(zip(columns[self._split :], self._usual, strict=True))
        self._short = freeze(lambda p: model.insert(**{name: said.get(name, getattr(p, name)) for name in columns}))
        if self._short.names != columns[: self._split]:
            raise ValueError(f"{row.__name__} begins with {columns[: self._split]}, the table with {self._short.names}")

    def fit(self, row: Any) -> Fitted:
        """The short statement for a usual row, else the whole one."""
        values, split = msgspec.structs.astuple(row), self._split
        return (self._short, values[:split]) if values[split:] == self._usual else (self, self.of(row))


def freeze(build: peewee.Query | Callable[[Any], peewee.Query], finish: Finish | None = None) -> Statement:
    """The SQL of a query, or of what `build` makes of a `Parameters`; called at import, never on a request."""
    query = build if isinstance(build, peewee.Query) else build(Parameters())
    sql, values = query.sql()
    pieces = sql.split("?")
    if len(pieces) != len(values) + 1:
        raise ValueError(f"a literal '?' in {sql}")
    written = pieces[0] + "".join(_written(value) + piece for value, piece in zip(values, pieces[1:], strict=True))
    return Statement(written, [value.name for value in values if isinstance(value, _Placeholder)], finish)


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
