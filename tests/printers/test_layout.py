"""The page: columns, prices, bars, on any paper width."""

from hypothesis import given
from hypothesis import strategies as st

from printers.document import Bar, Cell, Columns, Line, Row, Rule
from printers.layout import lay
from printers.text import cells, clean

words = st.text(st.sampled_from(list("ab cd EF 宫保鸡丁，€é-12.50 ")), max_size=60)
prices = st.decimals(0, 99999, places=2).map(lambda amount: f"¥{amount}")
sizes = st.integers(1, 3)
widths = st.sampled_from([24, 32, 33, 42, 48, 64])


def ink(*texts: str) -> str:
    return "".join("".join(clean(text).split()) for text in texts)


@given(words, sizes, sizes, st.integers(0, 12), st.integers(0, 12), widths, st.booleans())
def test_no_line_is_wider_than_the_paper_and_none_loses_a_letter(
    text: str, width: int, height: int, indent: int, hang: int, columns: int, inverse: bool
) -> None:
    lines = lay(Line(text, width, height, inverse=inverse, indent=indent, hang=hang), columns)
    assert all(cells(line.text) * line.width <= columns for line in lines)
    assert ink(*(line.text for line in lines)) == ink(text)


@given(words, prices, sizes, st.integers(0, 6), widths)
def test_a_long_name_wraps_and_its_price_stays_whole_at_the_right_edge(
    name: str, price: str, size: int, hang: int, columns: int
) -> None:
    lines = [line.text for line in lay(Columns(name, price, size, size, hang=hang), columns)]
    room = columns // size
    assert all(cells(line) <= room for line in lines)
    assert sorted(ink(*lines)) == sorted(ink(name, price))
    if cells(price) <= room * 2 // 3:
        with_price = [line for line in lines if line.endswith(price)]
        assert any(cells(line) == room for line in with_price)


@given(
    st.lists(st.builds(Cell, words, st.sampled_from([0, 4, 8]), st.sampled_from(["left", "right"])), max_size=4),
    widths,
)
def test_report_rows_keep_every_cell(row: list[Cell], columns: int) -> None:
    lines = [line.text for line in lay(Row(tuple(row)), columns)]
    assert all(cells(line) <= columns for line in lines)
    assert sorted(ink(*lines)) == sorted(ink(*(cell.text for cell in row)))


@given(words, sizes, widths)
def test_a_bar_is_black_from_edge_to_edge(text: str, size: int, columns: int) -> None:
    for line in lay(Bar(text, size, size), columns):
        assert line.inverse
        assert cells(line.text) == columns // size


def test_a_round_reads_like_a_round() -> None:
    lines = lay(Columns("2 x Margarita with salt", "12.00", width=2, height=2, hang=4), 42)
    assert [line.text for line in lines] == ["2 x Margarita   12.00", "    with salt"]


def test_a_name_too_long_to_stand_beside_its_price_stands_above_it() -> None:
    lines = lay(Columns("Kirschwasserschorle", "12.00", width=2, height=2), 42)
    assert [line.text for line in lines] == ["Kirschwasserschorle", "                12.00"]


def test_a_z_report_row_and_a_rule() -> None:
    row = Row((Cell("啤酒 Beer"), Cell("12", 5, "right"), Cell("336.00", 10, "right")))
    assert lay(row, 32)[0].text == "啤酒 Beer          12     336.00"
    assert lay(Rule("="), 32)[0].text == "=" * 32
