"""`python -m printers.emulator --port 9100 --profile tm-t88vi`: a printer for any developer."""

import argparse
import sys
import threading
from pathlib import Path

from printers.emulator import Paper, Printer, machine_names
from printers.emulator.web import WebView


def main() -> int:
    """Run one emulated printer until interrupted; every paper is told on the terminal and, with --out, kept as PNG."""
    parser = argparse.ArgumentParser(prog="python -m printers.emulator", description=__doc__)
    parser.add_argument("--profile", default="epson-tm-t88vi", help=f"one of {', '.join(machine_names())}")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--host", default="127.0.0.1", help="0.0.0.0 lets others on the network print")
    parser.add_argument("--proof", choices="ABCD", help="how well it can tell that it printed")
    parser.add_argument("--line-seconds", type=float, default=0.0, help="time each line takes")
    parser.add_argument("--out", type=Path, help="folder for PNG and text of every paper")
    parser.add_argument("--web", type=int, metavar="PORT", help="show the paper and the fault switches in a browser")
    asked = parser.parse_args()
    printer = Printer(asked.profile, asked.port, host=asked.host, proof=asked.proof, line_seconds=asked.line_seconds)

    def told(paper: Paper) -> None:
        print(paper.text, "-" * 48, sep="\n", flush=True)
        if asked.out:
            asked.out.mkdir(parents=True, exist_ok=True)
            name = asked.out / f"{len(printer.papers):04}"
            name.with_suffix(".png").write_bytes(paper.png())
            name.with_suffix(".txt").write_text(paper.text, "utf-8")

    printer.on_paper(told)
    with printer:
        print(f"{printer.machine.title} at {printer.connection}", file=sys.stderr, flush=True)
        if asked.web is not None:
            view = WebView(printer, asked.web, asked.host)
            print(f"Paper at http://{asked.host}:{view.port}/", file=sys.stderr, flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
