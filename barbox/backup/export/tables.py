"""The exported database's schema for people: each table with what it is for, and its columns."""

import importlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import barbox
from barbox.core.models import Table

WITHOUT_MODEL = {
    "schema_migration": "Which changes of the schema this database has been through.",
    "sales_hour": "Sums of the sales by hour, for reports; made from orders and payments.",
    "sales_staff": "Sums of the sales by person, for reports; made from orders and payments.",
    "sales_table": "Sums of the sales by table, for reports; made from orders and payments.",
}
CONVENTIONS = """# The database

Amounts are integers in the currency's minor unit (cents, fen), quantities in thousandths, tax rates in basis points,
times in milliseconds since 1970-01-01 UTC, business days as YYYYMMDD. `names` are JSON by language. `hidden` marks what
was taken away and stays for history's sake.
"""


def described(connection: sqlite3.Connection) -> Iterator[str]:
    """Markdown, a line at a time, of the tables in a database."""
    yield CONVENTIONS
    purposes = dict(WITHOUT_MODEL)
    purposes |= {each._meta.table_name: (each.__doc__ or "").strip() for each in _every_table()}
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    for (table,) in connection.execute(listed).fetchall():
        yield f"\n## {table}\n\n{purposes.get(table, '')}\n\n| column | type | | refers to |\n|---|---|---|---|"
        refers = {row[3]: f"{row[2]}.{row[4]}" for row in connection.execute(f'PRAGMA foreign_key_list("{table}")')}
        for _, name, kind, needed, _, key in connection.execute(f'PRAGMA table_info("{table}")'):
            mark = "key" if key else "" if needed else "may be empty"
            yield f"| {name} | {kind} | {mark} | {refers.get(name, '')} |"


def _every_table() -> list[type[Table]]:
    """The tables of every room, of those added later too."""
    house = Path(barbox.__file__).parent
    for each in (*house.glob("*/models.py"), *house.glob("*/*/models.py")):
        importlib.import_module(".".join(each.relative_to(house.parent).with_suffix("").parts))
    return Table.__subclasses__()
