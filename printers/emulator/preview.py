"""What a ticket will look like, drawn by the same machine that plays a printer."""

from PIL import Image

from printers.emulator.device import Device
from printers.emulator.machines import machine
from printers.emulator.paper import Paper

_GAP = 16


def draw(payload: bytes, machine_name: str) -> Image.Image:
    """The paper that `payload` makes, its slips below each other. Raises ValueError for an unknown machine."""
    papers: list[Paper] = []
    device = Device(machine(machine_name), papers.append)
    device.receive(payload)
    while device.step() is not None:
        continue
    pictures = [paper.image() for paper in papers if not paper.blank]
    if not pictures:
        return Image.new("RGB", (1, 1), "white")
    width = max(picture.width for picture in pictures)
    height = sum(picture.height for picture in pictures) + _GAP * (len(pictures) - 1)
    sheet = Image.new("RGB", (width, height), (70, 70, 76))
    top = 0
    for picture in pictures:
        sheet.paste(picture, (0, top))
        top += picture.height + _GAP
    return sheet
