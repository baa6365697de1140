"""A printer that is not there: it takes ESC/POS over TCP or a pty, answers like one, fails like one, and
draws its paper.

Written from the vendors' manuals and sharing nothing with the encoder, so that the two can disagree.
`Printer` is all a test needs; `python -m printers.emulator` is the same for any developer.
"""

from printers.emulator.device import Device, Sensors
from printers.emulator.faults import Faults
from printers.emulator.machines import Machine, machine, machine_names
from printers.emulator.paper import Paper, Part
from printers.emulator.printer import Printer

__all__ = ["Device", "Faults", "Machine", "Paper", "Part", "Printer", "Sensors", "machine", "machine_names"]
