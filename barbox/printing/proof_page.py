"""A test page at a printer the box need not know yet."""

from barbox.core.clock import BusinessDays, wall_ms
from barbox.core.settings import Venue
from barbox.printing.contents import TestPage
from barbox.printing.marks import Marks
from barbox.printing.tickets import lay_out
from printers import profiles, transports
from printers.confirm import Proof, deliver
from printers.encoder import encode

PATIENCE_S = 30.0


def print_page(connection: str, profile_name: str) -> tuple[str, str]:
    """Print it and say how sure it is that it came out, and why not surer.

    Raises BadConnection, TransportError, UnknownProfile.
    """
    profile = profiles.load(profile_name)
    marks = Marks(number="T-1", created_at=wall_ms())
    document = lay_out(TestPage(connection), marks, Venue(), BusinessDays("UTC", 0))
    transport = transports.connect(connection, timeout=5.0)
    try:
        delivery = deliver(
            transport,
            encode(document, profile),
            proof=Proof(profile.replies.proof),
            process_id="TEST",
            profile=profile,
            deadline=PATIENCE_S,
        )
    finally:
        transport.close()
    return delivery.outcome.value, delivery.detail or delivery.reason.value
