"""What systemd is told: ready when orders can be taken, alive while event loop and writer answer, stopping."""

import asyncio
import json
import os
import signal
import socket
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from barbox import supervision
from barbox.core.api import writer_answers
from barbox.core.http import DATABASE
from tests.bar import Swan
from tests.faults.box import running


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    """The socket that systemd listens on (sd_notify(3))."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.bind(str(tmp_path / "notify"))
        line.settimeout(60)
        yield line


def test_systemd_hears_when_orders_can_be_taken_that_the_box_lives_and_that_it_stops(
    systemd: socket.socket, tmp_path: Path
) -> None:
    told = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "100000"}
    with running(tmp_path / "data", environment=told) as box:
        heard = [systemd.recv(100).decode()]
        while heard[-1] != "READY=1":
            heard.append(systemd.recv(100).decode())
        with urllib.request.urlopen(f"http://127.0.0.1:{box.port}/api/health", timeout=30) as answer:
            assert json.load(answer)["status"] == "setup", "ready is ready"
        systemd.recv(100)
        assert systemd.recv(100) == b"WATCHDOG=1"
        os.kill(box.pid, signal.SIGTERM)
        while heard[-1] != "STOPPING=1":
            heard.append(systemd.recv(100).decode())


async def test_the_watchdog_goes_hungry_while_the_writer_does_not_answer(
    systemd: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    monkeypatch.setenv("WATCHDOG_USEC", "2000")
    answers, asked_often = iter([True, False, False]), asyncio.Event()

    async def alive() -> bool:
        for answer in answers:
            return answer
        asked_often.set()
        return False

    async for _ in supervision.feeding(alive):
        await asyncio.wait_for(asked_often.wait(), 60)
    systemd.setblocking(False)
    assert systemd.recv(100) == b"WATCHDOG=1"
    with pytest.raises(BlockingIOError):
        systemd.recv(100)


async def test_a_writer_that_hangs_is_not_answered_for(quiet_swan: Swan) -> None:
    app, loop = quiet_swan.running.app, asyncio.get_running_loop()
    begun, free, ended = asyncio.Event(), threading.Event(), list[str]()

    def hangs(_tx: object) -> None:
        loop.call_soon_threadsafe(begun.set)
        assert free.wait(60)
        ended.append("the writer hung")

    hanging = asyncio.create_task(app[DATABASE].write(hangs))
    await begun.wait()
    asked = asyncio.create_task(writer_answers(app))
    asked.add_done_callback(lambda _task: ended.append("the watchdog is fed"))
    await asyncio.sleep(0)
    free.set()
    assert await asked
    await hanging
    assert ended == ["the writer hung", "the watchdog is fed"]
