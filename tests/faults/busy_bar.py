"""A busy evening: several tills place, change and pay orders, and write down what they were told was done.

usage: python -m tests.faults.busy_bar DATA PASS TOLD TILLS ORDERS

Starts the box itself, so that one strace sees both. PASS is the file with the tills' pass, TOLD the file that gets a
line for every answer, after it arrived; it lies outside DATA.
"""

import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.audit import Told
from tests.faults.box import Box, Pass, running

ITEMS = (1, 2, 3)
"""Counted and uncounted products of the test bar."""


@dataclass(frozen=True, slots=True)
class Evening:
    """What one till does; `write_down` gets a line for each answer."""

    box: Box
    known: Pass
    write_down: Callable[[Told], None]

    def serve_guests(self, name: str, orders: int) -> None:
        """Serve that many guests, one after the other."""
        till = self.box.till(self.known)
        for number in range(orders):
            self._serve(till.call, f"{name}-{number}", number)
        till.close()

    def _serve(self, call: Callable[..., Any], guest: str, number: int) -> None:
        items = [{"itemId": item, "quantity": 1 + (number + item) % 3} for item in ITEMS]
        order = call("POST", "/api/orders", {"tab": guest, "items": items})
        self.write_down(Told(order["orderId"], guest, order["version"]))
        path = f"/api/orders/{order['orderId']}"
        if number % 2:
            order = call("PUT", path, {"items": [{"itemId": ITEMS[0], "quantity": 2}]})
            self.write_down(Told(order["orderId"], guest, order["version"]))
        if number % 3:
            half = order["totalAmount"] // 2
            self._pay(call, guest, order, {"method": "card", "amount": half})
            rest = order["totalAmount"] - half
            self._pay(call, guest, order, {"method": "cash", "amount": rest, "tendered": rest + 100})

    def _pay(self, call: Callable[..., Any], guest: str, order: Any, tender: dict[str, Any]) -> None:
        paid = call("POST", "/api/payments", {"orderId": order["orderId"], "tenders": [tender]})
        self.write_down(Told(order["orderId"], guest, paid["order"]["version"], paid["paymentId"], tender["amount"]))


def main(data: str, known: str, told: str, tills: str, orders: str) -> None:
    """The whole evening, then closing time."""
    book = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write_down(each: Told) -> None:
        os.write(book, f"{each.line()}\n".encode())

    with running(Path(data)) as box, ThreadPoolExecutor() as staff:
        evening = Evening(box, Pass(**json.loads(Path(known).read_text())), write_down)
        shifts = [staff.submit(evening.serve_guests, f"till{n}", int(orders)) for n in range(int(tills))]
        for shift in shifts:
            shift.result()


if __name__ == "__main__":
    main(*sys.argv[1:])
