"""Whatever is sent, the box answers with a problem document that says what was wrong, and goes on working."""

import asyncio
import gzip
import json
from typing import Any

import pytest

from tests.bar import Answer, Swan, Tablet


def is_problem(answer: Answer, *statuses: int) -> bool:
    """A refusal as the API promises it."""
    assert answer.status in statuses, (answer.status, answer.body)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    document = answer.body
    assert document["status"] == answer.status
    assert all(isinstance(document[each], str) for each in ("type", "title", "code", "detail", "error"))
    assert "Traceback" not in json.dumps(document)
    return True


async def order_raw(tablet: Tablet, body: bytes, **headers: str) -> Answer:
    return await tablet.ask("POST", "/api/orders", body, **headers)


BROKEN_JSON = [
    b"",
    b"{",
    b"nothing",
    b'{"items": [}',
    b'{"items": []} and more',
    b"{'items': []}",
    b"\xff\xfe{\x00}\x00",
    b'{"items": [], "tab": "\xff\xfe"}',
    b'{"items": [], "tab": "\\ud800"}',
    b'{"items": [], "tab": "\\udc00\\ud800"}',
    b'{"items": [{"itemId": NaN}]}',
    b'{"items": [{"itemId": 1, "quantity": Infinity}]}',
    b'{"items": [{"itemId": 1, "quantity": 1e999}]}',
    b'{"items": [{"itemId": 01}]}',
    b"[" * 100_000,
    b'{"items":' * 50_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    b"\x00",
    b"null",
    b"[]",
    b'"order"',
    b"7",
]


@pytest.mark.parametrize("body", BROKEN_JSON, ids=lambda body: repr(body[:30]))
async def test_what_is_not_an_order_is_refused_as_a_problem(quiet_swan: Swan, body: bytes) -> None:
    wei = await quiet_swan.sign_in("Wei")
    assert is_problem(await order_raw(wei, body), 400)
    ana = await quiet_swan.sign_in("Ana")
    assert is_problem(await ana.ask("PUT", "/api/settings", body), 400), "also where any member might be sent"


def line(**more: Any) -> dict[str, Any]:
    return {"items": [{"itemId": 1, **more}]}


WRONG: list[tuple[Any, str]] = [
    ({}, "items"),
    ({"items": None}, "items"),
    ({"items": {}}, "items"),
    ({"items": [7]}, "items[0]"),
    ({"items": [{}]}, "itemId"),
    ({"items": [], "surprise": 1}, "surprise"),
    (line(itemId="1"), "itemId"),
    (line(itemId=1.5), "itemId"),
    (line(itemId=True), "itemId"),
    (line(itemId=0), "itemId"),
    (line(itemId=-1), "itemId"),
    (line(itemId=2**63), "itemId"),
    (line(itemId=10**40), "itemId"),
    (line(itemId=999_999), "itemId"),
    (line(quantity=0), "quantity"),
    (line(quantity=-1), "quantity"),
    (line(quantity=1e9), "quantity"),
    (line(quantity=10**400), "quantity"),
    (line(quantity=0.0001), "quantity"),
    (line(quantity="2"), "quantity"),
    (line(quantity=None), "quantity"),
    (line(modifiers=[1]), "modifiers"),
    (line(modifiers="hot"), "modifiers"),
    (line(modifiers=[2**63]), "modifiers"),
    (line(modifiers=list(range(1, 1000))), "modifiers"),
    (line(seat=0), "seat"),
    (line(seat=10**30), "seat"),
    (line(course=99), "course"),
    (line(note=""), "note"),
    (line(note="x" * 100_000), "note"),
    (line(hold="yes"), "hold"),
    (line(price=1), "price"),
    ({"items": [{"itemId": 1}] * 1000}, "items"),
    (line() | {"tableId": 999}, "tableId"),
    (line() | {"tableId": 2**62}, "tableId"),
    (line() | {"tableId": "T5"}, "tableId"),
    (line() | {"tab": ""}, "tab"),
    (line() | {"tab": "x" * 1000}, "tab"),
    (line() | {"covers": 0}, "covers"),
    (line() | {"covers": 10**9}, "covers"),
    (line() | {"customerInfo": {"name": 7}}, "name"),
    (line() | {"customerInfo": {"ssn": "1"}}, "ssn"),
    (line() | {"customerInfo": "Ming"}, "customerInfo"),
]


async def test_every_wrong_value_is_named_and_nothing_is_ordered(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    seq = quiet_swan.database.seq
    for body, field in WRONG:
        answer = await wei.post("/api/orders", body)
        assert is_problem(answer, 400), body
        assert field in answer["field"] + answer["detail"], (body, answer.body)
    assert quiet_swan.database.seq == seq
    assert (await wei.get("/api/orders"))["orders"] == []


async def test_odd_but_honest_text_is_kept_as_it_was_sent(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for text in ("\x00", "a\x00b", "\x1b@\x1bp0", "\u202eright to left", "🍸" * 20, "'; DROP TABLE orders; --", "{0}"):
        order = await wei.post("/api/orders", {"tab": text, "items": [quiet_swan.item("Negroni", note=text)]})
        assert order.status == 201, order.body
        assert (order["tab"], order["items"][0]["note"]) == (text, text)
        assert (await wei.get(f"/api/orders/{order['orderId']}"))["tab"] == text


async def test_a_large_body_is_refused_before_it_is_read_to_its_end(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    big = json.dumps({"items": [], "tab": "x" * 10_000_000}).encode()
    assert is_problem(await order_raw(wei, big), 413)
    bomb = gzip.compress(big)
    assert len(bomb) < 20_000
    assert is_problem(await order_raw(wei, bomb, Content_Encoding="gzip"), 413), "nor what only unpacks to it"
    assert is_problem(await order_raw(wei, b"not gzip", Content_Encoding="gzip"), 400)
    assert (await wei.get("/api/orders")).status == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_only_json_is_read(quiet_swan: Swan, content_type: str) -> None:
    wei = await quiet_swan.sign_in("Wei")
    body = json.dumps({"items": [quiet_swan.item("Negroni")]}).encode()
    assert is_problem(await order_raw(wei, body, Content_Type=content_type), 415)
    order = await order_raw(wei, body, Content_Type="application/json; charset=utf-8")
    assert order.status == 201
    path = f"/api/orders/{order['orderId']}/bill"
    assert is_problem(await wei.ask("POST", path, b"x=1", Content_Type=content_type), 415)
    assert (await wei.ask("POST", path)).status == 200, "no body, no type"


MISSING = [
    ("GET", "/api/orders/999999"),
    ("GET", "/api/orders/0"),
    ("GET", "/api/orders/99999999999999999999999999"),
    ("GET", "/api/orders/seven"),
    ("GET", "/api/orders/-1"),
    ("GET", "/api/orders/1.0"),
    ("GET", "/api/orders/%00"),
    ("GET", "/api/orders/%ff%fe"),
    ("GET", "/api/nothing"),
    ("GET", "/api/"),
    ("POST", "/api/orders/999999/send"),
    ("POST", "/api/orders/999999/bill"),
    ("POST", "/api/orders/999999999999999/void"),
    ("POST", "/api/orders/999999/receipt"),
    ("DELETE", "/api/menu/products/999999"),
    ("DELETE", "/api/devices/999999"),
    ("DELETE", "/api/staff/999999"),
    ("POST", "/api/print-jobs/999999/reprint"),
]


async def test_what_is_not_there_is_404(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    for method, path in MISSING:
        body = {"reason": "gone"} if path.endswith("void") else {} if method == "POST" else None
        assert is_problem(await ana.ask(method, path, body), 404), path


async def test_odd_methods_are_told_what_is_allowed(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    for method in ("PATCH", "DELETE", "TRACE"):
        async with ana.http.request(method, ana.url + "/api/orders") as answer:
            assert answer.status == 405
            assert {"GET", "POST"} <= set(answer.headers["Allow"].split(","))
            assert answer.content_type == "application/problem+json"


async def test_odd_queries_are_refused(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    for query in (
        "orders?status=gone",
        "orders?limit=0",
        "orders?limit=1e9",
        "orders?limit=99999999999999999999",
        "orders?tableId=T5",
        "orders?tableId=-1",
        "orders?day=yesterday",
        "orders?day=2026-02-30",
        "orders?day=0000-00-00",
        "orders?day=%D9%A2%D9%A0%D9%A2%D9%A6-11-22",
        "orders?day=2026-11-22%0A",
        "journal?since=-1",
        "journal?since=99999999999999999999",
        "journal?limit=5000",
        "menu?areaId=hall",
        "print-jobs?state=lost",
        "live?rooms=vault",
        "live?since=yesterday",
        "live?since=-1",
        "live?since=%D9%A7",
        "live?since=99999999999999999999999",
    ):
        assert is_problem(await ana.get(f"/api/{query}"), 400), query


async def test_a_live_feed_that_is_no_websocket_is_refused(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    assert is_problem(await wei.get("/api/live"), 400)


async def test_keys_that_are_no_keys_are_refused(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for key in ("short", "x" * 65, "", "schlüssel-1"):
        answer = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]}, Idempotency_Key=key)
        assert is_problem(answer, 400)
        assert answer["field"] == "Idempotency-Key"


async def test_refusals_speak_the_readers_language(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    for accepted, sentence in (
        ("zh-CN,zh;q=0.9", "找不到 order 99"),
        ("en", "There is no order 99"),
        ("fr-FR, zh;q=0.5", "找不到 order 99"),
        ("fr", "There is no order 99"),
        ("", "There is no order 99"),
        ("*;q=x,,;", "There is no order 99"),
    ):
        answer = await wei.get("/api/orders/99", Accept_Language=accepted)
        assert answer["error"] == sentence
        assert answer["detail"] == "There is no order 99"


async def test_an_accident_inside_is_a_500_without_a_stack_trace(
    quiet_swan: Swan, monkeypatch: pytest.MonkeyPatch
) -> None:
    wei = await quiet_swan.sign_in("Wei")

    def trip(*_: Any) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("barbox.orders.commands.compose", trip)
    answer = await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})
    assert is_problem(answer, 500)
    assert "secret" not in json.dumps(answer.body)
    monkeypatch.undo()
    assert (await wei.post("/api/orders", {"items": [quiet_swan.item("Negroni")]})).status == 201


async def status_of(swan: Swan, request: bytes) -> int:
    """What is answered to bytes as no honest client sends them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", swan.running.port)
    writer.write(request)
    try:
        async with asyncio.timeout(10):
            return int((await reader.readline()).split(b" ")[1])
    finally:
        writer.close()


async def test_a_line_that_is_no_http_does_not_trouble_the_box(quiet_swan: Swan) -> None:
    for request in (
        b"\x16\x03\x01\x02\x00",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"GET /api/\xff\xfe HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        b"POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
        b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000 + b"\r\n\r\n",
    ):
        assert 400 <= await status_of(quiet_swan, request) < 500, request[:40]
    head = b"GET /api/menu HTTP/1.1\r\nHost: localhost\r\n"
    assert await status_of(quiet_swan, head + b"Authorization: Bearer \xff\xfe.a.b\r\n\r\n") == 401
    assert (await quiet_swan.tablet.get("/api/health")).status == 200


async def test_two_lengths_of_one_body_are_refused(quiet_swan: Swan) -> None:
    smuggled = (
        b"POST /api/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"0\r\n\r\nGET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert await status_of(quiet_swan, smuggled) == 400
