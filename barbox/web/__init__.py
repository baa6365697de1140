"""The tablets' app: SvelteKit sources beside this file, built into `dist/`, served from here."""

from importlib.resources import files
from pathlib import Path

from aiohttp import web

from barbox.core.errors import NotFound

DIST = Path(str(files(__package__))) / "dist"
FOREVER = "public, max-age=31536000, immutable"
MISSING = (
    "<!doctype html><meta charset=utf-8><title>Barbox</title>"
    "<p>The tablet app is not built here. Run: python -m barbox.build_web"
)


def mount(app: web.Application) -> None:
    """Serve the app at every path that is no call: its pages find their own way."""
    app.router.add_get("/{path:.*}", _file)


async def _file(request: web.Request) -> web.StreamResponse:
    path = request.match_info["path"]
    if path.startswith("api/"):
        raise NotFound("page", f"/{path}")
    wanted = (DIST / path).resolve()
    if path and wanted.is_relative_to(DIST.resolve()) and wanted.is_file():
        immutable = path.startswith("_app/immutable/")
        return web.FileResponse(wanted, headers={"Cache-Control": FOREVER if immutable else "no-cache"})
    if path.startswith("_app/") or Path(path).suffix:
        raise NotFound("page", f"/{path}")
    index = DIST / "index.html"
    if not index.is_file():
        return web.Response(text=MISSING, content_type="text/html", status=503)
    return web.FileResponse(index, headers={"Cache-Control": "no-cache"})
