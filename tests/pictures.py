"""The pictures of the docs: `python -m tests.pictures` draws the papers and takes the screens of the journeys."""

import base64
import io
import shutil
from pathlib import Path

from PIL import Image, ImageDraw

from barbox.core.clock import BusinessDays
from barbox.core.settings import Venue
from barbox.printing.samples import Kind, sample
from barbox.printing.templates import ReceiptTemplate, Templates
from printers.emulator.preview import draw
from printers.encoder import encode
from printers.profiles import load

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SCREENSHOTS = Path(__file__).parents[1] / "build" / "screenshots"
PRINTER = "epson-tm-t88vi"
EVENING = 1_795_600_000_000
PAPERS: tuple[tuple[str, Kind, str], ...] = (
    ("kitchen-ticket", "ticket", "en"),
    ("change", "change", "en"),
    ("void", "void", "zh"),
    ("reprint", "reprint", "en"),
    ("receipt", "receipt", "zh"),
    ("z-report", "report", "en"),
)
SCREENS = (
    "floor-wide-night",
    "order-wide-night",
    "pay-cash-phone-night",
    "display-screen-wide-night",
    "floor-phone-day",
    "reports-morning-phone-night",
    "reports-heatmap-phone-night",
    "forecast-phone-night",
)


def logo() -> str:
    """A cocktail glass, as the bar would upload it: a PNG in base64."""
    picture = Image.new("1", (120, 128), 1)
    pen = ImageDraw.Draw(picture)
    pen.line([(12, 18), (60, 72), (108, 18), (12, 18)], fill=0, width=6, joint="curve")
    pen.polygon([(32, 36), (88, 36), (60, 67)], fill=0)
    pen.line([(60, 70), (60, 116)], fill=0, width=6)
    pen.line([(34, 118), (86, 118)], fill=0, width=6)
    pen.ellipse([(86, 6), (108, 28)], fill=1, outline=0, width=5)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return base64.b64encode(out.getvalue()).decode()


def papers() -> None:
    """Each paper alone, and all side by side."""
    address = "上海市武康路 12 号 · 12 Wukang Lu"
    venue = Venue(
        name="巷尾酒馆 Lane's End", currency="CNY", language="en", address=address, tax_number="91310000MA1K35X42B"
    )
    templates = Templates(receipt=ReceiptTemplate(logo=logo(), footer=["Open till two · 营业至凌晨两点"]))
    days, drawn = BusinessDays("Asia/Shanghai", 360), []
    for name, kind, language in PAPERS:
        document = sample(kind, language, EVENING, venue, days, templates)
        picture = draw(encode(document, load(PRINTER)), PRINTER)
        picture.save(PICTURES / f"{name}.png", optimize=True)
        drawn.append(picture)
    width, height = sum(each.width + 24 for each in drawn) + 24, max(each.height for each in drawn) + 48
    sheet, left = Image.new("RGB", (width, height), (38, 40, 46)), 24
    for picture in drawn:
        sheet.paste(picture, (left, 24))
        left += picture.width + 24
    sheet.resize((width // 2, height // 2), Image.Resampling.LANCZOS).save(PICTURES / "papers.png", optimize=True)


def screens() -> None:
    """The best screens of the last run of tests/journeys, where there was one."""
    for name in SCREENS:
        taken = SCREENSHOTS / f"{name}.png"
        if taken.exists():
            shutil.copy(taken, PICTURES / taken.name)


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    papers()
    screens()
