"""Where backups are kept: an address becomes a store; each kind of store is in a file of its own."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

import msgspec

from barbox.backup.targets import media
from barbox.core.errors import Broken

PIECE = 1024 * 1024


class Credentials(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """S3's access key and secret, or a WebDAV user and password."""

    user: str = ""
    secret: str = ""


class Found(NamedTuple):
    """A file at a target."""

    name: str
    size: int


class Store(Protocol):
    """A flat place for files. Every method raises BackupFault saying what to do."""

    async def establish(self) -> None:
        """Make the place itself, in one that is there."""

    async def names(self) -> list[Found]:
        """What is there."""

    async def small(self, name: str) -> bytes | None:
        """A small file's content; None where there is none."""

    async def put_small(self, name: str, data: bytes, *, anew: bool) -> bool:
        """Write a small file; with `anew` only where there is none: then returns False when there was one."""

    async def upload(self, name: str, file: Path, pace: "Pace") -> None:
        """Write a file as a whole or not at all; its name is seen only when it is complete."""

    def download(self, name: str) -> AsyncIterator[bytes]:
        """A file in pieces."""

    async def delete(self, name: str) -> None:
        """Take a file away."""

    async def close(self) -> None:
        """Let connections go."""


class Content(NamedTuple):
    """A file's size and SHA-256."""

    size: int
    sha256: str


async def content_of(store: Store, name: str) -> Content:
    """Fetch a file, in pieces. Raises BackupFault."""
    size, digest = 0, hashlib.sha256()
    async for piece in store.download(name):
        size += len(piece)
        digest.update(piece)
    return Content(size, digest.hexdigest())


class Pace:
    """Keeps an upload below `kilobytes` a second (0: as fast as it goes)."""

    def __init__(self, kilobytes: int = 0) -> None:
        self._rate = kilobytes * 1000
        self._free_at = time.monotonic()

    async def spend(self, size: int) -> None:
        """Wait until `size` bytes may be sent."""
        if self._rate:
            now = time.monotonic()
            self._free_at = max(now, self._free_at) + size / self._rate
            await asyncio.sleep(self._free_at - now)

    async def pieces(self, file: Path, begin: int = 0, size: int = 2**62) -> AsyncIterator[bytes]:
        """A file, or `size` bytes of it from `begin` on, read at this pace."""
        with await asyncio.to_thread(file.open, "rb") as source:
            source.seek(begin)
            while data := await asyncio.to_thread(source.read, min(PIECE, size)):
                size -= len(data)
                await self.spend(len(data))
                yield data


def open_store(url: str, credentials: Credentials | None = None) -> Store:
    """The store at `file:///path`, `usb://LABEL`, `s3://bucket/prefix?endpoint=…&region=…`, `webdav+https://host/path`.

    `webdav+http` and an `http` endpoint are for machines on the bar's own network; what is sent is encrypted anyway.
    Raises Broken naming what is wrong with the address.
    """
    parts = _parsed(url)
    query = dict(parse_qsl(parts.query))
    known = credentials or Credentials()
    if parts.scheme in ("file", "usb"):
        from barbox.backup.targets.folder import FolderStore

        return FolderStore(_folder(parts))
    if parts.scheme == "s3":
        from barbox.backup.targets.bucket import BucketStore

        return BucketStore(parts.netloc, parts.path.strip("/"), query, known)
    from barbox.backup.targets.webdav import WebDavStore

    scheme = parts.scheme.removeprefix("webdav+")
    return WebDavStore(urlunsplit((scheme, parts.netloc, parts.path.rstrip("/") + "/", "", "")), known)


def below(url: str, folder: str) -> str:
    """The address of a folder in a place."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{folder}"))


def check(url: str) -> None:
    """Raises Broken when no store could be at that address."""
    _parsed(url)


def is_medium(url: str) -> bool:
    """Whether the target can be pulled out: then its absence must not be taken for an empty one."""
    return url.startswith(("file:", "usb:"))


def _folder(parts: SplitResult) -> Path:
    if parts.scheme == "file":
        return Path(parts.path)
    label = unquote(parts.netloc)
    return (media.folder_of(label) or Path("/not-plugged-in") / label) / parts.path.strip("/")


def _check_medium(url: str, parts: SplitResult) -> None:
    if parts.scheme == "usb" and (not parts.netloc or parts.query or ".." in parts.path):
        raise Broken(f"{url}: a stick is written usb://LABEL or usb://LABEL/folder")
    if parts.scheme == "file" and (parts.netloc or not parts.path.startswith("/") or len(parts.path) < 2):
        raise Broken(f"{url}: a folder is written file:///mnt/usb")


def _parsed(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise Broken(f"{url} is not an address: {error}") from None
    query: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    match parts.scheme:
        case "usb" | "file":
            _check_medium(url, parts)
        case "s3":
            unknown = query.keys() - {"endpoint", "region", "style"}
            if not parts.netloc or unknown:
                raise Broken(f"{url}: a bucket is written s3://bucket/prefix?endpoint=https://host&region=name")
            if not query.get("endpoint", "https://").startswith(("https://", "http://")):
                raise Broken(f"{url}: the endpoint begins with https://")
        case "webdav+https" | "webdav+http":
            if not parts.hostname or parts.username or query:
                raise Broken(f"{url}: WebDAV is written webdav+https://host/path, without user or query")
        case _:
            raise Broken(f"{url}: an address begins with file://, usb://, s3:// or webdav+https://")
    return parts
