"""The schema that was laid down and the models that speak of it are the same."""

import importlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from barbox.core import migrations
from barbox.core.errors import Broken
from barbox.core.migrations import migrate, schema_version
from barbox.core.models import Table


def all_models() -> list[type[Table]]:
    root = Path(importlib.import_module("barbox").__path__[0])
    for file in (*root.glob("*/models.py"), *root.glob("*/*/models.py")):
        importlib.import_module(".".join(file.relative_to(root.parent).with_suffix("").parts))
    laid = {each for model in Table.__subclasses__() for each in (model, *model.__subclasses__())}
    return sorted(
        (each for each in laid if not each.__name__.startswith("_")), key=lambda model: str(model._meta.table_name)
    )


def test_every_model_fits_its_table(tmp_path: Path) -> None:
    migrate(tmp_path / "barbox.db")
    with closing(sqlite3.connect(tmp_path / "barbox.db")) as connection:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        for model in all_models():
            table = model._meta.table_name
            assert table in tables
            laid = {row[1]: row for row in connection.execute(f"PRAGMA table_info({table})")}
            said = {field.column_name: field for field in model._meta.sorted_fields}
            assert set(said) == set(laid), table
            key = {name for name, row in laid.items() if row[5]}
            keys: tuple[Any, ...] = model._meta.get_primary_keys()  # type: ignore[no-untyped-call]
            assert key == {field.column_name for field in keys}, table
            for name, field in said.items():
                must = bool(laid[name][3] or laid[name][5])
                assert must is not field.null, f"{table}.{name}: one says it may be empty, the other not"
            tables.discard(table)
    assert tables <= {"schema_migration", "sqlite_sequence"}, "a table without a model"


def test_every_table_is_strict_about_its_types(tmp_path: Path) -> None:
    migrate(tmp_path / "barbox.db")
    with closing(sqlite3.connect(tmp_path / "barbox.db")) as connection:
        for name, table, strict in connection.execute("SELECT name, type, strict FROM pragma_table_list"):
            if table == "table" and not name.startswith(("sqlite_", "schema_")):
                assert strict, name


def test_migrating_again_changes_nothing_and_the_file_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "barbox.db"
    first = migrate(path)
    assert first[0] == "0001_open_for_business"
    assert first == sorted(first)
    assert migrate(path) == []
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert schema_version(connection) == first[-1]


def test_data_of_a_newer_release_is_refused_politely(tmp_path: Path) -> None:
    path = tmp_path / "barbox.db"
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(schema_migration)")]
        rest = ", ".join("'9999_from_the_future'" if name == "name" else name for name in columns if name != "id")
        names = ", ".join(name for name in columns if name != "id")
        connection.execute(f"INSERT INTO schema_migration ({names}) SELECT {rest} FROM schema_migration LIMIT 1")  # noqa: S608
        connection.commit()
    with pytest.raises(Broken, match=r"newer release .*9999_from_the_future.*: update Barbox"):
        migrate(path)


def test_products_that_were_counted_become_items_with_all_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tmp_path / "before"
    before.mkdir()
    for script in migrations.FOLDER.glob("0*.py"):
        if script.name < "0011":
            shutil.copy(script, before)
    path = tmp_path / "barbox.db"
    with monkeypatch.context() as then:
        then.setattr(migrations, "FOLDER", before)
        migrate(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("""INSERT INTO tax_rate (id, names, rate) VALUES (1, '{"en":"VAT"}', 600)""")
        connection.execute("INSERT INTO category (id, names, color, sort) VALUES (1, '{}', '', 0)")
        product = "INSERT INTO product (id, category_id, names, price, tax_rate_id, sort) VALUES (?, 1, ?, 2500, 1, 0)"
        connection.executemany(product, [(7, '{"en":"Tsingtao"}'), (8, '{"en":"Negroni"}')])
        connection.execute("INSERT INTO journal VALUES (1, 1790000000000, 20260921, 1, 1, 'x', 'x', x'7b7d', x'00')")
        connection.execute("INSERT INTO stock_level VALUES (7, -1500, 'warn', 6000)")
    migrate(path)
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT id, names ->> 'en', policy, low_at FROM stock_item").fetchall()
        assert kept == [(7, "Tsingtao", "warn", 6000)]
        assert connection.execute("SELECT item_id, on_hand FROM stock_level").fetchall() == [(7, -1500)]
        moved = "SELECT item_id, sum(quantity), min(business_day) FROM stock_move"
        assert connection.execute(moved).fetchall() == [(7, -1500, 20260921)]
        takes = "SELECT product_id, l.item_id, takes FROM recipe JOIN recipe_line l ON recipe_id = id"
        assert connection.execute(takes).fetchall() == [(7, 7, 1000)]
        with pytest.raises(sqlite3.IntegrityError, match="only grows"):
            connection.execute("UPDATE stock_move SET quantity = 0")
