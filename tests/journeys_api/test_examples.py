"""docs/api-examples.md is true: every example in it is asked of the Golden Swan, in order, and answered as it says."""

import json
import re
from pathlib import Path
from typing import Any

from tests.bar import PINS, Swan, Tablet

PAGE = Path(__file__).parents[2] / "docs" / "api-examples.md"
BLOCK = re.compile(r"```http\n(.*?)```", re.DOTALL)
HEAD = re.compile(r"^(?P<who>\w+): (?P<method>GET|POST|PUT|DELETE) (?P<path>\S+)(?: \((?P<lender>\w+)'s PIN\))?$")


async def test_every_example_of_the_api_is_answered_as_it_says(swan: Swan) -> None:
    people = {each["name"]: each["id"] for each in (await swan.tablet.get("/api/session/people"))["people"]}
    hands: dict[str, Tablet] = {}
    blocks = BLOCK.findall(PAGE.read_text())
    assert len(blocks) > 30
    for block in blocks:
        head, _, rest = block.partition("\n")
        found = HEAD.match(head)
        assert found, head
        if found["who"] not in hands:
            hands[found["who"]] = await swan.sign_in(found["who"])
        sent, status, expected = _parts(rest)
        headers = {}
        if found["lender"]:
            headers["Manager_Override"] = f"{people[found['lender']]}:{PINS[found['lender']]}"
        body = sent if found["method"] != "GET" else None
        if body is None and found["method"] != "GET":
            body = {}
        answer = await hands[found["who"]].ask(found["method"], found["path"], body, **headers)
        assert answer.status == status, (head, answer.body)
        assert _within(expected, answer.body), (head, expected, answer.body)


def _parts(rest: str) -> tuple[Any, int, Any]:
    """What is sent, and what comes back."""
    asked, _, answered = rest.partition("->")
    status, _, body = answered.strip().partition(" ")
    return (json.loads(asked) if asked.strip() else None, int(status), json.loads(body) if body.strip() else {})


def _within(expected: Any, given: Any) -> bool:
    """Whether all that the page shows is in the answer."""
    if isinstance(expected, dict):
        return isinstance(given, dict) and all(k in given and _within(v, given[k]) for k, v in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(given) and all(map(_within, expected, given))
    return bool(expected == given)
