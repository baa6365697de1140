"""Stick, bucket and cloud drive behave alike: whole files or none, and a sentence for everything that goes wrong."""

import os
import socket
from pathlib import Path

import pytest

from barbox.backup.faults import BackupFault
from barbox.backup.targets.store import Credentials, Pace, Store, check, open_store
from barbox.core.errors import Broken
from tests.backup.servers import Place


async def fetched(store: Store, name: str) -> bytes:
    return b"".join([piece async for piece in store.download(name)])


async def test_what_is_sent_is_what_is_fetched(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "sealed"
    file.write_bytes(os.urandom(20_000_000))
    store = open_store(place.url, place.credentials)
    await store.upload("barbox-a.age", file, Pace())
    assert [(each.name, each.size) for each in await store.names()] == [("barbox-a.age", 20_000_000)]
    assert await fetched(store, "barbox-a.age") == file.read_bytes()
    with pytest.raises(BackupFault) as refused:
        await store.upload("barbox-a.age", file, Pace())
    assert refused.value.code == "occupied"
    await store.delete("barbox-a.age")
    assert await store.names() == []
    with pytest.raises(BackupFault) as gone:
        await fetched(store, "barbox-a.age")
    assert gone.value.code == "missing"
    await store.close()


async def test_only_the_first_of_two_boxes_puts_its_name_there(place: Place) -> None:
    store = open_store(place.url, place.credentials)
    assert await store.small("owner.json") is None
    assert await store.put_small("owner.json", b"one", anew=True)
    assert not await store.put_small("owner.json", b"two", anew=True)
    assert await store.small("owner.json") == b"one"
    assert await store.put_small("owner.json", b"three", anew=False)
    assert await store.small("owner.json") == b"three"
    await store.close()


@pytest.mark.parametrize("kind", ["bucket", "drive"])
async def test_a_wrong_password_is_called_that(kind: str, request: pytest.FixtureRequest) -> None:
    place: Place = request.getfixturevalue(kind)
    store = open_store(place.url, Credentials("bar", "wrong"))
    with pytest.raises(BackupFault) as refused:
        await store.put_small("owner.json", b"x", anew=True)
    assert refused.value.code == "credentials"
    await store.close()


@pytest.mark.parametrize("url", ["s3://bar/x?endpoint=http://127.0.0.1:{port}", "webdav+http://127.0.0.1:{port}/x"])
async def test_a_target_that_is_down_is_unreachable(url: str) -> None:
    with socket.socket() as nobody:  # held, not listened on: no other test's server can take it
        nobody.bind(("127.0.0.1", 0))
        store = open_store(url.format(port=nobody.getsockname()[1]), Credentials("a", "b"))
        with pytest.raises(BackupFault) as down:
            await store.small("owner.json")
        assert down.value.code == "unreachable"
        await store.close()


async def test_a_bucket_or_folder_that_is_not_there(s3: str, dav: tuple[str, Path], tmp_path: Path) -> None:
    known = Credentials("bar", "testsecret123")
    for url, code in (
        (f"s3://nowhere/x?endpoint={s3}", "no_place"),
        (f"webdav+http://{dav[0]}/nowhere", "no_place"),
        ((tmp_path / "not-mounted").as_uri(), "not_plugged_in"),
    ):
        store = open_store(url, known)
        with pytest.raises(BackupFault) as nowhere:
            await store.put_small("owner.json", b"x", anew=True)
        assert nowhere.value.code == code, url
        await store.close()


async def test_an_upload_that_is_cut_leaves_nothing_that_looks_like_a_backup(stick: Place, tmp_path: Path) -> None:
    (stick.folder / "barbox-a.age.part").write_bytes(b"half")
    store = open_store(stick.url)
    assert await store.names() == []
    assert list(stick.folder.iterdir()) == []
    with pytest.raises(BackupFault):
        await store.upload("barbox-a.age", tmp_path / "none", Pace())
    assert list(stick.folder.iterdir()) == []


@pytest.mark.parametrize(
    "url",
    [
        "/mnt/usb",
        "file://mnt/usb",
        "ftp://x/y",
        "s3://",
        "s3://b/p?endpoint=host",
        "s3://b?key=1",
        "webdav+https://u@h/",
    ],
)
def test_an_address_that_cannot_be_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(Broken):
        check(url)
