"""The calls of bottle keep. A change answers with a number alone: answers are kept for two weeks, and hold no name."""

from typing import Annotated

from msgspec import Meta

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.settings import read_venue
from barbox.printing.commands import Queued
from barbox.stock.kept_bottles import commands, queries
from barbox.stock.kept_bottles.commands import (
    EditBottle,
    EndBottle,
    ExtendBottle,
    KeepBottle,
    LapseBottle,
    MoveBottle,
    PourBottle,
    PrintLabel,
)
from barbox.stock.kept_bottles.queries import BottleStory, BottlesView

routes = Routes("stock")


class BottlesQuery(View):
    """`q`: the number on the label, digits of a phone, a part or the initials of a name; `lapsing` within so many days.

    `ended`: those that are no longer kept.
    """

    q: Annotated[str, Meta(max_length=60)] = ""
    member_id: Id | None = None
    lapsing: Annotated[int, Meta(ge=0, le=3650)] | None = None
    ended: bool = False


@routes.get("/api/kept-bottles", "member.read")
async def bottles(call: Call, query: BottlesQuery) -> BottlesView:
    """The bottles that are kept for guests, those that lapse first at the top."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        return await queries.search(
            snapshot,
            today,
            language,
            text=query.q,
            member_id=query.member_id,
            lapsing=query.lapsing,
            ended=query.ended,
        )


@routes.post("/api/kept-bottles", "member.edit", 201)
async def keep(call: Call, body: KeepBottle) -> Answer[Made]:
    """Keep a guest's bottle."""
    return await call.write(commands.keep, body)


@routes.get("/api/kept-bottles/{bottle_id}", "member.read")
async def bottle(call: Call, bottle_id: int) -> BottleStory:
    """One bottle, with all that happened to it."""
    async with call.db.snapshot() as snapshot:
        language = (await read_venue(snapshot)).language
        return await queries.read(snapshot, bottle_id, call.db.days.of(call.db.clock.now()), language)


@routes.put("/api/kept-bottles/{bottle_id}", "member.edit")
async def change(call: Call, bottle_id: int, body: EditBottle) -> Answer[Made]:
    """Set right what it is, where it stands and whose it is."""
    return await call.write(commands.change_bottle, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/pour", "member.edit")
async def pour(call: Call, bottle_id: int, body: PourBottle) -> Answer[Made]:
    """Somebody poured from it: what is left."""
    return await call.write(commands.pour, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/extend", "member.edit")
async def extend(call: Call, bottle_id: int, body: ExtendBottle) -> Answer[Made]:
    """Keep it longer, also one that has lapsed."""
    return await call.write(commands.extend, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/move", "member.edit")
async def move(call: Call, bottle_id: int, body: MoveBottle) -> Answer[Made]:
    """It stands elsewhere now."""
    return await call.write(commands.move_bottle, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/collect", "member.edit")
async def collect(call: Call, bottle_id: int, body: EndBottle) -> Answer[Made]:
    """The guest took it home."""
    return await call.write(commands.collect, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/finish", "member.edit")
async def finish(call: Call, bottle_id: int, body: EndBottle) -> Answer[Made]:
    """It is empty."""
    return await call.write(commands.finish_bottle, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/lapse", "member.manage")
async def lapse(call: Call, bottle_id: int, body: LapseBottle) -> Answer[Made]:
    """Do not keep it any longer, and say why."""
    return await call.write(commands.lapse, bottle_id, body)


@routes.post("/api/kept-bottles/{bottle_id}/remind", "member.edit")
async def remind(call: Call, bottle_id: int) -> Answer[Made]:
    """Note that its guest was told that its time runs out."""
    return await call.write(commands.remind_guest, bottle_id)


@routes.post("/api/kept-bottles/{bottle_id}/print", "member.edit", 202)
async def label(call: Call, bottle_id: int, body: PrintLabel) -> Answer[Queued]:
    """Print its label, at the receipt printer or at another."""
    return await call.write(commands.label, bottle_id, body)
