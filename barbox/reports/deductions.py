"""What was taken back, given away or taken off: by whom, and why."""

from barbox.core.database import Snapshot
from barbox.core.messages import View
from barbox.core.statements import Statement
from barbox.reports.queries import STAFF_NAMES, rows_of

_SUMS = Statement(
    "SELECT kind, staff_id, reason, count(*), sum(amount) FROM deduction WHERE business_day BETWEEN ? AND ?"
    " GROUP BY kind, staff_id, reason ORDER BY kind, 5 DESC",
    ("first", "last"),
)


class DeductionView(View):
    """Voids ("void"), what was on the house ("comp") and discounts of one person for one reason; minor units.

    Voids and comps count when they were done, discounts when their order was settled (less what was reopened).
    """

    kind: str
    staff_id: int
    staff_name: str
    reason: str
    count: int
    amount: int


async def read(snapshot: Snapshot, first: int, last: int) -> list[DeductionView]:
    """All deductions of some business days, summed by kind, person and reason."""
    called = dict(await rows_of(snapshot, STAFF_NAMES)) | {0: "Barbox"}
    return [
        DeductionView(kind, staff_id, called.get(staff_id, ""), reason, count, amount)
        for kind, staff_id, reason, count, amount in await rows_of(snapshot, _SUMS, first, last)
    ]
