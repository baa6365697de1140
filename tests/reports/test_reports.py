"""The owner on Sunday: three weeks of a believable bar, and each figure can be asked what it is made of."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from openpyxl import load_workbook

from barbox.app import make_app, opened
from barbox.config import load
from barbox.demo import pages, sample
from barbox.demo.bar import fill, open_for_business
from barbox.demo.desk import Desk
from tests.demo.test_bar import signed_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
WEEKS = 3


class Owner:
    """Somebody who reads reports."""

    def __init__(self, http: aiohttp.ClientSession, headers: dict[str, str]) -> None:
        self.http = http
        self.headers = headers
        self.first = (datetime.now(UTC) - timedelta(days=7 * WEEKS + 2)).date().isoformat()

    async def ask(self, path: str, **query: Any) -> Any:
        asked = {"from": self.first} | {name: str(value) for name, value in query.items()}
        async with self.http.get(path, params=asked, headers=self.headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sales(self, by: str, **query: Any) -> Any:
        return await self.ask("/api/reports/sales", by=by, **query)

    async def behind(self, of: str, key: str = "", **query: Any) -> list[Any]:
        """All orders behind a figure, page by page."""
        found: list[Any] = []
        while True:
            more = {"before": found[-1]["cursor"]} if found else {}
            page = await self.ask("/api/reports/orders", of=of, key=key, limit=200, **more, **query)
            found += page["orders"]
            if len(page["orders"]) < 200:
                return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Owner]:
    data: Path = tmp_path_factory.mktemp("bar")
    with Desk(sample.load()).switched_on() as desk:
        await fill(data, desk, WEEKS)
        config = load({"data": str(data), "host": "127.0.0.1", "port": 0, "mdns": False})
        app = make_app(config, extend=lambda app: pages.mount(app, desk))
        async with opened(app) as running:
            bar = await open_for_business(app, desk)
            async with aiohttp.ClientSession(f"http://127.0.0.1:{running.port}") as http:
                yield Owner(http, await signed_in(http, bar, "manager"))


async def test_all_ways_to_look_at_the_same_sales_come_to_the_same(owner: Owner) -> None:
    whole = (await owner.sales("day"))["total"]
    assert whole["orders"] > 500
    for by in ("hour", "day", "week", "month", "staff", "table", "area"):
        rows = (await owner.sales(by))["rows"]
        for figure in ("total", "net", "orders", "covers", "amount", "discount", "comped"):
            assert sum(row[figure] for row in rows) == whole[figure], (by, figure)
    for by in ("product", "category"):
        rows = (await owner.sales(by))["rows"]
        assert sum(row["amount"] for row in rows) == whole["amount"]
        assert sum(row["discount"] for row in rows) == whole["discount"]
    for by in ("tender", "tax"):
        assert sum(row["total"] for row in (await owner.sales(by))["rows"]) == whole["total"]
    heat = (await owner.ask("/api/reports/heatmap"))["cells"]
    assert sum(cell["total"] for cell in heat) == whole["total"]
    assert {cell["days"] for cell in heat} == {WEEKS}
    days = [row["key"] for row in (await owner.sales("day"))["rows"]]
    assert len(days) == 7 * WEEKS
    assert days == sorted(days)


@pytest.mark.parametrize("by", ["hour", "product", "category", "staff", "table", "area", "tender", "tax"])
async def test_each_figure_is_made_of_the_orders_behind_it(owner: Owner, by: str) -> None:
    rows = (await owner.sales(by))["rows"]
    for row in (rows[0], rows[-1]):
        figure = row["amount"] if by in ("product", "category") else row["total"]
        assert sum(each["amount"] for each in await owner.behind(by, row["key"])) == figure


async def test_an_hour_of_the_heat_map_and_the_whole_are_made_of_orders_too(owner: Owner) -> None:
    whole = (await owner.sales("day"))["total"]
    everything = await owner.behind("total")
    assert sum(each["amount"] for each in everything) == whole["total"]
    assert len(everything) == whole["orders"]
    cell = max((await owner.ask("/api/reports/heatmap"))["cells"], key=lambda each: each["total"])
    behind = await owner.behind("weekday", f"{cell['weekday']}-{cell['hour']}")
    assert (len(behind), sum(each["amount"] for each in behind)) == (cell["orders"], cell["total"])


async def test_what_was_given_away_is_told_by_whom_and_why(owner: Owner) -> None:
    rows = (await owner.ask("/api/reports/deductions"))["rows"]
    assert {row["kind"] for row in rows} == {"void", "comp", "discount"}
    whole = (await owner.sales("day"))["total"]
    assert sum(row["amount"] for row in rows if row["kind"] == "discount") == whole["discount"]
    assert sum(row["amount"] for row in rows if row["kind"] == "comp") == whole["comped"]
    for row in rows[:3]:
        behind = await owner.behind(row["kind"], f"{row['staffId']}:{row['reason']}")
        assert (len(behind), sum(each["amount"] for each in behind)) == (row["count"], row["amount"])
        assert {each["reason"] for each in behind} == {row["reason"]}


async def test_the_happy_hour_says_what_it_gave_and_what_it_moved(owner: Owner) -> None:
    (rule,) = (await owner.ask("/api/reports/happy-hours"))["rules"]
    assert rule["names"]["en"] == "Happy hour"
    assert rule["given"] == rule["regularAmount"] - rule["amount"]
    assert 0.15 < rule["given"] / rule["regularAmount"] < 0.25
    assert 0 < rule["hoursShare"] < 10_000
    assert 0 < rule["otherShare"] < 10_000
    behind = await owner.behind("rule", rule["ruleId"])
    assert sum(each["amount"] for each in behind) == rule["amount"]


async def test_the_menu_is_sorted_into_stars_and_dogs_only_where_costs_are_known(owner: Owner) -> None:
    menu = await owner.ask("/api/reports/menu")
    assert menu["products"]
    assert menu["costsKnown"] == sum(each["cost"] is not None for each in menu["products"])
    for each in menu["products"]:
        assert (each["kind"] is None) == (each["cost"] is None)
    assert any(each["popular"] for each in menu["products"])


async def test_last_time_is_as_many_days_before_on_the_same_weekdays(owner: Owner) -> None:
    days = {row["key"]: row["total"] for row in (await owner.sales("day"))["rows"]}
    last = max(days)
    week_before = (datetime.fromisoformat(last) - timedelta(days=7)).date().isoformat()
    one = await owner.sales("hour", **{"from": last, "to": last})
    assert one["total"]["total"] == days[last]
    assert one["lastTime"]["total"] == days[week_before]
    two_before = (datetime.fromisoformat(last) - timedelta(days=14)).date().isoformat()
    assert one["usually"]["total"] == round((days[week_before] + days[two_before]) / 2)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "2026-02-30"}, "from"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "2001-01-01", "to": "2026-01-01"}, "to"),
        ({"of": "hour", "key": "noon"}, "key"),
        ({"of": "tax", "key": "1"}, "key"),
    ],
)
async def test_odd_questions_are_answered_with_what_is_odd(owner: Owner, query: dict[str, str], field: str) -> None:
    async with owner.http.get("/api/reports/orders", params=query, headers=owner.headers) as answer:
        assert answer.status == 400
        assert (await answer.json())["field"] == field


async def test_the_morning_report_is_yesterday_and_every_figure_can_be_clicked(owner: Owner) -> None:
    async with owner.http.get("/api/reports/morning", headers=owner.headers) as answer:
        morning = await answer.json()
    day = morning["businessDay"]
    assert day == max(row["key"] for row in (await owner.sales("day"))["rows"])
    span = {"from": day, "to": day}
    of_day = await owner.sales("day", **span)
    for name in ("total", "lastTime", "usually"):
        assert morning[name] == of_day[name]
    everything = await owner.behind("total", **span)
    assert sum(each["amount"] for each in everything) == morning["total"]["total"]
    for of, rows in (("hour", "hours"), ("staff", "staff"), ("tender", "tenders")):
        assert sum(row["total"] for row in morning[rows]) == morning["total"]["total"]
        for row in morning[rows]:
            assert sum(each["amount"] for each in await owner.behind(of, row["key"], **span)) == row["total"]
    for row in morning["products"]:
        behind = await owner.behind("product", row["key"], **span)
        assert sum(each["amount"] for each in behind) == row["amount"]
    for row in morning["deductions"]:
        behind = await owner.behind(row["kind"], f"{row['staffId']}:{row['reason']}", **span)
        assert sum(each["amount"] for each in behind) == row["amount"]
    (drawer,) = morning["drawers"]
    assert drawer["overShort"] == drawer["counted"] - drawer["expected"]
    assert "no_backup" in {each["code"] for each in morning["alarms"]}
    assert "day_not_closed" not in {each["code"] for each in morning["alarms"]}
    assert morning["bookedCovers"] == sum(each["covers"] for each in morning["bookings"]) > 0


REPORTS = ("sales", "heatmap", "deductions", "happy-hours", "menu", "pour-cost", "morning")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("report", REPORTS)
async def test_each_report_can_be_taken_away(owner: Owner, report: str, language: str) -> None:
    asked = {"from": owner.first, "language": language} if report != "morning" else {"language": language}
    files = {}
    for kind in ("csv", "xlsx", "pdf"):
        path = f"/api/reports/{report}/file"
        async with owner.http.get(path, params={**asked, "format": kind}, headers=owner.headers) as answer:
            assert answer.status == 200, await answer.text()
            assert f".{kind}" in answer.headers["Content-Disposition"]
            files[kind] = await answer.read()
    table = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(files["xlsx"])).active
    assert sheet is not None
    assert len(table) == sheet.max_row > 2
    assert len({len(row) for row in table}) == 1
    assert [str(cell.value) for cell in sheet[1]] == table[0]
    assert files["pdf"].startswith(b"%PDF-")
    assert (("时" in "".join(map("".join, table))) or report != "heatmap") or language == "en"


async def test_a_file_comes_to_what_the_report_says(owner: Owner) -> None:
    asked = {"from": owner.first, "by": "staff", "language": "en"}
    async with owner.http.get("/api/reports/sales/file", params=asked, headers=owner.headers) as answer:
        table = list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    *people, whole = [Decimal(row["Total"]) for row in table]
    assert sum(people) == whole == Decimal((await owner.sales("staff"))["total"]["total"]) / 100


async def test_a_report_there_is_none_of_cannot_be_taken_away(owner: Owner) -> None:
    async with owner.http.get("/api/reports/gossip/file", headers=owner.headers) as answer:
        assert answer.status == 404
