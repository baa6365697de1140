"""The lock files: everything a box or CI installs, pinned, with hashes, and as pyproject.toml wants it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
ENTRY = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+?)(?: ; (?P<marker>.+?))? \\$")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def pinned(name: str) -> dict[str, set[str]]:
    """Versions by package; more than one where a marker chooses."""
    found: dict[str, set[str]] = {}
    for block in re.split(r"\n(?=\S)", (ROOT / "requirements" / f"{name}.lock").read_text()):
        first, *hashes = [line for line in block.splitlines() if not line.startswith("#")] or [""]
        if not first:
            continue
        entry = ENTRY.match(first)
        assert entry, f"not pinned with a hash: {first}"
        assert hashes
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", each) for each in hashes), first
        found.setdefault(canonicalize_name(entry["name"]), set()).add(entry["version"])
    return found


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("box", PROJECT["dependencies"]), ("ci", [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["lint"]])],
)
def test_the_lock_holds_what_is_asked_for(name: str, wanted: list[str]) -> None:
    have = pinned(name)
    for each in [*wanted, "setuptools>=80", "pip>=25"]:
        requirement = Requirement(each)
        versions = have.get(canonicalize_name(requirement.name), set())
        assert versions, f"{requirement.name} is not in {name}.lock: run ./requirements/lock"
        assert all(requirement.specifier.contains(version) for version in versions), each


def test_ci_tests_what_a_box_runs() -> None:
    box, ci = pinned("box"), pinned("ci")
    assert {name: ci.get(name) for name in box} == box
    assert not [name for name in ("pytest", "mypy", "playwright") if name in box], "a box has no tools"
