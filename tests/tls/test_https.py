"""HTTPS as tablets meet it: switched on by the owner, trusted by its authority, never in the way of plain HTTP."""

import asyncio
import plistlib
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from barbox.core.http import DATABASE
from barbox.core.settings import change_venue
from barbox.tls import listener
from barbox.tls.listener import DOORWAY
from tests.bar import PINS, Swan, Tablet


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "LOOK_S", 0.05)


async def until(true: Any) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 (what is waited for has no event of its own)
            await asyncio.sleep(0.02)


@pytest.fixture
async def secure(quiet_swan: Swan) -> AsyncIterator[Swan]:
    """The bar, with HTTPS switched on and a certificate for the loopback."""
    doorway = quiet_swan.running.app[DOORWAY]
    doorway.addresses = lambda: ("127.0.0.1",)
    ana = await quiet_swan.sign_in("Ana")
    assert (await ana.put("/api/settings", {"https": True})).status == 200
    await until(lambda: doorway.port)
    yield quiet_swan


def trusting(der: bytes) -> ssl.SSLContext:
    """A tablet that has installed this authority and trusts no other."""
    pem = x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode()
    return ssl.create_default_context(cadata=pem)


async def authority_of(swan: Swan) -> bytes:
    async with swan.http.get(swan.tablet.url + "/trust/barbox.crt") as answer:
        assert answer.content_type == "application/x-x509-ca-cert"
        return await answer.read()


async def test_a_tablet_that_trusts_the_box_works_by_https(secure: Swan) -> None:
    url = f"https://127.0.0.1:{secure.running.app[DOORWAY].port}"
    context = trusting(await authority_of(secure))
    headers = {"Authorization": f"Bearer {secure.tablet.device}", "Origin": url}
    async with secure.http.post(
        f"{url}/api/session", json={"pin": PINS["Wei"]}, headers=headers, ssl=context
    ) as answer:
        token = (await answer.json())["token"]
    protocols = ("barbox", f"bearer.{token}")
    async with secure.http.ws_connect(
        f"{url}/api/live", protocols=protocols, headers={"Origin": url}, ssl=context
    ) as feed:
        wei = Tablet(secure.http, secure.tablet.url, token)
        order = await wei.post("/api/orders", {"items": [secure.item("Tsingtao")]})
        assert order.status == 201, "and plain HTTP stays"
        heard: list[Any] = []
        while f"order:{order['orderId']}" not in heard:
            heard += [event["subject"] for event in (await feed.receive_json(timeout=10))["events"]]


async def test_who_does_not_trust_the_box_does_not_get_in(secure: Swan) -> None:
    url = f"https://127.0.0.1:{secure.running.app[DOORWAY].port}/api/health"
    with pytest.raises(Exception, match="certificate verify failed"):
        await secure.http.get(url)
    with pytest.raises(Exception, match=r"(?i)hostname|mismatch"):
        await secure.http.get(url.replace("127.0.0.1", "localhost"), ssl=trusting(await authority_of(secure)))


async def test_the_page_tells_what_to_install_and_how_to_know_it(secure: Swan) -> None:
    async with secure.http.get(secure.tablet.url + "/api/trust") as answer:
        told = await answer.json()
    certificate = x509.load_der_x509_certificate(await authority_of(secure))
    assert told["fingerprint"].replace(":", "") == certificate.fingerprint(hashes.SHA256()).hex().upper()
    port = secure.running.app[DOORWAY].port
    assert told["secure"] == [f"https://127.0.0.1:{port}", f"https://barbox.local:{port}"]
    assert told["page"].endswith("/trust")
    assert told["qrSvg"].startswith("<svg")
    async with secure.http.get(secure.tablet.url + "/trust/barbox.mobileconfig") as answer:
        assert answer.content_type == "application/x-apple-aspen-config"
        profile = plistlib.loads(await answer.read())
    (root,) = profile["PayloadContent"]
    assert x509.load_der_x509_certificate(root["PayloadContent"]) == certificate
    assert told["name"] in certificate.subject.rfc4514_string()


async def test_a_new_address_is_served_without_a_restart_and_nobody_hangs_up(secure: Swan) -> None:
    doorway = secure.running.app[DOORWAY]
    context = trusting(await authority_of(secure))
    url = f"https://127.0.0.1:{doorway.port}"
    wei = await secure.sign_in("Wei")
    protocols = ("barbox", f"bearer.{wei.token}")
    async with secure.http.ws_connect(f"{url}/api/live", protocols=protocols, ssl=context) as feed:
        await feed.receive_json(timeout=10)
        before = doorway.authority.leaf().serial_number
        doorway.addresses = lambda: ("127.0.0.1", "192.168.77.5")
        await until(lambda: doorway.authority.leaf().serial_number != before)

        async def served() -> str:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", doorway.port, ssl=context, server_hostname="127.0.0.1"
            )
            der = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            writer.close()
            return str(x509.load_der_x509_certificate(der).extensions)

        async with asyncio.timeout(20):
            while "192.168.77.5" not in await served():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert not feed.closed
    assert (await secure.http.get(f"{url}/api/health", ssl=context)).status == 200


async def test_it_is_the_owners_choice(quiet_swan: Swan, tmp_path: Path) -> None:
    doorway = quiet_swan.running.app[DOORWAY]
    async with quiet_swan.http.get(quiet_swan.tablet.url + "/api/trust") as answer:
        assert (await answer.json())["secure"] == []
    assert (await quiet_swan.tablet.get("/trust/barbox.crt")).status == 404
    assert not (tmp_path / "box" / "tls").exists(), "no keys before they are needed"
    for wish in (True, False, True):
        await quiet_swan.running.app[DATABASE].write(change_venue, {"https": wish})
        await until(lambda wish=wish: bool(doorway.port) is wish)
