"""Seals the database while it stands still: `python -m barbox.backup.making.sealing FROM TO RECIPIENT`.

A process of its own, so that the till does not wait for it. Prints "sealed" and the sealed file's
SHA-256, or the code of what went wrong and what the machine said.
"""

import sys
from pathlib import Path

from barbox.backup import children
from barbox.backup.faults import BackupFault
from barbox.backup.making import snapshot


def main(source: str, target: str, recipient: str) -> None:
    """Seal."""
    children.step_back()
    try:
        print("sealed", snapshot.seal(Path(source), Path(target), [recipient]).sha256)
    except BackupFault as fault:
        print(fault.code, fault.detail)
        sys.exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
