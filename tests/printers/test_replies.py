"""One stream of answers, taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers.replies import Demultiplexer, Kind, Reply, Status

reply_bytes = st.one_of(
    st.integers(0, 255).filter(lambda b: b & 0x93 == 0x12).map(lambda b: (Kind.REAL_TIME, bytes([b]))),
    st.tuples(st.integers(0, 255).filter(lambda b: b & 0x93 == 0x10), st.binary(min_size=3, max_size=3)).map(
        lambda found: (Kind.AUTOMATIC, bytes([found[0]]) + found[1])
    ),
    st.integers(0, 255)
    .filter(lambda b: b & 0x90 == 0 and b not in (0x37, 0x3D, 0x5F))
    .map(lambda b: (Kind.IN_ORDER, bytes([b]))),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=4, max_size=4).map(
        lambda text: (Kind.BLOCK, b"\x37\x22" + text.encode() + b"\x00")
    ),
    st.just((Kind.BLOCK, b"\x37\x25\x00")),
    st.just((Kind.BLOCK, b"\x5fTM-T88VI\x00")),
    st.sampled_from([(Kind.FLOW, b"\x11"), (Kind.FLOW, b"\x13")]),
)


@given(st.lists(reply_bytes, max_size=20), st.data())
def test_answers_are_told_apart_however_they_were_split(said: list[tuple[Kind, bytes]], data: st.DataObject) -> None:
    stream = b"".join(part for _, part in said)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    demultiplexer = Demultiplexer()
    heard: list[Reply] = []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        heard += demultiplexer.feed(stream[begin:end])
    assert [(reply.kind, reply.data) for reply in heard] == said


@given(st.binary(max_size=400))
def test_noise_on_the_line_never_stops_the_ear(noise: bytes) -> None:
    demultiplexer = Demultiplexer()
    heard = demultiplexer.feed(noise)
    assert b"".join(reply.data for reply in heard) == noise[: sum(len(reply.data) for reply in heard)]
    heard = demultiplexer.feed(bytes(300) + b"\x37\x22A001\x00")
    assert any(reply.process_id == "A001" for reply in heard)


def test_every_first_byte_means_one_thing() -> None:
    for byte in range(256):
        kinds = {reply.kind for reply in Demultiplexer().feed(bytes([byte]) + bytes(200))[:1]}
        assert len(kinds) == 1


def test_a_process_id_and_a_cleared_buffer_are_recognised() -> None:
    first, second = Demultiplexer().feed(b"\x37\x22K042\x00\x37\x25\x00")
    assert first.process_id == "K042"
    assert not first.cleared
    assert second.cleared
    assert second.process_id is None


@pytest.mark.parametrize(
    ("asked", "byte", "wanted"),
    [
        (1, 0x12, Status(online=True)),
        (1, 0x1A, Status(online=False)),
        (1, 0x16, Status(online=True, drawer_open=True)),
        (2, 0x16, Status(cover_open=True)),
        (2, 0x32, Status(paper="out")),
        (3, 0x1A, Status(cutter_error=True)),
        (3, 0x32, Status(error=True)),
        (4, 0x12, Status(paper="ok")),
        (4, 0x1E, Status(paper="low")),
        (4, 0x7E, Status(paper="out")),
        (4, 0x72, Status(paper="out")),
    ],
)
def test_the_bits_of_a_real_time_status(asked: int, byte: int, wanted: Status) -> None:
    told = Status().with_reply(asked, byte)
    fields = ("online", "paper", "cover_open", "cutter_error", "error", "drawer_open")
    assert [getattr(told, field) for field in fields] == [getattr(wanted, field) for field in fields]
    assert told.evidence == bytes([byte])


def test_the_bits_of_an_automatic_status() -> None:
    told = Status().with_automatic(b"\x38\x08\x0c\x0f")
    assert (told.online, told.paper, told.cover_open, told.cutter_error) == (False, "out", True, True)
    assert Status().with_automatic(b"\x10\x00\x03\x0f").paper == "low"
