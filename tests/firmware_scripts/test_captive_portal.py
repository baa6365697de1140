"""Phones join the box's Wi-Fi and ask whether it leads to the internet."""

import http.client
import threading
from collections.abc import Iterator

import pytest

from firmware_scripts.captive_portal import ALL_WELL, REMEMBERED, Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    server = Portal(("127.0.0.1", 0), "http://10.42.0.1:8080")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def ask(portal: Portal, path: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", portal.server_address[1])
    connection.request("GET", path, headers={"Host": "connectivitycheck.gstatic.com"})
    answer = connection.getresponse()
    try:
        return answer.status, answer.getheader("Location") or "", answer.read().decode()
    finally:
        connection.close()


@pytest.mark.parametrize("question", ALL_WELL)
def test_a_phone_is_shown_the_way_once_and_then_stays(portal: Portal, question: str) -> None:
    status, location, _ = ask(portal, question)
    assert (status, location) == (302, f"http://127.0.0.1:{portal.server_address[1]}/way")
    status, _, page = ask(portal, "/way")
    assert status == 200
    assert page.count("http://10.42.0.1:8080") == 2
    status, _, body = ask(portal, question)
    assert (status, body) == (ALL_WELL[question][0], ALL_WELL[question][1].decode())


def test_any_other_page_leads_to_the_way(portal: Portal) -> None:
    assert ask(portal, "/news?today=1")[0] == 302


def test_the_portal_forgets_the_longest_ago_first(portal: Portal) -> None:
    for guest in range(REMEMBERED + 1):
        portal.remember(f"10.42.{guest // 250}.{guest % 250}")
    assert "10.42.0.0" not in portal.seen
    assert len(portal.seen) == REMEMBERED
