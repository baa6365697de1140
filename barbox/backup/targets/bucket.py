"""Backups in an S3-compatible bucket: AWS, R2, B2, MinIO, SeaweedFS, Aliyun OSS and Tencent COS by their S3 mode."""

import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore import exceptions
from obstore.store import S3Store

from barbox.backup.faults import BackupFault
from barbox.backup.targets.store import PIECE, Credentials, Found, Pace

if TYPE_CHECKING:
    from obstore.store import RetryConfig

PART_BYTES = 6 * 1024 * 1024
"""S3 allows 10,000 parts: enough for 60 GB; two at once are in memory, beside what is being sealed."""
AT_ONCE = 2
CONNECT_S = 10
SILENCE_S = 120
PART_S = 15 * 60
"""A part on an uplink of 60 kbit/s."""
PATIENCE: "RetryConfig" = {"max_retries": 20, "retry_timeout": timedelta(minutes=20)}
"""A part that was cut off is sent again, by itself, until the line is back: the parts before it stay."""

_CODES = {
    "RequestTimeTooSkewed": "clock",
    "RequestExpired": "clock",
    "InvalidAccessKeyId": "credentials",
    "SignatureDoesNotMatch": "credentials",
    "AccessDenied": "credentials",
    "QuotaExceeded": "full",
    "XMinioStorageFull": "full",
    "InsufficientStorage": "full",
    "NoSuchBucket": "no_place",
}
_STATUS = {"401": "credentials", "403": "credentials", "413": "full", "507": "full"}
_STATUS |= dict.fromkeys(("500", "502", "503", "504"), "unreachable")
_WORDS = (
    ("cut", ("error decoding response body", "connection closed", "connection reset", "broken pipe")),
    ("unreachable", ("error sending request", "timed out", "dns error", "connection refused")),
)


class BucketStore:
    """A prefix of one bucket."""

    def __init__(self, bucket: str, prefix: str, query: dict[str, str], credentials: Credentials) -> None:
        endpoint = query.get("endpoint", "")
        style = query.get("style", "path" if endpoint else "virtual")

        def store(silence_s: int, retries: "RetryConfig") -> S3Store:
            return S3Store(
                bucket,
                prefix=prefix or None,
                access_key_id=credentials.user,
                secret_access_key=credentials.secret,
                region=query.get("region", "us-east-1"),
                virtual_hosted_style_request=style == "virtual",
                client_options={
                    "allow_http": endpoint.startswith("http://"),
                    "connect_timeout": timedelta(seconds=CONNECT_S),
                    "timeout": timedelta(seconds=silence_s),
                },
                retry_config=retries,
                # what is sent is fetched again and compared: it need not be hashed for its signature too
                config={"unsigned_payload": True, **({"endpoint": endpoint} if endpoint else {})},
            )

        self._store = store(SILENCE_S, {"max_retries": 3, "retry_timeout": timedelta(seconds=60)})
        self._patient = store(PART_S, PATIENCE)

    async def establish(self) -> None:
        return

    async def names(self) -> list[Found]:
        with faults():
            listed = await obstore.list_with_delimiter_async(self._store)
        found = [Found(each["path"].rpartition("/")[2], each["size"]) for each in listed["objects"]]
        return [each for each in found if each.name]

    async def small(self, name: str) -> bytes | None:
        try:
            with faults():
                answer = await obstore.get_async(self._store, name)
                return bytes(await answer.bytes_async())
        except BackupFault as fault:
            if fault.code == "missing":
                return None
            raise

    async def put_small(self, name: str, data: bytes, *, anew: bool) -> bool:
        try:
            with faults():
                await obstore.put_async(self._store, name, data, mode="create" if anew else "overwrite")
        except exceptions.AlreadyExistsError:
            return False
        return True

    async def upload(self, name: str, file: Path, pace: Pace) -> None:
        if await self._there(name):
            raise BackupFault("occupied", f"{name} is there already")
        with faults():
            await obstore.put_async(
                self._patient,
                name,
                pace.pieces(file),
                use_multipart=True,
                chunk_size=PART_BYTES,
                max_concurrency=AT_ONCE,
            )

    async def download(self, name: str) -> AsyncIterator[bytes]:
        with faults():
            answer = await obstore.get_async(self._store, name)
            async for piece in answer.stream(min_chunk_size=PIECE):
                yield bytes(piece)

    async def delete(self, name: str) -> None:
        with faults():
            await obstore.delete_async(self._store, name)

    async def close(self) -> None:
        return

    async def _there(self, name: str) -> bool:
        try:
            with faults():
                await obstore.head_async(self._store, name)
        except BackupFault as fault:
            if fault.code == "missing":
                return False
            raise
        return True


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """What the object store's library raises, in our words; AlreadyExistsError goes through."""
    try:
        yield
    except exceptions.AlreadyExistsError:
        raise
    except (exceptions.BaseError, OSError) as error:
        raise _fault(error) from None


def _fault(error: Exception) -> BackupFault:
    text = str(error)
    named = re.search(r"<Code>(\w+)</Code>", text)
    status = re.search(r"status(?: code)?: (\d{3})", text)
    if named and named[1] in _CODES:
        return BackupFault(_CODES[named[1]], text)
    if status and status[1] in _STATUS:
        return BackupFault(_STATUS[status[1]], text)
    if isinstance(error, exceptions.NotFoundError | FileNotFoundError):
        return BackupFault("missing", text)
    for code, words in _WORDS:
        if any(each in text.lower() for each in words):
            return BackupFault(code, text)
    return BackupFault("refused", text)
