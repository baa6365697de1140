"""The exported database's schema for people: each table with what it is for, and its columns."""

import sqlite3
from collections.abc import Iterator

from barbox.backup import models as _backup
from barbox.core import models as _core
from barbox.floor import models as _floor
from barbox.members import models as _members
from barbox.menu import models as _menu
from barbox.orders import models as _orders
from barbox.payments import models as _payments
from barbox.printing import models as _printing
from barbox.reservations import models as _reservations
from barbox.staff import models as _staff
from barbox.stock import models as _stock

ROOMS = (_core, _menu, _floor, _orders, _payments, _stock, _members, _reservations, _printing, _staff, _backup)
CONVENTIONS = """# The database

Amounts are integers in the currency's minor unit (cents, fen), quantities in thousandths, tax rates in basis points,
times in milliseconds since 1970-01-01 UTC, business days as YYYYMMDD. `names` are JSON by language. `hidden` marks what
was taken away and stays for history's sake.
"""


def described(connection: sqlite3.Connection) -> Iterator[str]:
    """Markdown, a line at a time, of the tables in a database."""
    yield CONVENTIONS
    purposes = {
        each._meta.table_name: (each.__doc__ or "").strip()
        for room in ROOMS
        for each in vars(room).values()
        if isinstance(each, type) and issubclass(each, _core.Table) and each is not _core.Table
    }
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    for (table,) in connection.execute(listed).fetchall():
        yield f"\n## {table}\n\n{purposes.get(table, '')}\n\n| column | type | | refers to |\n|---|---|---|---|"
        refers = {row[3]: f"{row[2]}.{row[4]}" for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
        for _, name, kind, needed, _, key in connection.execute(f'PRAGMA table_info("{table}")'):
            mark = "key" if key else "" if needed else "may be empty"
            yield f"| {name} | {kind} | {mark} | {refers.get(name, '')} |"
