"""The payments' calls."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.payments import commands
from barbox.payments.commands import NewPayment, PaymentView
from barbox.printing.commands import Queued

routes = Routes("payments")


@routes.post("/api/payments", "payment.take", 201)
async def take(call: Call, body: NewPayment) -> Answer[PaymentView]:
    """Take money on an order: cash with change, card or mobile recorded; the receipt prints when nothing is owed."""
    return await call.write(commands.take, body)


@routes.post("/api/orders/{order_id}/receipt", "payment.take", 202)
async def receipt(call: Call, order_id: int) -> Answer[Queued]:
    """Print the receipt again, marked as a copy."""
    return await call.write(commands.print_receipt, order_id)
