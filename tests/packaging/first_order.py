"""How long it takes from a clean Debian to the first order, by the README alone: `./install.sh --demo`, then an order.

A command, not a test:

    python -m tests.packaging.first_order [--suite bookworm] [--folder /var/tmp/clean] [--bring FILE]

A Debian of its own is laid out in a folder (that is not counted: the README begins with a Debian), the sources are
copied in as `git archive` gives them, and each step after that is timed. `--bring` copies a file of this
machine in first, such as certificates of a proxy.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from typing import Any

from tests.packaging import clean_debian

LIMIT_S = 600.0


def order(told: dict[str, Any]) -> str:
    """Pair, sign in, order the first thing on the menu; what the box said about it."""
    url = told["url"].rstrip("/")
    device = ask(url, "/api/devices/pair", {"code": told["pairingCode"], "name": "Stopwatch"})["deviceToken"]
    waiter = next(each for each in told["staff"] if each["role"] == "waiter")
    session = ask(url, "/api/session", {"pin": waiter["pin"]}, device)["token"]
    menu = ask(url, "/api/menu", None, session)
    product = next(each for each in menu["products"] if not each["groupIds"] and each["available"])
    placed = ask(url, "/api/orders", {"tab": "first", "items": [{"itemId": product["id"], "quantity": 1}]}, session)
    return f"order {placed['orderId']}: {product['name']}, {placed['totalAmount']} minor units"


def ask(url: str, path: str, body: object, token: str = "") -> Any:
    """One call to the demo."""
    headers = {"Content-Type": "application/json", "Idempotency-Key": secrets.token_hex(16)}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data, headers)  # noqa: S310 (the demo's own address)
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return json.load(answer)


def main() -> int:
    """Time it; exit code 1 when it takes ten minutes or longer."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    clean_debian.add_options(parser, "/var/tmp/barbox-clean")
    options = parser.parse_args()
    clean_debian.lay_out(options.folder, options.suite, options.bring)
    steps: list[tuple[str, float]] = []
    begun = last = time.monotonic()

    def done(step: str) -> None:
        nonlocal last
        now = time.monotonic()
        steps.append((step, now - last))
        last = now
        print(f"{now - begun:7.1f} s  {step}", flush=True)

    # The one step a bare debootstrap needs that a Debian somebody uses has behind it.
    update = clean_debian.inside(options.folder, "apt-get", "update", "-q")
    subprocess.run(update, check=True, stdout=subprocess.DEVNULL)
    done("apt-get update")
    start = f"cd {clean_debian.SOURCES} && exec ./install.sh --demo --json --no-open --port 0"
    with subprocess.Popen(
        clean_debian.inside(options.folder, "sh", "-c", start),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=clean_debian.as_root_of_it(os.environ),
    ) as demo:
        try:
            assert demo.stdout
            assert demo.stderr
            step = "the start"
            for line in demo.stderr:
                if not line.startswith(("WARNING", "debconf")):
                    done(step)
                    step = line.strip()
                if line.startswith("Installed."):
                    break
            told = json.loads(demo.stdout.readline())
            done("the demo opens")
            print(order(told))
            done("the first order")
        finally:
            demo.kill()
    total = last - begun
    slowest = max(steps, key=lambda step: step[1])
    print(f"From clean Debian to the first order: {total:.0f} s. Slowest: {slowest[0]}, {slowest[1]:.0f} s.")
    return 0 if total < LIMIT_S else 1


if __name__ == "__main__":
    sys.exit(main())
