"""Two projects on PyPI share the import name `escpos`; the wrong one breaks the right one."""

import importlib.metadata
import subprocess
import sys


def test_only_python_escpos_owns_the_name_escpos() -> None:
    assert set(importlib.metadata.packages_distributions()["escpos"]) == {"python-escpos"}


def test_the_package_starts_without_the_slow_libraries_and_without_the_bar() -> None:
    code = (
        "import sys, printers.document, printers.encoder, printers.confirm, printers.transports;"
        "print([m for m in ('escpos', 'usb', 'serial', 'zeroconf', 'barbox') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
