"""The app's types are those of the box: one that changed without the other is not built."""

import shutil
import subprocess
import sys
from pathlib import Path

from barbox import build_web
from tests.journeys.bar import ROOT


def test_the_app_speaks_of_what_the_box_has() -> None:
    build_web.check_types()


def test_an_app_that_speaks_of_another_box_is_not_built(tmp_path: Path) -> None:
    sources = ROOT / "barbox"
    shutil.copytree(
        sources,
        tmp_path / "barbox",
        ignore=shutil.ignore_patterns("node_modules", ".svelte-kit", "dist", "__pycache__"),
    )
    types = tmp_path / "barbox" / "web" / "src" / "lib" / "api" / "generated.ts"
    types.write_text(types.read_text().replace("businessDay", "businessDate", 1))
    build = [sys.executable, "-m", "barbox.build_web"]
    said = subprocess.run(build, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "the app's types are not those of the box" in said.stderr
    assert subprocess.run([*build, "types"], cwd=tmp_path, check=False).returncode == 0
    assert types.read_bytes() == build_web.TYPES.read_bytes()
