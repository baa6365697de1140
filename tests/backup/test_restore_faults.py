"""What can go wrong on Sunday morning: killed at every step, a full disk. The next try succeeds."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from barbox import app as box_app
from barbox.backup import children
from barbox.backup.making import snapshot
from barbox.verify import prove
from tests.backup.servers import Place
from tests.backup.test_sunday import a_night, barbox


async def killed_at(words: bytes, *arguments: str) -> None:
    """`barbox restore`, killed as soon as it has said these words."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", "-m", "barbox", "restore", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=children.environment(),
    )
    assert process.stdout
    while words not in await process.stdout.readline():
        assert process.returncode is None
    os.kill(process.pid, signal.SIGKILL)
    await process.wait()


async def test_killed_at_any_step_a_restore_is_simply_started_again(stick: Place, tmp_path: Path) -> None:
    night = await a_night(tmp_path / "box", stick, 2)
    before = {each.name: each.read_bytes() for each in stick.folder.iterdir()}
    to = tmp_path / "new"
    arguments = ("--from", stick.url, "--to", str(to), "--key", night.key)
    for words in (b"Fetching", b"Proving", b"Bringing"):
        await killed_at(words, *arguments)
        assert not (to / box_app.DATABASE_FILE).exists(), words
    assert {each.name: each.read_bytes() for each in stick.folder.iterdir()} == before
    said = await barbox("restore", *arguments)
    assert said.code == 0, said.out
    assert prove(to / box_app.DATABASE_FILE).seq > night.seq
    assert not (to / "restoring").exists()


async def test_a_full_disk_is_said_and_leaves_nothing_that_looks_like_a_box(
    stick: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = await a_night(tmp_path / "box", stick, 1)
    to = tmp_path / "new"
    arguments = ("restore", "--from", stick.url, "--to", str(to), "--key", night.key)
    with Path("/dev/full").open("wb") as full, monkeypatch.context() as patch:  # noqa: ASYNC230
        patch.setattr(snapshot, "create", lambda _: full)
        said = await barbox(*arguments)
    assert said.code == 1 and "too little room" in said.out, said.out
    assert not (to / box_app.DATABASE_FILE).exists()
    assert (await barbox(*arguments)).code == 0
