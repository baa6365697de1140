"""SECURITY.md keeps its word: every item of the standard has a test that is there, or a reason."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
SECURITY = (TESTS.parent / "SECURITY.md").read_text()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`([a-z_]+/test_[a-z_]+\.py)(?:::(test_\w+))?`")
LEVELS_1_AND_2 = 253


def test_every_item_is_there_once_with_a_test_or_a_reason() -> None:
    rows = ROW.findall(SECURITY)
    assert len(rows) == len(dict(rows)) == LEVELS_1_AND_2
    chapters = {item.partition(".")[0] for item, _ in rows}
    assert chapters == {str(number) for number in range(1, 18)}
    assert [item for item, text in rows if not NAMED.search(text) and len(text) < len("There are none.")] == []


def test_every_test_that_is_named_exists() -> None:
    named = NAMED.findall(SECURITY)
    assert len(named) > 100
    for file, test in set(named):
        assert (TESTS / file).is_file(), file
        if test:
            assert re.search(rf"^(async )?def {test}\(", (TESTS / file).read_text(), re.MULTILINE), f"{file}::{test}"
