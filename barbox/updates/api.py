"""Updates: what the office sees and asks for. Admins only; what is asked for is done by barbox-update.service."""

import asyncio
from pathlib import Path
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from barbox import __version__
from barbox.core.errors import Broken, NotFound, WrongState
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.core.transaction import Transaction
from barbox.updates import minisign, shelf, slots, staging
from barbox.updates.slots import Places

routes = Routes("updates")

KEYS = web.AppKey("UPDATE_KEYS", Path)
"""The folder of the keys whose signatures are believed."""
SOURCE = web.AppKey("UPDATE_SOURCE", str)
"""Where new releases are looked for on the internet; empty: nowhere."""


class BundleView(View):
    """`problem` is empty where the bundle can be installed; `notes` by language."""

    file: str
    version: str
    released: str
    signed_by: str
    notes: dict[str, str]
    problem: str


class Updates(View):
    """`step` of the last update: checking, unpacking, rehearsing, ready or failed. `refused`: taken back, and why.

    `managed` false: this program was not laid out by install.sh, so it is updated as it was installed.
    """

    version: str
    managed: bool
    trying: str
    step: str
    step_version: str
    detail: str
    refused: str
    reason: str
    keys: list[str]
    bundles: list[BundleView]
    source: str
    looked_at: str
    look_problem: str


class Install(Body):
    """`file`: one of the bundles listed."""

    file: Annotated[str, Meta(min_length=1, max_length=400)]


class Asked(View):
    version: str


@routes.get("/api/updates", "settings.edit")
async def updates(call: Call) -> Updates:
    """Which release runs, which bundles are within reach, and how the last update went."""
    app = call.request.app
    data, keys = call.db.path.parent, app[KEYS]
    places = staging.places_here(data)
    slot = slots.read(places) if places else slots.Slots()
    status = staging.read_status(places) if places else staging.Status()
    bundles = await asyncio.to_thread(shelf.found, data, keys, staging.running_release())
    return Updates(
        version=__version__,
        managed=places is not None,
        trying=slot.trial,
        step=status.step,
        step_version=status.version,
        detail=status.detail,
        refused=slot.refused,
        reason=slot.reason,
        keys=await asyncio.to_thread(_key_names, keys),
        bundles=[_bundle(each) for each in bundles],
        source=app[SOURCE],
        looked_at=app[shelf.LOOKED].at,
        look_problem=app[shelf.LOOKED].problem,
    )


@routes.post("/api/updates", "settings.edit", 202)
async def install(call: Call, body: Install) -> Answer[Asked]:
    """Install a bundle: rehearsed beside the running release, then tried, and taken back if it is not healthy."""
    data = call.db.path.parent
    places = staging.places_here(data)
    if places is None:
        raise WrongState("this box", "not laid out by install.sh: it is updated as it was installed")
    bundles = await asyncio.to_thread(shelf.found, data, call.request.app[KEYS], staging.running_release())
    chosen = next((each for each in bundles if each.file == body.file), None)
    if chosen is None or chosen.manifest is None:
        raise NotFound("update", body.file)
    if chosen.problem:
        raise WrongState(chosen.manifest.version, chosen.problem)
    return await call.write(_ask, places, chosen.file, chosen.manifest.version)


def _ask(tx: Transaction, places: Places, file: str, version: str) -> Asked:
    shelf.asked(tx, places, file)
    return Asked(version)


def _bundle(found: shelf.Found) -> BundleView:
    manifest = found.manifest
    return BundleView(
        file=found.file,
        version=manifest.version if manifest else "",
        released=manifest.released if manifest else "",
        signed_by=found.key,
        notes=manifest.notes if manifest else {},
        problem=found.problem,
    )


def _key_names(folder: Path) -> list[str]:
    try:
        return [key.name for key in minisign.trusted_keys(folder)]
    except (Broken, OSError):
        return []
