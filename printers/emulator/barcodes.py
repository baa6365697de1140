"""Code 128 as the printer draws it. Other kinds are shown as a grey block, their text below."""

from PIL import Image

_WIDTHS = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222"
    "123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321"
    "232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121"
    "313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224"
    "111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111"
    "111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113"
    "114311411113411311113141114131311141411131211412211214211232"
)
"""Bars and spaces of the 106 symbols, six digits each (ISO/IEC 15417)."""
_STOP = "2331112"


def bars(kind: int, data: bytes, *, module: int, height: int) -> tuple[Image.Image, str]:
    """The symbol and the text below it. `kind` is the m of `GS k`; 73 is Code 128 (set B is understood)."""
    if kind != 73 or data[:2] != b"{B":
        return Image.new("1", (200 * max(1, module) // 2, height), 1), data.decode("ascii", "replace")
    text = data[2:].replace(b"{{", b"{").decode("ascii", "replace")
    values = [104, *(ord(char) - 32 for char in text)]
    check = (values[0] + sum(at * value for at, value in enumerate(values[1:], 1))) % 103
    widths = "".join(_WIDTHS[value * 6 : value * 6 + 6] for value in [*values, check]) + _STOP
    row = [dot for at, width in enumerate(widths) for dot in [at % 2 == 0] * (int(width) * module)]
    symbol = Image.new("1", (len(row), 1))
    symbol.putdata(row)
    return symbol.resize((len(row), height), Image.Resampling.NEAREST), text
