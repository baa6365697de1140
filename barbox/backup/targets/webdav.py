"""Backups on WebDAV (RFC 4918): Nextcloud, a NAS. Read through obstore, written by a streamed PUT and a MOVE.

WebDAV cannot go on with half a file, so a large one is sent as NAME.001, NAME.002 … and, when all are there,
NAME.of002: a broken line costs one piece. `cat NAME.0*` puts them together.
"""

import asyncio
import base64
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import obstore
from obstore.store import HTTPStore

from barbox.backup.faults import BackupFault
from barbox.backup.targets.bucket import CONNECT_S, SILENCE_S, faults
from barbox.backup.targets.store import Credentials, Found, Pace

PART = ".part"
PIECE_BYTES = 16 * 1024 * 1024
PAUSES_S = (1.0, 5.0, 20.0, 60.0)
"""A piece is tried again after these, once an earlier one has arrived: the line works, it only breaks."""
_PIECE = re.compile(r"(?P<name>.+\.age)\.(?P<mark>of)?(?P<number>\d{3,})")
_OF_STATUS = {401: "credentials", 403: "credentials", 404: "no_place", 409: "no_place", 507: "full", 413: "full"}


class WebDavStore:
    """One collection; it must be there."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._url = url
        pair = base64.b64encode(f"{credentials.user}:{credentials.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"} if credentials.user else {}
        self._http: aiohttp.ClientSession | None = None
        self._sent: set[str] = set()
        """Pieces that arrived: the next try goes on after them."""
        self._store = HTTPStore(
            url,
            client_options={
                "allow_http": url.startswith("http://"),
                "connect_timeout": timedelta(seconds=CONNECT_S),
                "timeout": timedelta(seconds=SILENCE_S),
                "default_headers": dict(self._headers),
            },
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
        )

    async def establish(self) -> None:
        async with self._ask("MKCOL", "", there=True):
            pass

    async def names(self) -> list[Found]:
        there = await self._listed()
        whole = {each.name: each for each in there if not _PIECE.fullmatch(each.name) and not each.name.endswith(PART)}
        used: set[str] = set()
        for name, count in _marked(there).items():
            pieces = [each for each in there if each.name in _names_of(name, count)]
            if len(pieces) == count:
                whole[name] = Found(name, sum(each.size for each in pieces))
                used |= _names_of(name, count) | {f"{name}.of{count:03d}"}
        for each in there:
            if each.name.startswith("barbox-") and each.name not in whole.keys() | used:
                await self._delete(each.name)
        return list(whole.values())

    async def small(self, name: str) -> bytes | None:
        async with self._ask("GET", name, missing=True) as answer:
            return await answer.read() if answer.status == 200 else None

    async def put_small(self, name: str, data: bytes, *, anew: bool) -> bool:
        if anew and await self.small(name) is not None:
            return False
        async with self._ask("PUT", name + PART, data=data):
            pass
        return await self._move(name, overwrite=not anew)

    async def upload(self, name: str, file: Path, pace: Pace) -> None:
        size = (await asyncio.to_thread(file.stat)).st_size
        if size > PIECE_BYTES:
            return await self._in_pieces(name, file, size, pace)
        headers = {"Content-Length": str(size)}
        async with self._ask("PUT", name + PART, data=pace.pieces(file), headers=headers):
            pass
        if not await self._move(name, overwrite=False):
            raise BackupFault("occupied", f"{name} is there already")
        return None

    async def download(self, name: str) -> AsyncIterator[bytes]:
        count = _marked(await self._listed()).get(name, 0) if name.endswith(".age") else 0
        for each in sorted(_names_of(name, count)) or [name]:
            async with self._ask("GET", each, missing=True) as answer:
                if answer.status != 200:
                    raise BackupFault("missing", each)
                async for piece in answer.content.iter_chunked(256 * 1024):
                    yield piece

    async def delete(self, name: str) -> None:
        count = _marked(await self._listed()).get(name, 0) if name.endswith(".age") else 0
        for each in (f"{name}.of{count:03d}", *_names_of(name, count)) if count else (name,):
            await self._delete(each)

    async def close(self) -> None:
        if self._http:
            await self._http.close()

    async def _listed(self) -> list[Found]:
        with faults():
            listed = await obstore.list_with_delimiter_async(self._store)
        return [Found(each["path"].rpartition("/")[2], each["size"]) for each in listed["objects"]]

    async def _delete(self, name: str) -> None:
        async with self._ask("DELETE", name, missing=True):
            pass

    async def _in_pieces(self, name: str, file: Path, size: int, pace: Pace) -> None:
        count = -(-size // PIECE_BYTES)
        if name in _marked(await self._listed()):
            raise BackupFault("occupied", f"{name} is there already")
        for number in range(count):
            piece = f"{name}.{number + 1:03d}"
            if piece not in self._sent:
                await self._piece(
                    piece, file, number * PIECE_BYTES, min(PIECE_BYTES, size - number * PIECE_BYTES), pace
                )
                self._sent.add(piece)
        await self.put_small(f"{name}.of{count:03d}", b"", anew=False)

    async def _piece(self, name: str, file: Path, begin: int, size: int, pace: Pace) -> None:
        for pause in (*(PAUSES_S if self._sent else ()), None):
            try:
                body = pace.pieces(file, begin, size)
                async with self._ask("PUT", name, data=body, headers={"Content-Length": str(size)}):
                    return
            except BackupFault as fault:
                if pause is None or fault.code not in ("cut", "unreachable"):
                    raise
                await asyncio.sleep(pause)

    async def _move(self, name: str, *, overwrite: bool) -> bool:
        headers = {"Destination": self._url + name, "Overwrite": "T" if overwrite else "F"}
        async with self._ask("MOVE", name + PART, headers=headers, exists=True) as answer:
            return answer.status != 412

    @contextlib.asynccontextmanager
    async def _ask(
        self,
        method: str,
        name: str,
        *,
        data: bytes | AsyncIterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
        missing: bool = False,
        exists: bool = False,
        there: bool = False,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """One request; 404 with `missing`, 412 with `exists`, 405 with `there` are answers, other refusals faults."""
        if self._http is None:
            timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_S, sock_read=SILENCE_S)
            self._http = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        with _faults():
            async with self._http.request(method, self._url + name, data=data, headers=headers) as answer:
                answers = {404: missing, 412: exists, 405: there}
                fine = answer.status < 300 or answers.get(answer.status, False)
                if not fine:
                    detail = f"{method} {answer.status} {answer.reason}"
                    unwell = "unreachable" if answer.status in (502, 503, 504) else "refused"
                    raise BackupFault(_OF_STATUS.get(answer.status, unwell), detail)
                yield answer


def _marked(there: list[Found]) -> dict[str, int]:
    """Files that are there in pieces, with the number of them."""
    found = (_PIECE.fullmatch(each.name) for each in there)
    return {each["name"]: int(each["number"]) for each in found if each and each["mark"]}


def _names_of(name: str, count: int) -> set[str]:
    return {f"{name}.{number:03d}" for number in range(1, count + 1)}


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientConnectorError, TimeoutError) as error:
        raise BackupFault("unreachable", str(error)) from None
    except (aiohttp.ClientError, ConnectionError) as error:
        raise BackupFault("cut", str(error)) from None
