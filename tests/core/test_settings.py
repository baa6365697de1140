"""What a bar decides once: stored, told, and refused where it does not fit."""

from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from barbox import config
from barbox.app import ROOMS
from barbox.core.errors import Broken
from barbox.core.openapi import document
from tests.bar import Swan, open_box

WRONG: list[tuple[dict[str, object], str]] = [
    ({"colour": "red"}, "colour"),
    ({"name": ""}, "name"),
    ({"name": 7}, "name"),
    ({"currency": "euro"}, "currency"),
    ({"language": "fr"}, "language"),
    ({"timezone": "Moon/Base"}, "timezone"),
    ({"timezone": "../../../etc/passwd"}, "timezone"),
    ({"timezone": ""}, "timezone"),
    ({"timezone": "Asia/Shang\x00hai"}, "timezone"),
    ({"cutoff": -1}, "cutoff"),
    ({"cutoff": 1440}, "cutoff"),
    ({"cashRounding": 0}, "cashRounding"),
    ({"cashRounding": 10**30}, "cashRounding"),
    ({"taxIncluded": "yes"}, "taxIncluded"),
    ({"receiptFooter": "x" * 10_000}, "receiptFooter"),
]


async def test_a_setting_that_does_not_fit_is_named_and_nothing_changes(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    before = await ana.get("/api/settings")
    for change, name in WRONG:
        refused = await ana.put("/api/settings", {"address": "Bund 1", **change})
        assert refused.status == 400, change
        assert name in refused["field"] + refused["detail"], refused.body
    assert (await ana.get("/api/settings")).body == before.body


async def test_a_changed_setting_is_in_force_told_and_kept(quiet_swan: Swan, tmp_path: Path) -> None:
    ana = await quiet_swan.sign_in("Ana")
    async with ana.live("rooms=floor") as feed:
        await feed.frame()
        changed = await ana.put("/api/settings", {"name": "Silver Swan", "timezone": "Asia/Tokyo", "cutoff": 300})
        event = await feed.until(lambda each: each["kind"] == "settings.changed")
    assert event["data"] == changed.body == (await ana.get("/api/settings")).body
    venue = await ana.get("/api/venue")
    assert (venue["name"], venue["timezone"], venue["exponent"], venue["currency"]) == (
        "Silver Swan",
        "Asia/Tokyo",
        2,
        "CNY",
    )
    assert quiet_swan.database.days.local(0).hour == 9
    await quiet_swan.running.app.shutdown()
    await quiet_swan.running.app.cleanup()
    async with open_box(tmp_path / "box") as running:
        ana.url = f"http://127.0.0.1:{running.port}"
        assert (await ana.get("/api/settings")).body == changed.body


async def test_currency_and_whether_prices_include_tax_are_settled_with_the_first_order(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.put("/api/settings", {"taxIncluded": False})).status == 200
    assert (await ana.put("/api/settings", {"taxIncluded": True, "currency": "EUR"})).status == 200
    order = await ana.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    tender = {"method": "card", "amount": order["balance"]}
    paid = await ana.post("/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
    refused = await ana.put("/api/settings", {"taxIncluded": False, "name": "Silver Swan"})
    assert (refused.status, refused["code"], refused["field"]) == (409, "settled_by_sales", "taxIncluded")
    refused = await ana.put("/api/settings", {"currency": "JPY"}, Accept_Language="zh-CN")
    assert refused["error"] == "货币 已不能更改：已有订单按现有设置计价，更改会使金额失真"
    assert (
        await ana.put("/api/settings", {"currency": "EUR", "taxIncluded": True, "name": "Silver Swan"})
    ).status == 200
    assert (await ana.get(f"/api/orders/{order['orderId']}")).body == paid["order"]


def test_the_box_is_started_as_file_environment_and_command_line_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "barbox.toml"
    file.write_text('port = 9000\nstore = "north"\nlog_level = "debug"\n', "utf-8")
    monkeypatch.setenv("BARBOX_CONFIG", str(file))
    monkeypatch.setenv("BARBOX_PORT", "9001")
    monkeypatch.setenv("BARBOX_MDNS", "false")
    monkeypatch.setenv("BARBOX_EXTRA_HOSTS", "till.example,bar.example")
    found = config.load({"store": "south", "host": None})
    assert (found.port, found.store, found.log_level, found.mdns) == (9001, "south", "debug", False)
    assert found.extra_hosts == ["till.example", "bar.example"]
    assert found.host == config.Config().host


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 80", "prot"),
        ("port = 70000", "port"),
        ('port = "many"', "port"),
        ('hostname = "Bar Box"', "hostname"),
        ("port = ", "configuration is wrong"),
        ("[server]\nport = 1", "server"),
    ],
)
def test_a_wrong_or_unknown_option_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, named: str
) -> None:
    file = tmp_path / "barbox.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setenv("BARBOX_CONFIG", str(file))
    with pytest.raises(Broken, match=named):
        config.load({})


async def test_the_api_describes_all_of_itself(quiet_swan: Swan) -> None:
    served = (await quiet_swan.tablet.get("/api/openapi.json")).body
    OpenAPIV31SpecValidator(served).validate()
    assert served["openapi"].startswith("3.1")
    operations = {(path, method): each for path, verbs in served["paths"].items() for method, each in verbs.items()}
    assert set(operations) == {(route.path, route.method.lower()) for room in ROOMS for route in room.all}
    names = [each["operationId"] for each in operations.values()]
    assert len(set(names)) == len(names)
    assert all(each["summary"] and each["responses"] for each in operations.values())
    mounted = {
        route.resource.canonical
        for route in quiet_swan.running.app.router.routes()
        if route.resource is not None and route.resource.canonical.startswith("/api/")
    }
    assert mounted <= {path for path, _ in operations}, "no call is served that is not described"


def test_describing_leaves_nothing_undefined() -> None:
    described = document(ROOMS)
    known = set(described["components"]["schemas"])
    text = str(described)
    for part in text.split("'#/components/schemas/")[1:]:
        assert part.partition("'")[0] in known
