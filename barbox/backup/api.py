"""Backups: the calls of the office screen. Admins only."""

import contextlib
import math
from collections.abc import Awaitable, Callable
from typing import Literal

import segno
from aiohttp import web

from barbox.backup import commands, recovery_key, rules
from barbox.backup.commands import EditTarget, Made
from barbox.backup.faults import BackupFault, sentence
from barbox.backup.jobs import KEEPER, Keeper
from barbox.backup.live.jobs import LIVE, LiveRow
from barbox.backup.queries import CopyRow, TargetRow
from barbox.backup.restore.api import Media, medium_view
from barbox.backup.standing import Standing
from barbox.backup.targets import media
from barbox.backup.targets.store import check, is_medium
from barbox.core.clock import rfc3339
from barbox.core.errors import BadRequest, Broken, NotFound, WrongPin
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Body, View
from barbox.printing.contents import KeySlip
from barbox.staff import commands as staff
from barbox.staff.commands import Pin
from barbox.staff.queries import PEOPLE, Person

routes = Routes("backup")

MATCHES: web.AppKey[Callable[[str, str], Awaitable[bool]]] = web.AppKey("MATCHES")
"""Whether a stored hash is that of a PIN."""
SHOWN = 200


class TargetView(View):
    """`problem`: why the last try failed, empty when it did not."""

    id: int
    name: str
    url: str
    has_credentials: bool
    limit_kb: int
    live: bool
    last_good_at: str | None
    last_good_size: int
    problem: str
    code: str
    failures: int


class TargetList(View):
    targets: list[TargetView]


class CopyView(View):
    """`state` proven: read back and sound. `key`: which recovery slip opens it."""

    id: int
    at: str
    name: str
    target_id: int
    target_name: str
    state: str
    code: str
    detail: str
    size: int
    entries: int
    key: str


class KeyView(View):
    """A recovery slip by its fingerprint, and which backups need it: the first of the list is in force."""

    fingerprint: str
    made_at: str
    backups: int


Level = Literal["good", "warning", "alarm"]


class Backups(View):
    """`state` says in plain language how things stand; `running` what is being done now ("" nothing).

    `nextAt`: when the next one is due. `nights`: how many went by without a proven one. `rehearsedAt`: when the app was
    last started on a backup. `replaced`: another box took this one's place; nothing is changed here until an admin
    decides.
    """

    state: str
    level: Level
    last_good_at: str | None
    next_at: str | None
    nights: int
    rehearsed_at: str | None
    running: str
    replaced: bool
    keys: list[KeyView]
    backups: list[CopyView]


class Alarm(View):
    """What every manager's screen shows while `show` is true: `text` in the caller's language."""

    show: bool
    level: Level
    text: str
    nights: int
    last_good_at: str | None
    replaced: bool


class Started(View):
    started: bool


class TestResult(View):
    """`problem` is empty when a file was written, read and deleted."""

    problem: str
    code: str
    detail: str


class AdminPin(Body):
    pin: Pin


class MakeKey(Body):
    """`onPaper`: also print the slip at the receipt printer."""

    pin: Pin
    on_paper: bool = False


class MadeKey(View):
    """The secret: shown this once. `fingerprint` stands on the slip and in every backup's name."""

    key: str
    words: list[str]
    fingerprint: str
    qr_svg: str
    printing: bool


@routes.get("/api/backups", "backup.run")
async def backups(call: Call) -> Backups:
    """How things stand in plain language, and what there is, the latest first."""
    keeper = call.request.app[KEEPER]
    standing = await keeper.standing()
    good = standing.proven()
    level, state = _state(keeper, standing, call)
    names = {each.id: each.name for each in standing.targets}
    return Backups(
        state=state,
        level=level,
        last_good_at=rfc3339(good[0].at) if good else None,
        next_at=_next(standing, call),
        nights=standing.nights(call.db.clock.now()),
        rehearsed_at=rfc3339(standing.rehearsed_at) if standing.rehearsed_at else None,
        running=keeper.step,
        replaced=bool(keeper.replaced_by),
        keys=[
            KeyView(
                recovery_key.show_fingerprint(key.fingerprint),
                rfc3339(key.made_at),
                sum(each.fingerprint == key.fingerprint for each in good),
            )
            for key in standing.keys
        ],
        backups=[_copy(each, names, call.language) for each in standing.copies[:SHOWN]],
    )


@routes.get("/api/backups/alarm", "report.read")
async def alarm(call: Call) -> Alarm:
    """Whether managers must know: two nights without a proven backup, or this box was replaced."""
    keeper = call.request.app[KEEPER]
    standing = await keeper.standing()
    good, nights = standing.proven(), standing.nights(call.db.clock.now())
    level, text = _state(keeper, standing, call)
    replaced = bool(keeper.replaced_by)
    return Alarm(
        show=replaced or nights >= rules.NIGHTS_BEFORE_BANNER,
        level=level,
        text=text,
        nights=nights,
        last_good_at=rfc3339(good[0].at) if good else None,
        replaced=replaced,
    )


@routes.get("/api/backups/media", "backup.run")
async def plugged_in(_: Call) -> Media:
    """Sticks and disks that are plugged in now, by label."""
    return Media([medium_view(each) for each in await media.plugged_in()])


@routes.post("/api/backups", "backup.run", 202)
async def back_up(call: Call) -> Started:
    """Make a backup now; what becomes of it is told by backup.done and backup.failed."""
    return await _start(call, rehearse=False)


@routes.post("/api/backups/rehearsal", "backup.run", 202)
async def rehearse(call: Call) -> Started:
    """Make a backup now and start the app on what was read back; what becomes of it is told by backup.rehearsed."""
    return await _start(call, rehearse=True)


@routes.get("/api/backups/targets", "backup.run")
async def targets(call: Call) -> TargetList:
    """Where backups are kept."""
    standing = await call.request.app[KEEPER].standing()
    return TargetList([_target(each, standing, call.language) for each in standing.targets])


@routes.post("/api/backups/targets", "backup.run", 201)
async def add_target(call: Call, body: EditTarget) -> Answer[Made]:
    """Add a target, which is served at once; away from the house only when there is a recovery key."""
    await _check(call, body)
    return await call.write(commands.save_target, None, body)


@routes.put("/api/backups/targets/{target_id}", "backup.run")
async def change_target(call: Call, target_id: int, body: EditTarget) -> Answer[Made]:
    """Change a target."""
    await _check(call, body)
    return await call.write(commands.save_target, target_id, body)


@routes.delete("/api/backups/targets/{target_id}", "backup.run")
async def hide_target(call: Call, target_id: int) -> None:
    """Keep no more backups there; those that are there stay."""
    await call.write(commands.hide_target, target_id)


@routes.post("/api/backups/targets/{target_id}/test", "backup.run")
async def test_target(call: Call, target_id: int) -> TestResult:
    """Write, read and delete a small file there; also makes a new or emptied medium ours."""
    keeper = call.request.app[KEEPER]
    found = next((each for each in (await keeper.standing()).targets if each.id == target_id), None)
    if found is None:
        raise NotFound("backup target", target_id)
    outcome = await keeper.try_out(found)
    if outcome.state == "proven":
        return TestResult("", "", "")
    return TestResult(sentence(outcome.code, outcome.detail, call.language), outcome.code, outcome.detail)


@routes.post("/api/backups/recovery-key", "backup.run", 201)
async def make_key(call: Call, body: MakeKey) -> MadeKey:
    """Make or rotate the recovery key: with the admin's PIN; the secret is in this answer and nowhere else."""
    await _ask_pin(call, body.pin)
    made = recovery_key.make()
    keeper, shown = call.request.app[KEEPER], recovery_key.show_fingerprint(made.fingerprint)
    slip = KeySlip(shown, made.words, made.key) if body.on_paper else None
    try:
        async with keeper.undisturbed():
            queued = await call.db.write_as(call.actor, commands.save_key, made.recipient, made.fingerprint, slip)
    except BackupFault as fault:
        raise fault.refusal(call.language) from None
    if not queued and (await keeper.standing()).targets:
        with contextlib.suppress(BackupFault):
            keeper.start("asked")
    svg = segno.make(made.key, error="m").svg_inline(scale=5, border=2, dark="#000", light="#fff")
    return MadeKey(made.key, made.words, shown, svg, queued)


@routes.post("/api/backups/take-over", "backup.run")
async def take_over(call: Call, body: AdminPin) -> Answer[Made]:
    """This box was replaced by another, and keeps its backups at the targets nevertheless from now on."""
    await _ask_pin(call, body.pin)
    keeper = call.request.app[KEEPER]
    answer = await call.write(commands.take_over, keeper.replaced_by)
    keeper.replaced_by = 0
    keeper.greet(0)
    return answer


async def _ask_pin(call: Call, pin: str) -> None:
    """Raises WrongPin, TooMany, Locked: tries are counted as at the PIN pad."""
    device, person_id = call.actor.device_id or 0, call.actor.staff_id or 0
    await call.db.write_as(call.actor, staff.try_pin, device, person_id)
    person = next(each for each in await call.db.read(PEOPLE, Person) if each.id == person_id)
    if not await call.request.app[MATCHES](person.pin_hash, pin):
        await call.db.write_as(call.actor, staff.wrong_pin, person_id)
        raise WrongPin
    await call.db.write_as(call.actor, commands.right_pin, device, person_id)


async def _start(call: Call, *, rehearse: bool) -> Started:
    keeper = call.request.app[KEEPER]
    standing = await keeper.standing()
    for code, missing in (("no_key", not standing.keys), ("no_target", not standing.targets), ("busy", keeper.busy)):
        if missing:
            raise BackupFault(code).refusal(call.language)
    keeper.start("asked", rehearse=rehearse)
    return Started(True)


def _next(standing: Standing, call: Call) -> str | None:
    """When the next backup is due: the soonest of what each target waits for."""
    if not standing.keys or not standing.targets:
        return None
    now, days = call.db.clock.now(), call.db.days
    moments = [
        rules.next_at(standing.of(each), days.of(now), now, days.began(now) + rules.DAY_MS) for each in standing.targets
    ]
    return rfc3339(min(moments))


async def _check(call: Call, body: EditTarget) -> None:
    try:
        check(body.url)
    except Broken as error:
        raise BadRequest(str(error), "url") from None
    if not is_medium(body.url) and not (await call.request.app[KEEPER].standing()).keys:
        raise BackupFault("no_key").refusal(call.language)


def _target(row: TargetRow, standing: Standing, language: str) -> TargetView:
    good = standing.proven(row.id)
    last = next((each for each in standing.copies if each.target_id == row.id), None)
    failed = last if last and last.state == "failed" else None
    return TargetView(
        id=row.id,
        name=row.name,
        url=row.url,
        has_credentials=row.credentials is not None,
        limit_kb=row.limit_kb,
        live=bool(row.live),
        last_good_at=rfc3339(good[0].at) if good else None,
        last_good_size=good[0].size if good else 0,
        problem=sentence(failed.code, failed.detail, language) if failed else "",
        code=failed.code if failed else "",
        failures=standing.of(row).failures,
    )


def _copy(row: CopyRow, names: dict[int, str], language: str) -> CopyView:
    return CopyView(
        id=row.id,
        at=rfc3339(row.at),
        name=row.name,
        target_id=row.target_id,
        target_name=names.get(row.target_id, ""),
        state=row.state,
        code=row.code,
        detail=sentence(row.code, row.detail, language) if row.code else "",
        size=row.size,
        entries=row.entries,
        key=recovery_key.show_fingerprint(row.fingerprint),
    )


def _followed(rows: list[LiveRow], now: int) -> tuple[str, int] | None:
    """The live copy that is least behind: its place, and by how many seconds at most."""
    behind = [
        (max((now - each.at) / 1000, each.every_s), each.name) for each in rows if each.state == "live" and each.at
    ]
    return (min(behind)[1], math.ceil(min(behind)[0])) if behind else None


def _state(keeper: Keeper, standing: Standing, call: Call) -> tuple[Level, str]:
    """What an owner wants to know: how much would be lost if the box burnt now."""
    language, now = call.language, call.db.clock.now()
    if keeper.replaced_by:
        return "alarm", sentence("replaced", "", language)
    if not standing.keys or not standing.targets:
        return "alarm", sentence("no_key" if not standing.keys else "no_target", "", language)
    good = standing.proven()
    if not good:
        return "alarm", rules.say_never(language)
    at = call.db.days.local(good[0].at).strftime("%Y-%m-%d %H:%M")
    place = next(each.name for each in standing.targets if each.id == good[0].target_id)
    failing = [each.name for each in standing.targets if standing.of(each).failures]
    text = rules.say_good(at, place, failing, language, _followed(call.request.app[LIVE].rows, now))
    if rules.overdue(good[0].at, 0, now):
        return "alarm", text
    return ("warning" if failing else "good"), text
