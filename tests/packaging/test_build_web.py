"""The tablets' app is built once, however many want it."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from barbox import build_web

NPM = """#!/bin/sh
read go < begun
echo built >> node_modules/log
mkdir dist
"""


def test_two_that_want_the_app_at_once_build_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file, text in {"package-lock.json": "{}", "node_modules/.made-from": "{}", "npm": NPM}.items():
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(text)
    (tmp_path / "npm").chmod(0o755)
    os.mkfifo(tmp_path / "begun")
    monkeypatch.setattr(build_web, "WEB", tmp_path)
    monkeypatch.setattr(build_web, "DIST", tmp_path / "dist")
    monkeypatch.setattr(build_web, "STAMP", tmp_path / "dist" / ".built-from")
    monkeypatch.setattr(build_web, "check_types", lambda: None)
    monkeypatch.setattr(build_web, "npm_command", lambda: [str(tmp_path / "npm")])
    with ThreadPoolExecutor() as both:
        first = both.submit(build_web.build_app)
        with (tmp_path / "begun").open("w") as begun:  # opens when the first is in the middle of it
            second = both.submit(build_web.build_app)
            begun.write("go\n")
    assert (first.result(), second.result()) == (True, False)
    assert (tmp_path / "node_modules" / "log").read_text() == "built\n"
