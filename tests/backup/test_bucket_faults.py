"""A real S3 server that is slow, falls silent, or loses bits and ends of what it keeps."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
import pytest
from obstore.store import S3Store

from barbox import app as box_app
from barbox.backup import rules
from barbox.backup.faults import BackupFault
from barbox.backup.targets import bucket as buckets
from barbox.backup.targets.store import Credentials, Pace, open_store
from barbox.core.clock import rfc3339
from tests.backup.crossing import Crossing, crossing
from tests.backup.servers import SECRET, USER, Place
from tests.backup.test_faults import Box, prepared
from tests.backup.test_night import add, keeper_of, make_key, sell
from tests.backup.test_sunday import barbox, swan_in

KNOWN = Credentials(USER, SECRET)


class Bucket:
    """What is kept, as whoever has the disks sees it."""

    def __init__(self, endpoint: str, prefix: str) -> None:
        self.url = f"s3://bar/{prefix}?endpoint={endpoint}"
        self._store = S3Store(
            "bar",
            prefix=prefix,
            endpoint=endpoint,
            access_key_id=USER,
            secret_access_key=SECRET,
            client_options={"allow_http": True},
        )

    def sealed(self) -> dict[str, bytes]:
        """Backups that are there, by name."""
        names = [each["path"] for each in obstore.list(self._store).collect() if each["path"].endswith(".age")]
        return {name.rpartition("/")[2]: self._bytes(name.rpartition("/")[2]) for name in names}

    def harm(self, name: str, how: str) -> None:
        """Flip one bit in the middle, or lose the last 200 bytes."""
        data, middle = self._bytes(name), len(self._bytes(name)) // 2
        flipped = data[:middle] + bytes([data[middle] ^ 4]) + data[middle + 1 :]
        obstore.put(self._store, name, {"flip": flipped, "short": data[:-200]}[how])

    def of_yesterday(self) -> str:
        """As if the only one had been made the day before; its new name."""
        (name,) = self.sealed()
        made = rules.parse_name(name)
        assert made
        earlier = str(made._replace(at=made.at - 24 * 3_600_000))
        obstore.rename(self._store, name, earlier)
        return earlier

    def _bytes(self, name: str) -> bytes:
        return bytes(obstore.get(self._store, name).bytes())


@asynccontextmanager
async def bar_with_a_bucket(s3: str, tmp_path: Path) -> AsyncIterator[tuple[Box, Bucket, Crossing]]:
    """A box whose way to its bucket is in the test's hands."""
    async with AsyncExitStack() as stack:
        box = await prepared(stack, tmp_path)
        way = await stack.enter_async_context(crossing(urlsplit(s3).port or 0))
        url = f"s3://bar/{tmp_path.name}?endpoint=http://127.0.0.1:{way.port}"
        await box.add(url, credentials=KNOWN)
        yield box, Bucket(s3, tmp_path.name), way


@pytest.mark.parametrize("harm", ["flip", "short"])
async def test_what_the_bucket_kept_badly_does_not_count_and_harms_no_earlier_one(
    harm: str, s3: str, tmp_path: Path
) -> None:
    async with bar_with_a_bucket(s3, tmp_path) as (box, bucket, way):
        assert await box.night() == []
        earlier = bucket.sealed()

        def meddle(request: bytes) -> None:
            """Between its arrival and its being read back."""
            if request.startswith(b"GET ") and b".age " in request.partition(b"\n")[0]:
                (name,) = bucket.sealed().keys() - earlier.keys()
                bucket.harm(name, harm)

        await box.sell()
        way.before = meddle
        assert await box.night() == ["damaged"]
        assert bucket.sealed() == earlier, "what was never proven is gone, the earlier one untouched"
        way.before = lambda _: None
        await box.sell()
        assert await box.night() == []
        assert earlier.items() < bucket.sealed().items()
        assert all(rules.parse_name(name) for name in bucket.sealed())


@pytest.mark.parametrize("harm", ["flip", "short"])
async def test_a_backup_that_rotted_in_the_bucket_is_named_and_the_one_before_restores(
    harm: str, s3: str, bucket: Place, tmp_path: Path
) -> None:
    kept = Bucket(s3, tmp_path.name)
    async with swan_in(tmp_path / "box") as swan:
        ana = await swan.sign_in("Ana")
        key = await make_key(ana)
        await add(ana, bucket)
        await sell(swan, 2)
        assert not (await keeper_of(swan).run("asked")).faults
        first = kept.of_yesterday()
        await sell(swan, 3)
        assert not (await keeper_of(swan).run("asked")).faults
        (last,) = kept.sealed().keys() - {first}
    kept.harm(last, harm)
    arguments = ("restore", "--from", bucket.url, "--key", key, "--to", str(tmp_path / "new"))
    said = await barbox(*arguments)
    assert said.code == 1 and "damaged: choose an older one" in said.out, said.out
    assert not (tmp_path / "new" / box_app.DATABASE_FILE).exists()
    earlier = rules.parse_name(first)
    assert earlier
    said = await barbox(*arguments, "--at", rfc3339(earlier.at))
    assert said.code == 0 and "2 orders" in said.out, said.out


async def test_a_slow_bucket_is_waited_for_and_holds_up_neither_the_till_nor_the_stick(
    s3: str, stick: Place, tmp_path: Path
) -> None:
    async with bar_with_a_bucket(s3, tmp_path) as (box, bucket, way):
        await box.add(stick.url)
        way.rate = 60_000
        making = asyncio.create_task(box.night())
        async with asyncio.timeout(60):
            while not list(stick.folder.glob("*.age")):
                await box.sell()
                assert not making.done(), "the stick has its backup while the bucket still waits"
        assert not bucket.sealed()
        assert await making == []
        assert len(bucket.sealed()) == 1
        assert way.carried > len(next(iter(bucket.sealed().values())))


async def test_a_bucket_that_falls_silent_is_given_up(s3: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With less patience than at night."""
    monkeypatch.setattr(buckets, "SILENCE_S", 0.3)
    monkeypatch.setattr(buckets, "PART_S", 0.3)
    monkeypatch.setattr(buckets, "PATIENCE", {"max_retries": 1, "retry_timeout": timedelta(seconds=1)})
    file = tmp_path / "sealed"
    file.write_bytes(bytes(100_000))
    async with crossing(urlsplit(s3).port or 0) as way:
        store = open_store(f"s3://bar/{tmp_path.name}?endpoint=http://127.0.0.1:{way.port}", KNOWN)
        await store.upload("barbox-a.age", file, Pace())
        way.silent = True
        with pytest.raises(BackupFault) as silent:
            await store.upload("barbox-b.age", file, Pace())
        assert silent.value.code == "unreachable", silent.value.detail
        with pytest.raises(BackupFault) as silent:
            _ = [piece async for piece in store.download("barbox-a.age")]
        assert silent.value.code == "unreachable", silent.value.detail
        way.silent = False
        assert [each.name for each in await store.names()] == ["barbox-a.age"]
