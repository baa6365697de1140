"""Lines as pictures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from printers import raster
from printers.raster import HIDDEN_COMMAND, Grid, column_bands, defang, draw_line, drawn_line

GRID = Grid(12, 24, 30)
hostile = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from([b"\x10\x04\x01", b"\x10\x14\x01\x00\x05", b"\x10\x05\x02", b"\x10" * 5]),
    ),
    max_size=40,
).map(b"".join)


def line(text: str, *, width: int = 1, height: int = 1, inverse: bool = False, dots: int = 576) -> Image.Image:
    return draw_line(text, GRID, width=width, height=height, bold=False, inverse=inverse, dots=dots)


@given(hostile)
def test_no_picture_can_kick_the_drawer(data: bytes) -> None:
    safe = defang(data)
    assert not HIDDEN_COMMAND.search(safe)
    assert len(safe) == len(data)
    assert all(before & after == before for before, after in zip(data, safe, strict=True)), "dots are only added"
    assert sum(before != after for before, after in zip(data, safe, strict=True)) <= len(data) // 2


def test_a_drawn_line_is_cropped_to_its_text_and_keeps_its_cells() -> None:
    short, long = line("宫保"), line("宫保鸡丁 Kung Pao")
    assert short.width <= 48
    assert short.width % 8 == 0
    assert long.crop((0, 0, 40, 30)).tobytes() == short.crop((0, 0, 40, 30)).tobytes()


@pytest.mark.parametrize("text", ["宫保", "かな", "한국어", "Ł", "€", "¥", "ไทย", "👩‍🍳", "\U0001f37a", "\ue000"])
def test_every_character_leaves_some_ink(text: str) -> None:
    assert line(text).getbbox() is not None


def test_an_inverse_line_is_black_where_there_is_no_ink() -> None:
    plain, reverse = line("!! 花生 ", inverse=False), line("!! 花生 ", inverse=True)
    assert reverse.width == 8 * 12
    assert sum(reverse.histogram()[128:]) > sum(plain.histogram()[128:]) * 2


def test_enlarged_lines_are_enlarged_and_never_wider_than_the_paper() -> None:
    assert line("桌", width=3, height=3).height >= 72
    assert line("桌", width=1, height=2).width <= 24
    assert line("宫" * 40, width=2, height=2, dots=384).width == 384


def test_a_picture_goes_out_in_bands_that_a_lost_connection_can_not_leave_half_open_for_long() -> None:
    data = raster.raster(Image.new("1", (576, 600), 1))
    bands = data.split(b"\x1dv0\x00")[1:]
    assert len(bands) > 5
    assert max(map(len, bands)) <= 4004


@given(hostile)
def test_column_pictures_are_safe_too(data: bytes) -> None:
    ink = Image.frombytes("1", (64, 40), (data * 320)[:320].ljust(320, b"\x10"))
    assert not HIDDEN_COMMAND.search(column_bands(ink))


def test_the_same_line_is_drawn_once_an_evening() -> None:
    drawn_line.cache_clear()
    for _ in range(3):
        drawn_line("宫保鸡丁", GRID, 2, 2, False, False, 576, columns=False)
    assert (drawn_line.cache_info().misses, drawn_line.cache_info().hits) == (1, 2)
