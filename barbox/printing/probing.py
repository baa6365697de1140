"""Guided probes under way: each on a thread of its own, asking its questions of whoever stands at the printer.

What is asked and what follows from it stands in `printers.guided`; here it is carried over HTTP, question by question.
"""

import asyncio
import queue
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from aiohttp import web

from barbox.core.actor import Actor
from barbox.core.database import Database
from barbox.core.errors import NotFound, WrongState
from barbox.core.transaction import Transaction
from barbox.printing import equipment
from barbox.printing.equipment import known_profile
from barbox.printing.queries import PrinterRow

if TYPE_CHECKING:
    from printers.guided import Asked, Learnt

ANSWER_WITHIN_S = 300.0
PATIENCE_S = 15.0
State = Literal["working", "asking", "done", "failed"]


class GivenUp(Exception):
    """Nobody answered, or somebody stopped the probe."""


class Lends(Protocol):
    """Who lets go of a printer for a while: the spooler."""

    def lend(self, printer_id: int) -> AbstractAsyncContextManager[None]: ...


class Probing:
    """One printer's probe, from its slip to what was learnt. `asked` is the question that waits."""

    def __init__(self, database: Database, printer: PrinterRow, actor: Actor) -> None:
        self.printer = printer
        self.state: State = "working"
        self.asked: Asked | None = None
        self.learnt: Learnt | None = None
        self.detail = ""
        self._database = database
        self._actor = actor
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._loop = asyncio.get_running_loop()
        self.task: asyncio.Task[None] | None = None

    @property
    def under_way(self) -> bool:
        return self.state in ("working", "asking")

    def answer(self, code: str, answer: str) -> None:
        """Go on with an answer. Raises WrongState when something else, or nothing, is asked."""
        if self.asked is None or self.asked.code != code or answer not in self.asked.answers:
            raise WrongState("the probe", f"asking {self.asked.code}" if self.asked else self.state)
        self._went_on()
        self._answers.put(answer)

    def give_up(self) -> None:
        """Stop at the next question."""
        self._answers.put(None)

    async def run(self, spooler: Lends) -> None:
        """The whole talk, while the printer's own worker keeps away; what was learnt is stored."""
        from printers.transports import BadConnection, TransportError

        ended: State = "failed"
        try:
            async with spooler.lend(self.printer.id):
                self.learnt = await asyncio.to_thread(self._talk)
            await self._database.write_as(self._actor, equipment.store_learnt, self.printer.id, self.learnt)
            ended = "done"
        except GivenUp:
            self.detail = "given up"
        except (TransportError, BadConnection, NotFound) as error:
            self.detail = str(error)
        finally:
            self.asked, self.state = None, ended
        await self._tell()

    def _talk(self) -> "Learnt":
        from printers import transports
        from printers.guided import guided

        profile = known_profile(self.printer.profile, self.printer.columns)
        with transports.connect(self.printer.connection, timeout=5.0) as transport:
            return guided(transport, profile, self._ask, patience=PATIENCE_S)

    def _ask(self, asked: "Asked") -> str:
        """On the probe's thread: put the question, wait for its answer."""
        self.asked, self.state = asked, "asking"
        asyncio.run_coroutine_threadsafe(self._tell(), self._loop)
        try:
            answer = self._answers.get(timeout=ANSWER_WITHIN_S)
        except queue.Empty:
            answer = None
        if answer is None:
            raise GivenUp
        return answer

    def _went_on(self) -> None:
        self.asked, self.state = None, "working"

    async def _tell(self) -> None:
        told = {"printerId": self.printer.id, "state": self.state, "question": self.asked.code if self.asked else None}
        await self._database.write(_announce, self.printer.id, told)


def _announce(tx: Transaction, printer_id: int, told: dict[str, Any]) -> None:
    tx.announce("printer.probe", f"printer:{printer_id}", told, rooms=("office",))


class Probes:
    """The probes under way, and the last one of each printer."""

    def __init__(self, database: Database, spooler: Lends) -> None:
        self._database = database
        self._spooler = spooler
        self._of: dict[int, Probing] = {}

    def begin(self, printer: PrinterRow, actor: Actor) -> Probing:
        """Begin one, or go on with the one under way at this printer."""
        running = self._of.get(printer.id)
        if running is not None and running.under_way:
            return running
        probing = self._of[printer.id] = Probing(self._database, printer, actor)
        probing.task = asyncio.create_task(probing.run(self._spooler), name=f"probe {printer.name}")
        return probing

    def find(self, printer_id: int) -> Probing:
        """The last one of a printer. Raises NotFound."""
        if printer_id not in self._of:
            raise NotFound("probe of printer", printer_id)
        return self._of[printer_id]

    async def stop(self) -> None:
        """Give all up."""
        running = [each for each in self._of.values() if each.under_way]
        for each in running:
            each.give_up()
        await asyncio.gather(*(each.task for each in running if each.task is not None))


PROBES = web.AppKey("PROBES", Probes)

QUESTIONS: dict[str, dict[str, str]] = {
    "slip": {
        "en": "A test slip was printed, down to END OF TEST. Is it there?",
        "zh": "已打印测试单，末行应为 END OF TEST。打出来了吗？",
    },
    "ruler": {
        "en": "On the slip there is a line of digits. How many fit on its first line?",
        "zh": "测试单上有一行数字标尺，第一行共有多少个数字？",
    },
    "hanzi": {
        "en": "A second slip shows a line that should be Chinese. Is it right?",
        "zh": "第二张测试单上有一行中文，显示正确吗？",
    },
    "open-cover": {
        "en": "Now a test of honesty: open the paper cover. Or skip it.",
        "zh": "最后检查打印机是否如实反馈：请打开纸仓盖，或跳过此步。",
    },
    "close-cover": {"en": "Close the cover again.", "zh": "请合上纸仓盖。"},
}
ANSWERS: dict[str, dict[str, str]] = {
    "whole": {"en": "Yes, all of it", "zh": "打出来了，完整"},
    "nothing": {"en": "No, or only a part", "zh": "没有，或只有一部分"},
    "right": {"en": "Right", "zh": "正确"},
    "wrong": {"en": "Wrong", "zh": "不正确"},
    "opened": {"en": "It is open", "zh": "已打开"},
    "skip": {"en": "Skip", "zh": "跳过"},
    "closed": {"en": "It is closed", "zh": "已合上"},
}


def question(code: str, language: str) -> str:
    """What a person reads."""
    return QUESTIONS[code][language]


def offered(answer: str, language: str) -> str:
    """An answer as a person reads it; a number is a number."""
    return ANSWERS[answer][language] if answer in ANSWERS else answer
