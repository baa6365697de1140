"""A cloud drive that misbehaves on command: as much of WebDAV as a backup needs, kept in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web
from aiohttp.test_utils import TestServer


class FaultyDrive:
    """`fault` is "" or one of: down, full, clock, refuse, cut_put, cut_get, flip, short, lost_move."""

    def __init__(self) -> None:
        self.fault = ""
        self.files: dict[str, bytes] = {}
        self.url = ""
        self.puts = 0
        self.fails_after: int | None = None
        """From then on no PUT arrives."""
        self.stuck = asyncio.Event()
        """While it is not set nothing is answered."""
        self.stuck.set()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        await self.stuck.wait()
        name = request.path.rpartition("/")[2]
        sealed = ".age" in name
        if self.fault in ("full", "refuse", "down"):
            return web.Response(status={"full": 507, "refuse": 403, "down": 503}[self.fault])
        match request.method:
            case "PUT":
                return await self._put(request, name, sealed)
            case "GET" if name not in self.files:
                return web.Response(status=404)
            case "GET":
                return await self._get(request, self.files[name], sealed)
            case "MOVE":
                return self._move(name, request.headers["Destination"].rpartition("/")[2], request.headers["Overwrite"])
            case "DELETE":
                return web.Response(status=204 if self.files.pop(name, None) is not None else 404)
            case "MKCOL":
                return web.Response(status=405)
            case "PROPFIND":
                return self._listed()
        return web.Response(status=405)

    async def _put(self, request: web.Request, name: str, sealed: bool) -> web.StreamResponse:
        if self.fault == "cut_put" and sealed:
            await request.content.read(1000)
            if request.transport:
                request.transport.abort()
            return web.Response(status=500)
        self.puts += 1
        if self.fails_after is not None and self.puts > self.fails_after:
            return web.Response(status=503)
        self.files[name] = await request.read()
        return web.Response(status=201)

    async def _get(self, request: web.Request, data: bytes, sealed: bool) -> web.StreamResponse:
        if sealed and self.fault == "flip":
            data = data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 4]) + data[len(data) // 2 + 1 :]
        if sealed and self.fault == "short":
            data = data[:-200]
        if sealed and self.fault == "cut_get":
            response = web.StreamResponse(headers={"Content-Length": str(len(data))})
            await response.prepare(request)
            await response.write(data[: len(data) // 2])
            if request.transport:
                request.transport.abort()
            return response
        return web.Response(body=data)

    def _move(self, name: str, to: str, overwrite: str) -> web.Response:
        if overwrite == "F" and to in self.files:
            return web.Response(status=412)
        self.files[to] = self.files.pop(name)
        return web.Response(status=201)

    def _listed(self) -> web.Response:
        items = "".join(
            f"<D:response><D:href>/dav/{name}</D:href><D:propstat><D:prop><D:getcontentlength>{len(data)}"
            "</D:getcontentlength><D:getlastmodified>Sun, 22 Nov 2026 05:10:00 GMT</D:getlastmodified>"
            "<D:resourcetype/></D:prop><D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
            for name, data in self.files.items()
        )
        own = (
            "<D:response><D:href>/dav/</D:href><D:propstat><D:prop><D:resourcetype><D:collection/></D:resourcetype>"
            "<D:getlastmodified>Sun, 22 Nov 2026 05:10:00 GMT</D:getlastmodified></D:prop>"
            "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response>"
        )
        body = f'<?xml version="1.0"?><D:multistatus xmlns:D="DAV:">{own}{items}</D:multistatus>'
        return web.Response(status=207, text=body, content_type="application/xml")


@asynccontextmanager
async def faulty_drive(port: int = 0) -> AsyncIterator[FaultyDrive]:
    """The drive, on a free port unless one is given."""
    drive = FaultyDrive()
    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/dav/{name:.*}", drive.answer)
    async with TestServer(app, host="127.0.0.1", port=port or None) as server:
        drive.url = f"webdav+http://127.0.0.1:{server.port}/dav"
        yield drive
