"""The log: one JSON object a line, on standard error, each line bounded; journald bounds the whole.

No secrets, no PINs, no names: nothing logs a request's body, and what went wrong is told by path and request. The lines
of one request carry the same `request`, which a 500 tells its caller too.
"""

import logging
import time
from typing import Any

import msgspec

from barbox.core.asking import request_id

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
LONGEST = 2_000
"""Letters of one value; of an exception the last ones, where the cause stands."""


class JsonLines(logging.Formatter):
    """Time, level, logger, message, request, and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:LONGEST],
        }
        if request := request_id():
            line["request"] = request
        line |= {name: _bounded(value) for name, value in vars(record).items() if name not in _PLAIN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)[-LONGEST:]
        return msgspec.json.encode(line, enc_hook=str).decode()


def set_up(level: str) -> None:
    """Log to standard error from `level` on."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    keep_quiet()


def keep_quiet() -> None:
    """Libraries that would tell what is in the database, or every job."""
    for noisy in ("aiohttp.access", "apscheduler", "aiosqlite", "escpos"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _bounded(value: object) -> object:
    return value if isinstance(value, int | float | None) else str(value)[:LONGEST]
