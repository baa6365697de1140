"""Shows the way to the box to phones that ask whether its Wi-Fi leads to the internet.

Until a phone has seen the page, its question (`/generate_204`, `/hotspot-detect.html`, …) is answered by a
redirect, and the phone opens its sign-in window; afterwards it hears "all is well" and stays on this Wi-Fi.
The sign-in window forgets everything when it closes, so the page only says which address to open in the
browser.
"""

import argparse
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

REMEMBERED = 500
# What each maker's question expects when there is internet.
ALL_WELL: dict[str, tuple[int, bytes]] = {
    "/generate_204": (204, b""),
    "/gen_204": (204, b""),
    "/hotspot-detect.html": (200, b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>"),
    "/library/test/success.html": (
        200,
        b"<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>",
    ),
    "/connecttest.txt": (200, b"Microsoft Connect Test"),
    "/ncsi.txt": (200, b"Microsoft NCSI"),
    "/success.txt": (200, b"success\n"),
}
PAGE = """\
<!doctype html><html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Barbox</title>
<style>body{{font:1.3rem/1.6 sans-serif;margin:2rem;max-width:30rem}}b{{font-size:1.6rem}}</style>
<p lang="zh">请在浏览器中打开：<br><b>{url}</b></p>
<p lang="en">Open this address in your browser:<br><b>{url}</b></p>
"""


class Portal(ThreadingHTTPServer):
    """The server on port 80; `url` is where the box itself is."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], url: str) -> None:
        super().__init__(address, _Answer)
        self.url = url
        self.seen: OrderedDict[str, None] = OrderedDict()

    def remember(self, guest: str) -> None:
        """Notes who has seen the page; the longest ago is forgotten first."""
        self.seen[guest] = None
        while len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)


class _Answer(BaseHTTPRequestHandler):
    server: Portal
    timeout = 10  # seconds; a phone that says nothing does not hold a thread

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        guest = self.client_address[0]
        if path == "/way":
            self.server.remember(guest)
            self._send(200, PAGE.format(url=self.server.url).encode(), ("Content-Type", "text/html; charset=utf-8"))
        elif path in ALL_WELL and guest in self.server.seen:
            status, body = ALL_WELL[path]
            self._send(status, body, ("Content-Type", "text/html"))
        else:
            host, port = self.server.server_address[:2]
            self._send(302, b"", ("Location", f"http://{host!s}:{port}/way"))

    def _send(self, status: int, body: bytes, header: tuple[str, str]) -> None:
        self.send_response(status)
        self.send_header(*header)
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the library's name)
        """Says nothing: who carries which phone is nobody's business."""


def main() -> None:
    """Serves until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--address", default="10.42.0.1")
    parser.add_argument("--listen-port", type=int, default=80)
    parser.add_argument("--port", type=int, default=8080, help="where the box serves")
    options = parser.parse_args()
    url = f"http://{options.address}:{options.port}"
    Portal((options.address, options.listen_port), url).serve_forever()


if __name__ == "__main__":
    main()
