"""What is not signed by a trusted key, not whole, not newer or not for this machine does not get in."""

import io
import json
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from aiohttp import web

from barbox.core.errors import Broken
from barbox.updates import bundle, minisign, shelf, staging
from barbox.updates.bundle import Manifest
from barbox.updates.slots import whole
from tests.bar import Swan
from tests.updates.machine import PYTHON

KEY = minisign.make()


def packed(tmp_path: Path, **about: object) -> Path:
    tree = tmp_path / "tree"
    (tree / "lib").mkdir(parents=True, exist_ok=True)
    (tree / "lib" / "bar.py").write_text("OPEN = True\n")
    manifest = Manifest(version="0.2.0", released="2026-12-01", machine="any", python=PYTHON, size=0, files={})
    manifest = msgspec.structs.replace(manifest, **about)
    out = tmp_path / "barbox-0.2.0.barbox"
    bundle.pack(tree, out, KEY, manifest)
    return out


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> io.BytesIO:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    out.seek(0)
    return out


def test_what_was_packed_comes_out_whole(tmp_path: Path) -> None:
    with packed(tmp_path).open("rb") as file, bundle.opened(file, [KEY.trusted]) as opened:
        opened.unpack(tmp_path / "release")
    assert (tmp_path / "release/lib/bar.py").read_text() == "OPEN = True\n"
    assert whole(tmp_path / "release")
    (tmp_path / "release/lib/bar.py").write_text("OPEN = False\n")
    assert not whole(tmp_path / "release")


def alter_the_manifest(members: dict[str, bytes]) -> None:
    members[bundle.MANIFEST] = members[bundle.MANIFEST].replace(b"0.2.0", b"9.2.0")


def alter_the_comment(members: dict[str, bytes]) -> None:
    members[bundle.SIGNATURE] = members[bundle.SIGNATURE].replace(b"barbox 0.2.0", b"barbox 9.2.0")


def alter_a_file(members: dict[str, bytes]) -> None:
    members["lib/bar.py"] = b"OPEN = None\n"


def lose_a_file(members: dict[str, bytes]) -> None:
    del members["lib/bar.py"]


def lose_the_signature(members: dict[str, bytes]) -> None:
    del members[bundle.SIGNATURE]


@pytest.mark.parametrize("harm", [alter_the_manifest, alter_the_comment, alter_a_file, lose_a_file, lose_the_signature])
def test_a_bundle_that_was_altered_is_refused(tmp_path: Path, harm: Callable[[dict[str, bytes]], None]) -> None:
    altered = rewritten(packed(tmp_path), harm)
    with pytest.raises(Broken), bundle.opened(altered, [KEY.trusted]) as opened:
        opened.unpack(tmp_path / "release")


def test_a_strangers_bundle_is_refused_and_without_keys_every_one_is(tmp_path: Path) -> None:
    for keys in ([minisign.make().trusted], []):
        with packed(tmp_path).open("rb") as file, pytest.raises(Broken, match="trust"), bundle.opened(file, keys):
            pass


@pytest.mark.parametrize("name", ["../etc/passwd", "/etc/passwd", "lib//bar.py", "bin/barbox", "pyvenv.cfg", "a\\b"])
def test_a_file_that_would_land_elsewhere_is_refused_although_it_is_signed(tmp_path: Path, name: str) -> None:
    raw = json.dumps(
        {"version": "0.2.0", "released": "", "machine": "any", "python": PYTHON, "size": 1, "files": {name: ["0", 0]}}
    ).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(bundle.MANIFEST, raw)
        archive.writestr(bundle.SIGNATURE, minisign.sign(KEY, raw, "x"))
    with pytest.raises(Broken, match="must not"), bundle.opened(out, [KEY.trusted]):
        pass


@pytest.mark.parametrize(
    ("about", "running"),
    [({"machine": "riscv64"}, "0.1.0"), ({"python": "3.9"}, "0.1.0"), ({}, "0.2.0"), ({}, "0.10.0"), ({}, "1.0.0+ab")],
)
def test_a_release_for_others_or_of_yesterday_is_refused(
    tmp_path: Path, about: dict[str, object], running: str
) -> None:
    with packed(tmp_path, **about).open("rb") as file, bundle.opened(file, [KEY.trusted]) as opened:
        with pytest.raises(Broken):
            bundle.check_fits(opened.manifest, running)
        if not about:
            bundle.check_fits(opened.manifest, "0.1.9+dirty")


@pytest.mark.skipif(not shutil.which("minisign"), reason="minisign is not installed: apt-get install minisign")
def test_the_program_minisign_agrees_with_our_signatures_and_we_with_its(tmp_path: Path) -> None:
    ours, public = tmp_path / "manifest.json", tmp_path / "ours.pub"
    ours.write_bytes(b"{}")
    (tmp_path / "manifest.json.minisig").write_text(minisign.sign(KEY, b"{}", "barbox 0.2.0"))
    public.write_text(KEY.trusted.text())
    told = subprocess.run(["minisign", "-V", "-m", ours, "-p", public], check=True, capture_output=True, text=True)
    assert "barbox 0.2.0" in told.stdout
    secret = str(tmp_path / "theirs.key")
    for words in (["-G", "-W", "-p", str(tmp_path / "theirs.pub")], ["-S", "-m", str(ours)]):
        subprocess.run(["minisign", *words, "-s", secret], check=True, capture_output=True, input=b"")
    theirs = minisign.read_trusted_key((tmp_path / "theirs.pub").read_text())
    signature = (tmp_path / "manifest.json.minisig").read_text()
    assert minisign.verify(b"{}", signature, [KEY.trusted, theirs]) == theirs
    with pytest.raises(Broken, match="altered"):
        minisign.verify(b"{ }", signature, [theirs])


def test_a_signing_key_is_kept_under_a_passphrase() -> None:
    kept = KEY.text(b"last orders")
    assert b"ENCRYPTED" in kept
    assert minisign.read_signing_key(kept, b"last orders").trusted == KEY.trusted
    for wrong in (b"first orders", None):
        with pytest.raises(Broken):
            minisign.read_signing_key(kept, wrong)


def test_keys_are_trusted_and_trusted_no_more(tmp_path: Path) -> None:
    other = minisign.make().trusted
    staging.trust(tmp_path, KEY.trusted)
    staging.trust(tmp_path, other)
    assert set(minisign.trusted_keys(tmp_path)) == {KEY.trusted, other}
    assert staging.distrust(tmp_path, other.name.lower())
    assert not staging.distrust(tmp_path, other.name)
    assert minisign.trusted_keys(tmp_path) == [KEY.trusted]


async def test_a_box_in_no_release_of_its_own_says_that_it_is_updated_otherwise(swan: Swan) -> None:
    ana = await swan.sign_in("Ana")
    assert (await ana.get("/api/updates"))["managed"] is False
    answer = await ana.post("/api/updates", {"file": "/media/stick/barbox-9.0.0.barbox"})
    assert (answer.status, answer["code"]) == (409, "wrong_state")
    assert (await (await swan.sign_in("Max")).get("/api/updates")).status == 403


async def test_a_new_release_is_fetched_from_the_internet_while_the_bar_is_closed(swan: Swan, tmp_path: Path) -> None:
    staging.trust(tmp_path / "keys", KEY.trusted)
    offered = {"version": "0.2.0", "file": "barbox-0.2.0.barbox"}
    served = packed(tmp_path)
    server = web.Application()
    server.router.add_get(f"/latest-{platform.machine()}-{PYTHON}.json", lambda _: _answer(offered))
    server.router.add_get("/barbox-0.2.0.barbox", lambda _: _file(served))
    runner = web.AppRunner(server)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    looked = shelf.Looked()
    fetched = await shelf.look_online(swan.database, url, tmp_path / "keys", "0.1.0", looked)
    assert fetched is not None
    assert fetched.read_bytes() == served.read_bytes()
    assert await shelf.look_online(swan.database, url, tmp_path / "keys", "0.2.0", looked) is None, "it runs already"
    fetched.write_bytes(b"cut off")
    assert await shelf.look_online(swan.database, url, tmp_path / "keys", "0.1.0", looked) is None
    assert "not an update" in looked.problem
    assert not fetched.exists()
    await runner.cleanup()
    assert await shelf.look_online(swan.database, url, tmp_path / "keys", "0.1.0", looked) is None
    assert looked.problem, "no internet is no accident"


async def test_a_bar_with_an_open_order_is_not_quiet(swan: Swan) -> None:
    wei = await swan.sign_in("Wei")
    await wei.post("/api/orders", {"tab": "Lin", "items": [swan.item("Negroni")]})
    assert not await shelf.quiet(swan.database)


async def _answer(body: dict[str, str]) -> web.Response:
    return web.json_response(body)


async def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path)
