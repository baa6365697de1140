"""Widths, breaks and bytes of text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printers import profiles
from printers.text import Run, cells, clean, clusters, longest_word, pad, segment, wrap

menu_words = st.text(
    st.sampled_from(list("abc XYZ 019 é€ñß ¥£ 宫保鸡丁不辣，。（）「」 カナひら 한국 ᄀ 👩‍🍳 ａＢ ﾊﾟ -/+.,!?\n\t")),
    max_size=80,
)
anything = st.one_of(menu_words, st.text(max_size=60))


def letters(text: str) -> list[str]:
    """All that leaves ink, in order."""
    return [cluster for cluster in clusters(clean(text).replace("\n", " ")) if cluster.strip()]


@given(anything, st.integers(1, 48))
def test_wrapping_loses_nothing_and_never_overflows(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert lines
    assert all(cells(line) <= max(2, width) for line in lines)
    assert "".join("".join(lines).split()) == "".join(clean(text).split())


@given(anything, st.integers(4, 48))
def test_words_break_only_where_a_word_is_longer_than_the_line(text: str, width: int) -> None:
    if longest_word(text) <= width:
        pieces = " ".join(wrap(text, width)).split()
        ascii_words = [word for word in clean(text).split() if word.isascii()]
        assert all(word in pieces for word in ascii_words)


def test_hanzi_and_emoji_take_two_cells_accents_none() -> None:
    assert cells("宫保鸡丁") == 8
    assert cells("Café") == 4
    assert cells("Cafe\u0301") == 4
    assert cells("👩‍🍳") == 2
    assert cells("¥128.00") == 7


def test_a_long_chinese_name_breaks_between_characters_but_never_before_a_comma() -> None:
    assert wrap("宫保鸡丁，不辣（少油）", 10) == ["宫保鸡丁，", "不辣（少", "油）"]


def test_control_characters_of_a_pasted_note_do_not_reach_the_printer() -> None:
    assert clean("no\x1b@ice\x10\x14\tplease\r\nthanks") == "no@ice please\nthanks"


def test_padding_counts_cells() -> None:
    assert pad("合计", 8, "right") == "    合计"
    assert pad("合计", 8, "center") == "  合计  "


def test_a_line_goes_out_under_the_pages_that_hold_it() -> None:
    epson = profiles.load("epson-tm-t88vi")
    assert segment("Café 4 €", epson) == [Run(b"Caf"), Run(b"\x82 4 \xd5", 19)]
    assert segment("“Café”", epson) == [Run(b"\x93Caf\xe9\x94", 16)]
    assert segment("Tee", epson) == [Run(b"Tee")]


def test_hanzi_are_sent_only_where_the_rom_was_seen_to_hold_them() -> None:
    generic = profiles.load("generic-80")
    assert segment("2 x 宫保", generic) is None
    chinese = generic.adjusted(kanji="gb18030")
    assert segment("2 x 宫保", chinese) == [Run(b"2 x "), Run("宫保".encode("gbk"), double=True)]


@pytest.mark.parametrize("text", ["한국어", "㐀", "👩‍🍳", "€ 宫保", "“宫保”", "Ω"])
def test_what_would_come_out_wrong_or_in_another_width_is_left_to_drawing(text: str) -> None:
    assert segment(text, profiles.load("generic-80").adjusted(kanji="gb18030")) is None


@given(anything)
def test_sent_bytes_are_never_control_codes(text: str) -> None:
    for name in ("epson-tm-t88vi", "epson-tm-u220"):
        runs = segment(clean(text).replace("\n", ""), profiles.load(name).adjusted(kanji="gb18030"))
        assert all(byte >= 0x20 for run in runs or [] for byte in run.data)
