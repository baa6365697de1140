"""No lock-in: an owner takes everything along, and nothing in it opens a door."""

import csv
import io
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from barbox.backup.export import export
from barbox.core.errors import Broken
from barbox.core.journal import verify
from barbox.core.migrations import migrate
from tests.backup.servers import Place
from tests.backup.test_night import add, sell
from tests.bar import Swan


async def test_everything_is_in_the_zip_and_no_secret(quiet_swan: Swan, bucket: Place, tmp_path: Path) -> None:
    await sell(quiet_swan)
    ana = await quiet_swan.sign_in("Ana")
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
