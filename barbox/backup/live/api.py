"""The live copy, as the office sees it. Admins only."""

from barbox.backup.faults import sentence
from barbox.backup.live.jobs import LIVE, LiveRow
from barbox.backup.live.shipping import LiveState
from barbox.core.clock import rfc3339
from barbox.core.http import Call, Routes
from barbox.core.messages import View

routes = Routes("backup")


class LiveView(View):
    """A target's live copy: everything sold until `at` is there; `behindS` is how long ago that was.

    `state` reaching: it is being connected; waiting: a copy of the database to begin with is to be made; failing: see
    `problem`; replaced: another box keeps its backups there now. `everyS`: it is brought up to date so often.
    `baseAt`: when the copy it goes on from was made.
    """

    target_id: int
    target_name: str
    state: LiveState
    problem: str
    code: str
    at: str | None
    behind_s: float | None
    base_at: str | None
    every_s: float


class LiveCopies(View):
    copies: list[LiveView]


@routes.get("/api/backups/live", "backup.run")
async def live_copies(call: Call) -> LiveCopies:
    """How far behind the live copy of each target is: what would be lost if the box burnt now."""
    rows, now = call.request.app[LIVE].rows, call.db.clock.now()
    return LiveCopies([_view(each, now, call.language) for each in sorted(rows, key=lambda row: row.target_id)])


def _view(row: LiveRow, now: int, language: str) -> LiveView:
    return LiveView(
        target_id=row.target_id,
        target_name=row.name,
        state=row.state,
        problem=sentence(row.code, row.detail, language) if row.code else "",
        code=row.code,
        at=rfc3339(row.at) if row.at else None,
        behind_s=max(0, now - row.at) / 1000 if row.at else None,
        base_at=rfc3339(row.base_at) if row.base_at else None,
        every_s=row.every_s,
    )
