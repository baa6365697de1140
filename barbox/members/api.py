"""The members' calls. A change answers with a number alone: answers are kept for two weeks, and hold no name."""

from typing import Annotated

import segno
from msgspec import Meta

from barbox.core.clock import parse_day
from barbox.core.errors import BadRequest
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made, View
from barbox.core.transaction import Transaction
from barbox.members import commands, queries
from barbox.members.commands import Adjust, Bar, EditMember, EditTier, MergeMember
from barbox.members.queries import EntryView, LapseView, LiabilityView, MemberView, NamedView, TierView
from barbox.members.rules import Day, Program

routes = Routes("members")


class MemberSearch(View):
    """`q`: digits of a phone or card, what a QR code says, a part or the initials of a name; `ids` with commas."""

    q: Annotated[str, Meta(max_length=60)] = ""
    ids: Annotated[str, Meta(pattern=r"^[0-9,]*$", max_length=2000)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class Members(View):
    members: list[MemberView]


class Directory(View):
    members: list[NamedView]


class LedgerQuery(View):
    """Entries before the one numbered `before`, newest first."""

    before: Annotated[int, Meta(ge=1, le=2**53)] = queries.LAST_ID
    limit: Annotated[int, Meta(ge=1, le=500)] = 50


class LedgerView(View):
    entries: list[EntryView]
    lapsing: list[LapseView]


class CodeView(View):
    """What a member's QR code says, and its picture."""

    text: str
    qr_svg: str


class ProgramView(View):
    program: Program
    tiers: list[TierView]


class Span(View):
    """Business days, both included; today by default."""

    first: Day | None = None
    last: Day | None = None


@routes.get("/api/members", "member.read")
async def search(call: Call, query: MemberSearch) -> Members:
    """Members by phone digits, card, QR code, name or initials; the newest where nothing is said."""
    today, language = call.db.days.of(call.db.clock.now()), call.language
    async with call.db.snapshot() as snapshot:
        if query.ids:
            asked = [int(each) for each in query.ids.split(",") if each and len(each) <= 15]
            return Members(await queries.some(snapshot, asked, today, language))
        return Members(await queries.search(snapshot, query.q, query.limit, today, language))


@routes.get("/api/members-directory", "member.read")
async def directory(call: Call) -> Directory:
    """By what everybody is found: a tablet keeps it in memory, and finds a guest while it cannot reach the box."""
    async with call.db.snapshot() as snapshot:
        return Directory(await queries.directory(snapshot))


@routes.post("/api/members", "member.edit", 201)
async def join(call: Call, body: EditMember) -> Answer[Made]:
    """A new member, by phone or card."""
    return await call.write(commands.join, body)


@routes.get("/api/members/{member_id}", "member.read")
async def read(call: Call, member_id: int) -> MemberView:
    """One member, with what they have; of a duplicate, whom it was merged into."""
    async with call.db.snapshot() as snapshot:
        return await queries.read(snapshot, member_id, call.db.days.of(call.db.clock.now()), call.language)


@routes.put("/api/members/{member_id}", "member.edit")
async def change(call: Call, member_id: int, body: EditMember) -> Answer[Made]:
    """Change what is known of somebody."""
    return await call.write(commands.change, member_id, body)


@routes.get("/api/members/{member_id}/ledger", "member.read")
async def history(call: Call, member_id: int, query: LedgerQuery) -> LedgerView:
    """Every movement of points, balance, bonus and spend, newest first; and which points will lapse when."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        member = await queries.read(snapshot, member_id, today, call.language)
        entries = await queries.history(snapshot, member.member_id, query.before, query.limit)
        return LedgerView(entries, await queries.lapsing(snapshot, member.member_id, member.points, today))


@routes.get("/api/members/{member_id}/code", "member.read")
async def code(call: Call, member_id: int) -> CodeView:
    """The QR code a member shows on a phone or wears on a card."""
    async with call.db.snapshot() as snapshot:
        member = await queries.read(snapshot, member_id, call.db.days.of(call.db.clock.now()), call.language)
    text = member.code or ""
    return CodeView(text, segno.make(text, error="m").svg_inline(scale=6, border=3, dark="#000", light="#fff"))


@routes.post("/api/members/{member_id}/adjust", "member.manage")
async def adjust(call: Call, member_id: int, body: Adjust) -> Answer[Made]:
    """Correct points, balance, bonus or spend by hand, with a reason."""
    return await call.write(_adjust, member_id, body)


@routes.post("/api/members/{member_id}/bar", "member.manage")
async def bar(call: Call, member_id: int, body: Bar) -> Answer[Made]:
    """Put somebody on the blacklist with a reason, or take them off it."""
    return await call.write(commands.bar, member_id, body.reason)


@routes.post("/api/members/{member_id}/merge", "member.manage")
async def merge(call: Call, member_id: int, body: MergeMember) -> Answer[Made]:
    """Make one member of two: points, money and visits of the duplicate are this one's."""
    return await call.write(commands.merge, member_id, body.member_id)


@routes.get("/api/members-program", "member.read")
async def program(call: Call) -> ProgramView:
    """The rules of the house for members, and its tiers."""
    async with call.db.snapshot() as snapshot:
        tiers = await queries.read_tiers(snapshot)
        shown = [queries.tier_view(each, call.language) for each in tiers]
        return ProgramView(await queries.read_program(snapshot), shown)


@routes.put("/api/members-program", "member.manage")
async def change_program(call: Call, body: Program) -> Answer[Program]:
    """Change the rules; what was earned stays."""
    return await call.write(commands.save_program, body)


@routes.post("/api/members-program/tiers", "member.manage", 201)
async def add_tier(call: Call, body: EditTier) -> Answer[Made]:
    """Add a tier."""
    return await call.write(commands.save_tier, None, body)


@routes.put("/api/members-program/tiers/{tier_id}", "member.manage")
async def change_tier(call: Call, tier_id: int, body: EditTier) -> Answer[Made]:
    """Change a tier."""
    return await call.write(commands.save_tier, tier_id, body)


@routes.delete("/api/members-program/tiers/{tier_id}", "member.manage")
async def hide_tier(call: Call, tier_id: int) -> None:
    """Do without a tier; its members are of what their spend reaches."""
    await call.write(commands.hide_tier, tier_id)


@routes.get("/api/members-liability", "report.read")
async def liability(call: Call, query: Span) -> LiabilityView:
    """What the bar owes its members: balance, bonus and points at the end of a day, and what moved until then."""
    today = call.db.days.of(call.db.clock.now())
    last = _day(query.last, "last") or today
    first = _day(query.first, "first") or last
    async with call.db.snapshot() as snapshot:
        return await queries.liability(snapshot, first, last)


def _adjust(tx: Transaction, member_id: int, body: Adjust) -> Made:
    commands.adjust(tx, member_id, body.account, body.amount, body.reason)
    return Made(member_id)


def _day(text: str | None, field: str) -> int | None:
    try:
        return parse_day(text) if text is not None else None
    except ValueError:
        raise BadRequest("is not a day", field) from None
