"""Everything the owner has, to take along: one SQLite file and a CSV file for each table, in one zip.

Without what would open doors elsewhere: PINs, tokens, sessions, the targets' credentials. Run as
`python -m barbox.backup.export.everything DATABASE ZIP`, so that the till does not wait for it.
"""

import contextlib
import csv
import io
import os
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from barbox.backup.export.tables import described
from barbox.core import spreadsheet
from barbox.core.errors import Broken

LEFT_OUT = ("session", "pin_lock", "pairing_code", "answer")
BLANKED = (
    ("staff", "pin_hash", "''"),
    ("device", "token_hash", "zeroblob(0)"),
    ("backup_target", "credentials", "NULL"),
)
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would run rather than show."""

README = """This is everything the box holds, as of the moment it was exported.

barbox.db    all tables in one SQLite 3 file
SCHEMA.md    what each table is for, and its columns
csv/*.csv    the same, a file for each table: UTF-8, comma, first line the columns' names
xlsx/*.xlsx  the same as spreadsheets, where they were asked for

Amounts are integers in the currency's minor unit (cents, fen), quantities in thousandths, tax rates in basis points,
times in milliseconds since 1970-01-01 UTC, business days as YYYYMMDD. names are JSON by language.
The journal is the audit trail: `barbox verify` proves that nothing in it was altered.
Left out: PINs, tokens, sessions, stored answers, the backup targets' credentials.
"""


def export(database: Path, target: Path, *, xlsx: bool = False) -> int:
    """Write the zip, also while the box runs; `xlsx`: with a spreadsheet for each table, which takes longer.

    Returns the number of tables. Raises Broken.
    """
    if not database.exists():
        raise Broken(f"there is no {database}")
    if target.exists():
        raise Broken(f"{target} is there already: nothing is written over")
    with tempfile.TemporaryDirectory(prefix="export-", dir=target.parent) as work:
        copy = Path(work) / "barbox.db"
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as source:
            source.execute("VACUUM INTO ?", (str(copy),))
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as taken:
            _clean(taken)
            tables = _tables(taken)
            part = Path(work) / "export.zip"
            with zipfile.ZipFile(part, "x", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
                packed.writestr("README.txt", README)
                packed.writestr("SCHEMA.md", "\n".join(described(taken)))
                packed.write(copy, "barbox.db")
                for table in tables:
                    with packed.open(f"csv/{table}.csv", "w", force_zip64=True) as raw:
                        _write_csv(taken, table, raw)
                    if xlsx:
                        sheet = Path(work) / "table.xlsx"
                        spreadsheet.write(sheet, {table: _rows(taken, table)})
                        packed.write(sheet, f"xlsx/{table}.xlsx")
        part.chmod(0o600)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.rename(target)
    return len(tables)


def _clean(taken: sqlite3.Connection) -> None:
    taken.execute("PRAGMA journal_mode=DELETE")
    present = set(_tables(taken))
    for table in LEFT_OUT:
        if table in present:
            taken.execute(f'DROP TABLE "{table}"')
    for table, column, value in BLANKED:
        if table in present and _has(taken, table, column):
            taken.execute(f'UPDATE "{table}" SET "{column}" = {value}')  # noqa: S608 (constants of this file)
    taken.execute("VACUUM")


def _tables(taken: sqlite3.Connection) -> list[str]:
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
    return [str(name) for (name,) in taken.execute(listed)]


def _has(taken: sqlite3.Connection, table: str, column: str) -> bool:
    return any(row[0] == column for row in taken.execute("SELECT name FROM pragma_table_info(?)", (table,)))


def _write_csv(taken: sqlite3.Connection, table: str, raw: IO[bytes]) -> None:
    text = io.TextIOWrapper(raw, "utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    rows = taken.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the table's own name)
    writer.writerow([column[0] for column in rows.description])
    writer.writerows(_shown(row) for row in rows)
    text.flush()
    text.detach()


def _rows(taken: sqlite3.Connection, table: str) -> Iterator[Sequence[object]]:
    rows = taken.execute(f'SELECT * FROM "{table}"')  # noqa: S608 (the table's own name)
    yield [column[0] for column in rows.description]
    for row in rows:
        yield [_text_or_hex(value) if isinstance(value, bytes) else value for value in row]


def _shown(row: tuple[object, ...]) -> Iterator[object]:
    for value in row:
        if isinstance(value, bytes):
            yield _text_or_hex(value)
        elif isinstance(value, str) and value.startswith(FORMULA):
            yield "'" + value
        else:
            yield value


def _text_or_hex(value: bytes) -> str:
    if value[:1] in (b"{", b"[", b'"'):
        with contextlib.suppress(UnicodeDecodeError):
            return value.decode()
    return value.hex()


if __name__ == "__main__":
    try:
        export(Path(sys.argv[1]), Path(sys.argv[2]), xlsx="--xlsx" in sys.argv)
    except (Broken, OSError, sqlite3.Error) as error:
        sys.exit(str(error))
