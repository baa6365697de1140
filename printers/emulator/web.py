"""A small web page with the printer's paper on it and its fault switches beside it."""

import html
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from printers.emulator.printer import Printer

SWITCHES: dict[str, Callable[[Printer], None]] = {
    "paper out": Printer.paper_out,
    "paper low": Printer.paper_low,
    "new roll": Printer.paper_in,
    "open cover": lambda printer: printer.cover(is_open=True),
    "close cover": lambda printer: printer.cover(is_open=False),
    "jam cutter": lambda printer: printer.cutter(jammed=True),
    "free cutter": lambda printer: printer.cutter(jammed=False),
    "power off": Printer.power_off,
    "power on": Printer.power_on,
    "hang": Printer.hang,
    "stop hanging": lambda printer: printer.hang(on=False),
    "refuse": Printer.refuse,
    "stop refusing": lambda printer: printer.refuse(on=False),
    "lie": Printer.lie,
    "stop lying": lambda printer: printer.lie(on=False),
    "deny faults": Printer.deny,
    "admit faults": lambda printer: printer.deny(on=False),
    "answer nothing": Printer.mute,
    "answer again": lambda printer: printer.mute(on=False),
    "reset after 500 bytes": lambda printer: printer.reset_after(500),
    "tear off": Printer.tear,
}
"""What can be done to a printer from the page, by the words on the button."""

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="refresh" content="2"><meta name="viewport" content="width=device-width">
<style>body{{margin:0;background:#3a3a3f;color:#eee;font:16px/1.4 system-ui,sans-serif}}
header{{padding:1rem 1.5rem}}form{{display:flex;flex-wrap:wrap;gap:.4rem}}
button{{font:inherit;padding:.4rem .8rem;border:0;border-radius:.4rem;background:#55555c;color:#fff}}
main{{display:flex;flex-wrap:wrap;align-items:flex-start;gap:1.5rem;padding:1.5rem}}
img{{max-width:22rem;box-shadow:0 4px 18px #0008}}</style>
<header><h1>{title}</h1><p>{connection} &middot; {state}</p><form method="post">{buttons}</form></header>
<main>{papers}</main></html>"""


def page(printer: Printer, newest: int = 24) -> str:
    """The page as HTML: state, buttons, the newest papers first."""
    sensors = printer.device.sensors
    words = ["on" if sensors.power else "off", f"paper {sensors.paper}", f"class {printer.device.proof}"]
    words += ["cover open"] * sensors.cover_open + ["cutter jammed"] * printer.device.error
    words += [f"drawer kicked {printer.kicks} times"]
    buttons = "".join(f'<button name="do" value="{name}">{name}</button>' for name in SWITCHES)
    last = len(printer.papers)
    numbers = range(last, max(0, last - newest), -1)
    papers = "".join(
        f'<img src="/paper/{number}.png" alt="{html.escape(printer.papers[number - 1].text)}">' for number in numbers
    )
    return _PAGE.format(
        title=html.escape(printer.machine.title),
        connection=html.escape(printer.connection),
        state=", ".join(words),
        buttons=buttons,
        papers=papers or "<p>Nothing printed yet.</p>",
    )


class WebView:
    """Serves `page` for one printer. `port` 0 takes a free one. Raises OSError when the port is taken."""

    def __init__(self, printer: Printer, port: int = 0, host: str = "127.0.0.1") -> None:
        class Handler(_Handler):
            shown = printer

        self._server = ThreadingHTTPServer((host, port), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="emulator-web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    shown: Printer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/":
            self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page(self.shown).encode())
            return
        name = path.removeprefix("/paper/").removesuffix(".png")
        if not name.isdigit() or not 1 <= int(name) <= len(self.shown.papers):
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"No such paper.")
            return
        self._answer(HTTPStatus.OK, "image/png", self.shown.papers[int(name) - 1].png())

    def do_POST(self) -> None:
        body = self.rfile.read(min(10_000, int(self.headers.get("Content-Length", 0)))).decode("utf-8", "replace")
        switch = SWITCHES.get(parse_qs(body).get("do", [""])[0])
        if switch is None:
            self._answer(HTTPStatus.BAD_REQUEST, "text/plain", b"No such switch.")
            return
        switch(self.shown)
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.end_headers()

    def _answer(self, code: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Silence: the terminal shows papers."""
