"""Code 128 as the printer draws it. Other kinds are shown as a grey block, their text below."""

from PIL import Image

_PATTERNS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222"
    " 123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321"
    " 232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121"
    " 313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224"
    " 111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111"
    " 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113"
    " 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
).split()


def bars(kind: int, data: bytes, *, module: int, height: int) -> tuple[Image.Image, str]:
    """The symbol and the text below it. `kind` is the m of `GS k`; 73 is Code 128 (set B is understood)."""
    if kind != 73 or data[:2] != b"{B":
        return Image.new("1", (200 * max(1, module) // 2, height), 1), data.decode("ascii", "replace")
    text = data[2:].replace(b"{{", b"{").decode("ascii", "replace")
    values = [104, *(ord(char) - 32 for char in text)]
    check = (values[0] + sum(at * value for at, value in enumerate(values[1:], 1))) % 103
    widths = "".join(_PATTERNS[value] for value in [*values, check, 106])
    row = [dot for at, width in enumerate(widths) for dot in [at % 2 == 0] * (int(width) * module)]
    symbol = Image.new("1", (len(row), 1))
    symbol.putdata(row)
    return symbol.resize((len(row), height), Image.Resampling.NEAREST), text
