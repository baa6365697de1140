"""The doctor's calls: for the office, and for the box's own command line."""

import asyncio

from barbox.core.errors import Forbidden
from barbox.core.http import DOORKEEPER, OPEN, SESSION, Call, Routes
from barbox.core.messages import View
from barbox.core.porter import ITSELF
from barbox.doctor import box
from barbox.doctor.findings import Finding, State, worst

routes = Routes("doctor")
PERMISSION = "settings.edit"


class CheckupItem(View):
    """`sentence` says what to do; empty when nothing."""

    about: str
    name: str
    state: State
    value: str
    sentence: str


class Checkup(View):
    """`state` is the worst of all."""

    state: State
    findings: list[CheckupItem]


def admit(call: Call) -> None:
    """An admin, or somebody on the box itself. Raises Unauthenticated, Forbidden."""
    request = call.request
    if request.remote in ITSELF and "Authorization" not in request.headers:
        return
    if PERMISSION not in request.app[DOORKEEPER](request, SESSION).permissions:
        raise Forbidden(PERMISSION)


@routes.get("/api/doctor", OPEN)
async def checkup(call: Call) -> Checkup:
    """Look the box over: each thing's state, and a sentence that says what to do. Admins, and the box itself."""
    admit(call)
    async with asyncio.timeout(60):
        findings = await box.look(call.request.app)
    return Checkup(worst(findings), [view(each, call.language) for each in findings])


def view(finding: Finding, language: str) -> CheckupItem:
    return CheckupItem(finding.about, finding.name(language), finding.state, finding.value, finding.sentence(language))
