"""A tablet whose box moved finds it again, and no other machine passes for it."""

import hashlib
import hmac

from tests.bar import Swan

NONCE = "0123456789abcdef0123456789abcdef"


async def proof_of(swan: Swan, device: int) -> str:
    async with swan.http.get(
        f"{swan.tablet.url}/api/known?device={device}&nonce={NONCE}", headers={"Origin": "http://10.0.0.9:8080"}
    ) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == "*", "the page that asks lies at the old address"
        proof: str = (await answer.json())["proof"]
        return proof


async def test_the_box_proves_that_it_knows_the_tablet(quiet_swan: Swan) -> None:
    key = hashlib.sha256(quiet_swan.tablet.device.encode()).digest()
    expected = hmac.new(key, b"barbox:" + NONCE.encode(), hashlib.sha256).hexdigest()
    assert await proof_of(quiet_swan, 1) == expected


async def test_of_a_device_it_does_not_know_it_tells_nothing(quiet_swan: Swan) -> None:
    ana = await quiet_swan.sign_in("Ana")
    lost = await quiet_swan.another_tablet("Lost")
    before = await proof_of(quiet_swan, 2)
    assert (await ana.delete("/api/devices/2")).status == 204
    assert await proof_of(quiet_swan, 2) != before, "a revoked tablet is no longer known"
    assert len(await proof_of(quiet_swan, 999)) == 64
    assert (await lost.get("/api/known?device=1&nonce=short")).status == 400
