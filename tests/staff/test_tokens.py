"""Session tokens: whose they are, how long they are good for, and how nobody notices that they change."""

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import jwt

from barbox.core import secrets
from barbox.core.clock import DAY_MS
from barbox.core.hub import HUB
from barbox.staff import sessions
from barbox.staff.api import SESSIONS
from barbox.staff.tokens import SESSION_MS, TOKEN_MS
from tests.bar import Answer, Swan, Tablet


def later(swan: Swan, ms: int) -> None:
    """Time passes."""
    clock = swan.database.clock
    clock.believed(clock.now() + ms, "owner")


async def as_is(tablet: Tablet, path: str = "/api/orders") -> Answer:
    """Asked with the token it has, not renewed."""
    return await tablet._carry("GET", path, None, {"Authorization": f"Bearer {tablet.token}"})


async def renew(tablet: Tablet, token: str) -> Answer:
    device = Tablet(tablet.http, tablet.url, tablet.device)
    return await device.post("/api/session/renew", {"token": token})


CLAIMS = {"sid": 1, "sub": "1", "exp": 9_999_999_999}


def unsigned(claims: dict[str, Any], named: dict[str, str] | None = None) -> str:
    parts = [json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"} | (named or {}), claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts) + "."


async def test_tokens_that_this_box_did_not_make_are_refused(quiet_swan: Swan, tmp_path: Path) -> None:
    ana, known = await quiet_swan.sign_in("Ana"), secrets.load(tmp_path / "box")
    ours = CLAIMS | {"aud": known.box_id}
    head, body, signature = ana.token.split(".")
    newest = known.session_keys[0]

    def signed(claims: dict[str, Any], key: str = newest.key, kid: str = newest.id, how: str = "HS256") -> str:
        return jwt.encode(claims, key, how, headers={"kid": kid})

    forged = {
        "none": unsigned(ours),
        "none, by our key's name": unsigned(ours, {"kid": newest.id}),
        "unsigned": f"{head}.{body}.",
        "another key": signed(ours, "x" * 64),
        "a key of no name": jwt.encode(ours, newest.key, "HS256"),
        "a key of another name": signed(ours, kid="ffffffff"),
        "another box": signed(CLAIMS | {"aud": "another box"}),
        "no audience": signed(CLAIMS),
        "no session": signed({"sub": "1", "exp": 9_999_999_999, "aud": known.box_id}),
        "no expiry": signed({"sub": "1", "sid": 1, "aud": known.box_id}),
        "a session that is not": signed(ours | {"sid": 999}),
        "a session of words": signed(ours | {"sid": "1 OR 1=1"}),
        "another algorithm": signed(ours, how="HS512"),
        "another body": f"{head}.{unsigned(ours).split('.')[1]}.{signature}",
        "a cut one": ana.token[:-2],
        "garbage": "a.b.c",
        "a device nobody paired": "x" * 43,
        "nothing": "",
        "a space": " ",
        "umlauts": "ü.ü.ü",
    }
    for how, token in forged.items():
        eve = Tablet(ana.http, ana.url, token)
        eve.token = token
        for path in ("/api/menu", "/api/orders", "/api/journal", "/api/live"):
            refused = await eve.get(path)
            assert (refused.status, refused["code"]) == (401, "unauthenticated"), (how, path)
    assert (await ana.get("/api/journal")).status == 200


async def test_a_token_is_good_for_a_quarter_of_an_hour_and_renewed_unseen(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    first = wei.token
    later(quiet_swan, TOKEN_MS - 60_000)
    assert (await as_is(wei)).status == 200
    later(quiet_swan, 61_000)
    over = await as_is(wei)
    assert (over.status, over["code"]) == (401, "token_expired")
    order = await wei.post("/api/orders", {"items": [quiet_swan.item("Tsingtao")]})
    assert order.status == 201, "what was being sent goes out with the new token"
    assert wei.token != first
    renewed = await renew(wei, wei.token)
    assert renewed["staff"]["name"] == "Wei"
    assert "order.place" in renewed["permissions"]


async def test_a_session_ends_after_a_shift_however_often_it_was_renewed(quiet_swan: Swan) -> None:
    wei = await quiet_swan.sign_in("Wei")
    later(quiet_swan, SESSION_MS - 60_000)
    assert (await wei.get("/api/orders")).status == 200
    later(quiet_swan, 61_000)
    ended = await as_is(wei)
    assert (ended.status, ended["code"]) == (401, "unauthenticated")
    assert (await renew(wei, wei.token))["code"] == "unauthenticated"


async def test_an_open_feed_does_not_outlive_its_session(quiet_swan: Swan, monkeypatch: Any) -> None:
    monkeypatch.setattr(sessions, "LOOK_S", 0.05)
    wei = await quiet_swan.sign_in("Wei")
    watching = asyncio.create_task(quiet_swan.running.app[SESSIONS].watch(quiet_swan.running.app[HUB]))
    async with wei.live("rooms=floor") as feed:
        await feed.frame()
        later(quiet_swan, SESSION_MS)
        while feed.socket.close_code is None:
            await feed.socket.receive(timeout=20)
        assert feed.socket.close_code == 4401
    watching.cancel()


async def test_what_was_overheard_is_renewed_on_no_other_tablet(quiet_swan: Swan) -> None:
    wei, thief = await quiet_swan.sign_in("Wei"), await quiet_swan.another_tablet("Thief's")
    assert (await renew(thief, wei.token)).status == 401
    stranger = Tablet(wei.http, wei.url, "x" * 43)
    assert (await renew(stranger, wei.token)).status == 401
    itself = Tablet(wei.http, wei.url, wei.token)
    assert (await itself.post("/api/session/renew", {"token": wei.token})).status == 200, "by whoever holds the tablet"
    assert (await wei.delete("/api/session")).status == 204
    assert (await renew(wei, wei.token)).status == 401, "signed out is signed out"


async def test_keys_change_every_month_and_nobody_is_sent_away(quiet_swan: Swan, tmp_path: Path) -> None:
    tokens, clock = quiet_swan.running.app[SESSIONS].tokens, quiet_swan.database.clock
    (first,) = secrets.load(tmp_path / "box").session_keys
    later(quiet_swan, 30 * DAY_MS)
    wei = await quiet_swan.sign_in("Wei")
    tokens.turn(clock.now())
    second, kept = secrets.load(tmp_path / "box").session_keys
    assert (kept, second.key != first.key) == (first, True)
    assert (await as_is(wei)).status == 200, "signed by the key before"
    bob = await quiet_swan.sign_in("Bob")
    assert jwt.get_unverified_header(bob.token)["kid"] == second.id
    later(quiet_swan, 30 * DAY_MS)
    tokens.turn(clock.now())
    assert [each.id for each in secrets.load(tmp_path / "box").session_keys][1:] == [second.id], (
        "the first is forgotten"
    )
    assert (await as_is(wei)).status == 401
    assert (tmp_path / "box" / "secrets.json").stat().st_mode & 0o777 == 0o600
