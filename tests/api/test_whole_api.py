"""Every call of the API, asked everything that fits its description and much that does not: never a 5xx, and each
answer is what the OpenAPI document says."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks

from barbox.app import ROOMS
from barbox.core.openapi import document
from barbox.staff import api as staff_api
from barbox.staff.commands import Wait, sign_in
from barbox.staff.models import Device, Staff
from tests.bar import Swan, open_swan

FEW_EXIST = 12


def described() -> dict[str, Any]:
    """The document, with ids small enough that some of them exist."""
    known: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(document(ROOMS)))

    def narrow(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == "integer" and part.get("minimum") == 1 and part.get("maximum") in (None, 2**53):
                part["maximum"] = FEW_EXIST
            for each in part.values():
                narrow(each)
        elif isinstance(part, list):
            for each in part:
                narrow(each)

    narrow(known["components"])
    return known


LOOKS_AROUND = {"GET /api/printers/found"}
"""Would knock at every door of the network it runs in."""
OPERATIONS = [
    each
    for each in (found.ok() for found in schemathesis.openapi.from_dict(described()).get_all_operations())  # type: ignore[union-attr]
    if each.label not in LOOKS_AROUND
]
EXAMPLES = 5
Operation = APIOperation[Any, Any, Any, Any]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.ignored_auth,
]


@dataclass
class OpenBar:
    """The Swan, open on another thread, with the admin signed in."""

    url: str
    token: str
    swan: Swan
    loop: asyncio.AbstractEventLoop

    def let_in_again(self) -> None:
        """The last question may have thrown the admin out."""
        self.token = asyncio.run_coroutine_threadsafe(admit(self.swan), self.loop).result(30)


async def admit(swan: Swan) -> str:
    """A token of the admin's, whoever was fired, revoked or signed out meanwhile."""

    def restore(tx: Any) -> int:
        tx.run(Staff.update(hidden=0, role="admin", wrong_pins=0).where(Staff.id == 1))
        tx.run(Device.update(revoked_at=None).where(Device.id == 1))
        return sign_in(tx, 1, 1, 1, Wait(0, 0))

    begun = await swan.database.write(restore)
    sessions = swan.running.app[staff_api.SESSIONS]
    await sessions.refresh()
    token, _ = sessions.token(begun)
    return token


@pytest.fixture(scope="module")
def bar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenBar]:
    over, opened = threading.Event(), Future[OpenBar]()

    async def run() -> None:
        async with open_swan(tmp_path_factory.mktemp("api") / "box", {}) as swan:
            loop = asyncio.get_running_loop()
            opened.set_result(OpenBar(swan.tablet.url, await admit(swan), swan, loop))
            await asyncio.to_thread(over.wait)

    def stay_open() -> None:
        try:
            asyncio.run(run())
        except Exception as error:
            if opened.done():
                raise
            opened.set_exception(error)

    thread = threading.Thread(target=stay_open, name="bar", daemon=True)
    thread.start()
    try:
        yield opened.result(60)
    finally:
        over.set()
        thread.join(30)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["fitting", "unfitting"])
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_every_call_answers_as_it_is_described(operation: Operation, mode: GenerationMode, bar: OpenBar) -> None:
    def ask(case: Case[Any]) -> None:
        if isinstance(case.body, dict) and isinstance(case.body.get("connection"), str):
            case.body["connection"] = "tcp://127.0.0.1:9"
        response = case.call(base_url=bar.url, headers={"Authorization": f"Bearer {bar.token}"})
        if response.status_code == 401 and response.json()["code"] == "unauthenticated":
            bar.let_in_again()
            response = case.call(base_url=bar.url, headers={"Authorization": f"Bearer {bar.token}"})
        # In a query what nobody knows is passed over; in a body it is refused.
        refusing = [checks.negative_data_rejection] if operation.body else []
        case.validate_response(response, checks=[*CHECKS, *refusing])

    examples = settings(max_examples=EXAMPLES, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    try:
        examples(given(operation.as_strategy(generation_mode=mode))(ask))()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "there is nothing that would not fit"
