"""Backups on WebDAV (RFC 4918): Nextcloud, a NAS. Read through obstore, written by a streamed PUT and a MOVE."""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import obstore
from obstore.store import HTTPStore

from barbox.backup.bucket import CONNECT_S, SILENCE_S, faults
from barbox.backup.faults import BackupFault
from barbox.backup.targets import Credentials, Found, Pace

PART = ".part"
_OF_STATUS = {401: "credentials", 403: "credentials", 404: "no_place", 409: "no_place", 507: "full", 413: "full"}


class WebDavStore:
    """One collection; it must be there."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._url = url
        pair = base64.b64encode(f"{credentials.user}:{credentials.secret}".encode()).decode()
        self._headers = {"Authorization": f"Basic {pair}"} if credentials.user else {}
        self._http: aiohttp.ClientSession | None = None
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
        with faults():
            listed = await obstore.list_with_delimiter_async(self._store)
        found = [Found(each["path"].rpartition("/")[2], each["size"]) for each in listed["objects"]]
        for each in found:
            if each.name.startswith("barbox-") and each.name.endswith(PART):
                await self.delete(each.name)
        return [each for each in found if not each.name.endswith(PART)]

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
        headers = {"Content-Length": str((await asyncio.to_thread(file.stat)).st_size)}
        async with self._ask("PUT", name + PART, data=pace.pieces(file), headers=headers):
            pass
        if not await self._move(name, overwrite=False):
            raise BackupFault("occupied", f"{name} is there already")

    async def download(self, name: str) -> AsyncIterator[bytes]:
        async with self._ask("GET", name, missing=True) as answer:
            if answer.status != 200:
                raise BackupFault("missing", name)
            async for piece in answer.content.iter_chunked(256 * 1024):
                yield piece

    async def delete(self, name: str) -> None:
        async with self._ask("DELETE", name, missing=True):
            pass

    async def close(self) -> None:
        if self._http:
            await self._http.close()

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


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except (aiohttp.ClientConnectorError, TimeoutError) as error:
        raise BackupFault("unreachable", str(error)) from None
    except (aiohttp.ClientError, ConnectionError) as error:
        raise BackupFault("cut", str(error)) from None
