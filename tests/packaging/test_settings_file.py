"""The settings file that the installer puts into /etc/barbox tells every option and its true default."""

import re
import tomllib
from pathlib import Path

import pytest

from barbox import config

TEMPLATE = Path(__file__).parents[2] / "systemd/barbox.toml"


def test_as_it_comes_it_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BARBOX_CONFIG", str(TEMPLATE))
    assert config.load({}) == config.Config()


def test_every_option_is_in_it_with_its_default() -> None:
    told = tomllib.loads(re.sub(r"^# (?=[a-z_]+ = )", "", TEMPLATE.read_text(), flags=re.MULTILINE))
    defaults = config.Config()
    assert told == {name: getattr(defaults, name) for name in defaults.__struct_fields__ if name != "data"}
