"""Who may knock: the box answers to its own names, and to no page but its own."""

import asyncio
import json
from pathlib import Path

from tests.bar import Swan, open_box

JSON = "Content-Type: application/json"


async def knock(swan: Swan, line: str, *headers: str, body: str = "") -> tuple[int, dict[str, str]]:
    """One request as written; the status and headers of the answer. PORT stands for the box's port."""
    port = str(swan.running.port)
    if body:
        headers = (*headers, f"Content-Length: {len(body)}")
    token = f"Authorization: Bearer {swan.tablet.token}"
    text = "\r\n".join([f"{line} HTTP/1.1", *headers, token, "", body]).replace("PORT", port)
    reader, writer = await asyncio.open_connection("127.0.0.1", swan.running.port)
    writer.write(text.encode("latin-1"))
    try:
        async with asyncio.timeout(10):
            status = int((await reader.readline()).split(b" ")[1])
            answered: dict[str, str] = {}
            while line := (await reader.readline()).decode().strip():
                name, _, value = line.partition(": ")
                answered[name] = value
            return status, answered
    finally:
        writer.close()


OURS = "Host: 127.0.0.1:PORT"
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)

MATRIX: list[tuple[str, int, str, tuple[str, ...], str]] = [
    ("a tablet by address", 200, "GET /api/health", (OURS,), ""),
    ("by its .local name", 200, "GET /api/health", ("Host: barbox.local:PORT",), ""),
    ("whatever the case", 200, "GET /api/health", ("Host: BarBox.Local",), ""),
    ("on the box itself", 200, "GET /api/health", ("Host: localhost:PORT",), ""),
    ("by IPv6", 200, "GET /api/health", ("Host: [::1]:PORT",), ""),
    ("a rebound name", 421, "GET /api/health", ("Host: evil.example",), ""),
    ("a rebound name with our port", 421, "POST /api/orders", ("Host: evil.example:PORT", JSON), "{}"),
    ("a name that begins like ours", 421, "GET /api/health", ("Host: localhost.evil.example",), ""),
    ("a name that ends like ours", 421, "GET /api/health", ("Host: evil-barbox.local",), ""),
    ("a name that is no name", 421, "GET /api/health", ("Host: [::",), ""),
    ("a name of strange bytes", 421, "GET /api/health", ("Host: b\xff\xferbox.local",), ""),
    ("an empty name", 421, "GET /api/health", ("Host:",), ""),
    ("no name", 400, "GET /api/health", (), ""),
    ("two names", 400, "GET /api/health", (OURS, "Host: evil.example"), ""),
    ("a line that names another", 421, "GET http://evil.example/api/health", (OURS,), ""),
    ("our own page", 200, "POST /api/session", (OURS, "Origin: http://127.0.0.1:PORT", JSON), '{"pin":"205948"}'),
    ("no page at all", 200, "POST /api/session", (OURS, JSON), '{"pin":"205948"}'),
    ("another page", 403, "POST /api/session", (OURS, "Origin: http://evil.example", JSON), '{"pin":"205948"}'),
    ("a page of no origin", 403, "POST /api/session", (OURS, "Origin: null", JSON), '{"pin":"205948"}'),
    ("another port's page", 403, "POST /api/session", (OURS, "Origin: http://127.0.0.1:1", JSON), '{"pin":"205948"}'),
    ("a broken origin", 403, "POST /api/session", (OURS, "Origin: http://[", JSON), '{"pin":"205948"}'),
    ("another page's DELETE", 403, "DELETE /api/session", (OURS, "Origin: http://evil.example"), ""),
    ("another page that only looks", 200, "GET /api/health", (OURS, "Origin: http://evil.example"), ""),
    ("a form", 415, "POST /api/session", (OURS, "Content-Type: text/plain"), '{"pin":"205948"}'),
    ("no type", 415, "POST /api/session", (OURS,), '{"pin":"205948"}'),
    ("a feed for another page", 403, "GET /api/live", (OURS, "Origin: http://evil.example", *UPGRADE), ""),
    ("a feed for a page of no origin", 403, "GET /api/live", (OURS, "Origin: null", *UPGRADE), ""),
    ("a feed for nobody signed in", 401, "GET /api/live", (OURS, "Origin: http://127.0.0.1:PORT", *UPGRADE), ""),
]


async def test_who_may_knock(quiet_swan: Swan) -> None:
    found = {}
    for who, _, line, headers, body in MATRIX:
        found[who], answered = await knock(quiet_swan, line, *headers, body=body)
        if found[who] > 400:  # 400 is said by the HTTP parser already
            assert answered["Content-Type"] == "application/problem+json", who
        assert "Access-Control-Allow-Origin" not in answered, "no other page may read it"
        if found[who] != 400:
            assert answered["X-Content-Type-Options"] == "nosniff", who
    assert found == {who: status for who, status, *_ in MATRIX}


async def test_our_own_page_gets_its_feed(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    origin = {"Origin": wei.url}
    async with wei.http.ws_connect(
        f"{wei.url}/api/live", protocols=("barbox", f"bearer.{wei.token}"), headers=origin
    ) as socket:
        assert socket.protocol == "barbox"
        assert "seq" in await socket.receive_json(timeout=10)


async def test_a_page_elsewhere_may_not_ask_what_it_may_do(quiet_swan: Swan) -> None:
    status, answered = await knock(
        quiet_swan,
        "OPTIONS /api/orders",
        OURS,
        "Origin: http://evil.example",
        "Access-Control-Request-Method: POST",
    )
    assert status == 405
    assert not any(name.startswith("Access-Control") for name in answered)


async def test_a_box_may_be_given_further_names(tmp_path: Path, quiet_swan: Swan) -> None:
    async with open_box(tmp_path / "other", extra_hosts=["Till.Bar.Example"]) as running:
        url = f"http://127.0.0.1:{running.port}/api/health"
        async with quiet_swan.http.get(url, headers={"Host": "till.bar.example"}) as answer:
            assert answer.status == 200
        async with quiet_swan.http.get(url, headers={"Host": "bar.example"}) as answer:
            assert answer.status == 421
            problem = json.loads(await answer.read())
            assert problem["code"] == "misdirected"


async def test_pages_are_framed_by_nobody_and_tell_nobody_where_they_were(quiet_swan: Swan) -> None:
    async with quiet_swan.http.get(quiet_swan.tablet.url + "/") as page:
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["X-Content-Type-Options"] == "nosniff"


async def test_answers_with_data_are_kept_nowhere(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    for path in ("orders", "staff", "session/people", "journal", "settings", "devices", "roles", "nowhere"):
        assert (await ana.get(f"/api/{path}")).headers["Cache-Control"] == "no-store", path
    assert (await ana.get("/api/menu")).headers["Cache-Control"] == "no-cache", (
        "asked for again, mostly answered by 304"
    )


async def test_an_answer_is_the_same_on_a_line_that_stays_and_on_one_that_ends(quiet_swan: Swan) -> None:
    asked = f"GET /api/health HTTP/%s\r\nHost: 127.0.0.1:{quiet_swan.running.port}\r\n%s\r\n"
    staying, closing = asked % ("1.1", ""), asked % ("1.1", "Connection: close\r\n")
    old, old_staying = asked % ("1.0", ""), asked % ("1.0", "Connection: keep-alive\r\n")
    for line in ((staying, staying, closing), (closing,), (old,), (old_staying, old)):
        reader, writer = await asyncio.open_connection("127.0.0.1", quiet_swan.running.port)
        writer.write("".join(line).encode())
        async with asyncio.timeout(10):
            answers = (await reader.read()).split(b"HTTP/1.")[1:]  # to the end: the box hangs up after the last
        writer.close()
        assert len(answers) == len(line)
        for answer in answers:
            head, _, body = answer.partition(b"\r\n\r\n")
            for said in (b" 200 OK", b"application/json", b"no-store", b"nosniff", b"Date: ", b"Server: "):
                assert said in head, line
            assert f"Content-Length: {len(body)}".encode() in head
            assert json.loads(body)["status"] == "ok"
