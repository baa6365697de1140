"""A ticket as data, kept as JSON for as long as its job lives."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.document import (
    QR,
    AnyElement,
    Bar,
    Barcode,
    Buzz,
    Cell,
    Columns,
    Cut,
    Document,
    Drawer,
    Feed,
    Image,
    Line,
    Row,
    Rule,
    digest,
    from_json,
    to_json,
)

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
sizes = st.integers(1, 3)
elements: st.SearchStrategy[AnyElement] = st.one_of(
    st.builds(Line, words, sizes, sizes, st.booleans(), st.booleans(), indent=st.integers(0, 8)),
    st.builds(Columns, words, words, sizes, sizes, hang=st.integers(0, 8)),
    st.builds(Row, st.lists(st.builds(Cell, words, st.sampled_from([0, 6])), min_size=1, max_size=4).map(tuple)),
    st.builds(Bar, words, sizes, sizes),
    st.sampled_from([Rule("="), Feed(2), Cut(), Cut(partial=False), Buzz(3), Drawer(1), Barcode("K-1"), QR("x")]),
    st.binary(max_size=40).map(Image),
)
documents = st.lists(elements, max_size=8).map(lambda found: Document(tuple(found), "zh-CN", "T"))


@given(documents)
def test_a_document_survives_the_night_as_json(document: Document) -> None:
    assert from_json(to_json(document)) == document


def test_the_same_ticket_has_the_same_digest_and_another_has_not(ticket: Document) -> None:
    assert digest(from_json(to_json(ticket))) == digest(ticket)
    assert digest(Document((*ticket.elements, Feed()))) != digest(ticket)


@pytest.mark.parametrize(
    "wrong",
    [
        b'{"elements":[{"type":"line"}]}',
        b'{"elements":[{"type":"line","text":"a","width":4}]}',
        b'{"elements":[{"type":"hologram"}]}',
    ],
)
def test_a_damaged_document_is_refused_by_name(wrong: bytes) -> None:
    with pytest.raises(msgspec.ValidationError, match=r"elements"):
        from_json(wrong)
