"""No lock-in: an owner takes everything along, and nothing in it opens a door."""

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from barbox.backup.export.everything import export
from barbox.core.errors import Broken
from barbox.core.journal import verify
from barbox.core.migrations import migrate
from tests.backup.servers import Place
from tests.backup.test_night import add, make_key, sell
from tests.bar import Swan


async def test_everything_is_in_the_zip_and_no_secret(quiet_swan: Swan, bucket: Place, tmp_path: Path) -> None:
    await sell(quiet_swan)
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, bucket, "=HYPERLINK(evil)")
    answer = await ana.get("/api/backups/export")
    assert answer.status == 200 and answer.headers["Content-Type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(answer.body))
    orders = list(csv.DictReader(io.StringIO(packed.read("csv/orders.csv").decode())))
    assert [order["number"] for order in orders] == ["1", "2", "3"]
    target = next(csv.DictReader(io.StringIO(packed.read("csv/backup_target.csv").decode())))
    assert target["name"] == "'=HYPERLINK(evil)"
    (tmp_path / "taken.db").write_bytes(packed.read("barbox.db"))
    with closing(sqlite3.connect(tmp_path / "taken.db")) as taken:
        verify(taken)
        assert taken.execute("SELECT COUNT(*) FROM orders").fetchone() == (3,)
        assert taken.execute("SELECT MAX(pin_hash) FROM staff").fetchone() == ("",)
    assert b"argon2" not in packed.read("barbox.db") and b"testsecret123" not in packed.read("barbox.db")
    assert "csv/session.csv" not in packed.namelist()
    assert (await (await quiet_swan.sign_in("Wei")).get("/api/backups/export")).status == 403
    assert not list(tmp_path.glob("box/export-*"))  # noqa: ASYNC240


def test_an_export_overwrites_nothing(tmp_path: Path) -> None:
    migrate(tmp_path / "barbox.db")
    assert export(tmp_path / "barbox.db", tmp_path / "all.zip") > 10
    with pytest.raises(Broken, match="nothing is written over"):
        export(tmp_path / "barbox.db", tmp_path / "all.zip")
    with pytest.raises(Broken, match="there is no"):
        export(tmp_path / "none.db", tmp_path / "other.zip")


async def test_every_table_is_explained_and_comes_as_a_spreadsheet_where_asked(
    quiet_swan: Swan, bucket: Place, tmp_path: Path
) -> None:
    await sell(quiet_swan)
    ana = await quiet_swan.sign_in("Ana")
    await make_key(ana)
    await add(ana, bucket, "=HYPERLINK(evil)")
    answer = await ana.get("/api/backups/export?xlsx=true")
    assert answer.status == 200, answer.body
    packed = zipfile.ZipFile(io.BytesIO(answer.body))
    schema = packed.read("SCHEMA.md").decode()
    tables = [name[4:-4] for name in packed.namelist() if name.startswith("csv/")]
    assert len(tables) > 40, "those of every room"
    for table in tables:
        purpose = schema.partition(f"## {table}\n\n")[2].partition("\n")[0]
        assert purpose, f"nobody says what {table} is for"
    assert "| order_id | INTEGER | key |" in schema and "minor unit" in schema
    orders = load_workbook(io.BytesIO(packed.read("xlsx/orders.xlsx"))).active
    assert _rows(orders)[0][0] == "id" and len(_rows(orders)) == 4
    targets: Any = load_workbook(io.BytesIO(packed.read("xlsx/backup_target.xlsx"))).active
    assert "=HYPERLINK(evil)" in _rows(targets)[1], "text, not a formula"
    assert all(cell.data_type != "f" for row in targets.iter_rows() for cell in row)


def _rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


async def test_the_accountant_gets_each_days_totals_and_they_agree(quiet_swan: Swan) -> None:
    bob, max_ = await quiet_swan.sign_in("Bob"), await quiet_swan.sign_in("Max")
    await bob.post("/api/drawers/1/open", {"float": 10000})
    for name, method in (("Negroni", "cash"), ("Fries", "card")):
        order = await bob.post("/api/orders", {"tab": name, "items": [quiet_swan.item(name)]})
        total = order["totalAmount"]
        paid = await bob.post(
            "/api/payments", {"orderId": order["orderId"], "tenders": [{"method": method, "amount": total}]}
        )
        assert paid.status in (200, 201), paid.body
    day = (await bob.get("/api/venue"))["businessDay"]
    answer = await max_.get(f"/api/backups/accounts?first={day}&last={day}")
    assert answer.status == 200, answer.body
    book = load_workbook(io.BytesIO(answer.body))
    taxes, tenders = (_rows(book[name]) for name in ("taxes", "tenders"))
    assert taxes[0][:3] == ("Day", "Tax", "Rate %") and taxes[1][:3] == (day, "VAT", 6)
    assert taxes[1][5] == pytest.approx(90.00) and taxes[1][3] + taxes[1][4] == pytest.approx(90.00)
    assert [(row[1], row[4]) for row in tenders[1:]] == [("card", 22), ("cash", 68)]
    told = await max_.get(f"/api/backups/accounts?first={day}&last={day}&format=csv&part=tenders", Accept_Language="zh")
    lines = list(csv.reader(io.StringIO(told.body.decode("utf-8-sig"))))
    assert lines[0][0] == "日期" and [day, "现金", "收款", "1", "68.00", "0.00", "0.00"] in lines
    assert (await max_.get("/api/backups/accounts?first=2026-02-30&last=2026-03-01")).status == 400
    assert (await max_.get(f"/api/backups/accounts?first={day}&last=2020-01-01")).status == 400
    assert (await bob.get(f"/api/backups/accounts?first={day}&last={day}")).status == 403
