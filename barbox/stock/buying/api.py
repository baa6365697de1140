"""The calls of buying: suppliers, what to order, orders, and what came in."""

import asyncio
from typing import Annotated, Literal

from aiohttp import web
from msgspec import Meta

from barbox.core import tables
from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Id, Made, View
from barbox.core.spans import Span, span
from barbox.stock.buying import delivered, deliveries, papers, purchases, replenishment, reversals, suppliers
from barbox.stock.buying.delivered import DeliveriesView, DeliveryView
from barbox.stock.buying.deliveries import NewDelivery, ReceivePurchase
from barbox.stock.buying.papers import SendPurchase, SentPurchase
from barbox.stock.buying.purchases import EditPurchase, PurchasesView, PurchaseView, Status
from barbox.stock.buying.replenishment import SuggestedView
from barbox.stock.buying.reversals import ReverseDelivery
from barbox.stock.buying.suppliers import EditSupplier, SuppliersView

routes = Routes("stock")


@routes.get("/api/suppliers", "stock.edit")
async def read_suppliers(call: Call) -> SuppliersView:
    """Who delivers, when, and from what amount on."""
    async with call.db.snapshot() as snapshot:
        return await suppliers.read_suppliers(snapshot)


@routes.post("/api/suppliers", "stock.edit", 201)
async def add_supplier(call: Call, body: EditSupplier) -> Answer[Made]:
    """Add a supplier."""
    return await call.write(suppliers.save_supplier, None, body)


@routes.put("/api/suppliers/{supplier_id}", "stock.edit")
async def change_supplier(call: Call, supplier_id: int, body: EditSupplier) -> Answer[Made]:
    """Change a supplier."""
    return await call.write(suppliers.save_supplier, supplier_id, body)


@routes.delete("/api/suppliers/{supplier_id}", "stock.edit")
async def hide_supplier(call: Call, supplier_id: int) -> None:
    """Take a supplier away that has no open order."""
    await call.write(suppliers.hide_supplier, supplier_id)


class PurchasesQuery(View):
    """Of a status or a supplier, `open` only those that are not done; `limit` of them, with numbers below `before`."""

    status: Status | None = None
    open: bool = False
    supplier_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100
    before: Id | None = None


@routes.get("/api/purchases", "stock.edit")
async def read_purchases(call: Call, query: PurchasesQuery) -> PurchasesView:
    """Orders to suppliers, the newest first."""
    statuses: tuple[Status, ...] = (query.status,) if query.status else suppliers.OPEN if query.open else ()
    async with call.db.snapshot() as snapshot:
        return await purchases.read_purchases(snapshot, statuses, query.supplier_id, query.limit, query.before)


@routes.post("/api/purchases", "stock.edit", 201)
async def add_purchase(call: Call, body: EditPurchase) -> Answer[PurchaseView]:
    """Draft an order."""
    return await call.write(purchases.save_purchase, None, body)


class SuggestedQuery(View):
    """Of one supplier, or of all."""

    supplier_id: Id | None = None


@routes.get("/api/purchases/suggested", "stock.edit")
async def suggested(call: Call, query: SuggestedQuery) -> SuggestedView:
    """What to order today: by what is there, on its way and foreseen to be used, in whole packs, with the reason."""
    today = call.db.days.of(call.db.clock.now())
    async with call.db.snapshot() as snapshot:
        return await replenishment.suggest(snapshot, today, query.supplier_id, call.language)


@routes.get("/api/purchases/{purchase_id}", "stock.edit")
async def read_purchase(call: Call, purchase_id: int) -> PurchaseView:
    """One order, with what came of it so far."""
    async with call.db.snapshot() as snapshot:
        return await purchases.read_purchase(snapshot, purchase_id)


@routes.put("/api/purchases/{purchase_id}", "stock.edit")
async def change_purchase(call: Call, purchase_id: int, body: EditPurchase) -> Answer[PurchaseView]:
    """Change a draft."""
    return await call.write(purchases.save_purchase, purchase_id, body)


@routes.post("/api/purchases/{purchase_id}/send", "stock.edit")
async def send_purchase(call: Call, purchase_id: int, body: SendPurchase) -> Answer[SentPurchase]:
    """It goes to the supplier: printed, as a mail's text, or as a file; once sent it may go again."""
    return await call.write(papers.send_purchase, purchase_id, body)


@routes.post("/api/purchases/{purchase_id}/cancel", "stock.edit")
async def cancel_purchase(call: Call, purchase_id: int) -> Answer[PurchaseView]:
    """Nothing of it will come."""
    return await call.write(purchases.cancel_purchase, purchase_id)


@routes.post("/api/purchases/{purchase_id}/close", "stock.edit")
async def close_purchase(call: Call, purchase_id: int) -> Answer[PurchaseView]:
    """What has not come of it is awaited no longer."""
    return await call.write(purchases.close_purchase, purchase_id)


class FileQuery(View):
    format: Literal["csv", "xlsx", "pdf"] = "pdf"


@routes.get("/api/purchases/{purchase_id}/file", "stock.edit")
async def purchase_file(call: Call, purchase_id: int, query: FileQuery) -> web.Response:
    """An order to take away, in the supplier's language."""
    async with call.db.snapshot() as snapshot:
        table, venue = await papers.table_of(snapshot, purchase_id)
    body = await asyncio.to_thread(tables.write, table, query.format, venue)
    headers = {
        "Content-Type": tables.KINDS[query.format],
        "Content-Disposition": f'attachment; filename="order-{purchase_id}.{query.format}"',
        "Cache-Control": "no-store",
    }
    return web.Response(body=body, headers=headers)


@routes.post("/api/purchases/{purchase_id}/receive", "stock.edit", 201)
async def receive_purchase(call: Call, purchase_id: int, body: ReceivePurchase) -> Answer[DeliveryView]:
    """Some or all of an order came: booked, with its differences."""
    return await call.write(deliveries.receive_purchase, purchase_id, body)


@routes.post("/api/deliveries", "stock.edit", 201)
async def receive_delivery(call: Call, body: NewDelivery) -> Answer[DeliveryView]:
    """Something came without an order."""
    return await call.write(deliveries.receive_delivery, body)


class DeliveriesQuery(Span):
    """Of some days (today by default), a supplier or an order, whose deliveries are told whenever they came."""

    supplier_id: Id | None = None
    purchase_id: Id | None = None
    limit: Annotated[int, Meta(ge=1, le=500)] = 100


@routes.get("/api/deliveries", "stock.edit")
async def read_deliveries(call: Call, query: DeliveriesQuery) -> DeliveriesView:
    """What came in, the newest first."""
    days = span(call, query)
    if query.purchase_id is not None and query.first is None and query.last is None:
        days = 0, 9999_12_31
    asked = delivered.Asked(*days, query.supplier_id, query.purchase_id, query.limit)
    async with call.db.snapshot() as snapshot:
        return await delivered.read_deliveries(snapshot, asked)


@routes.get("/api/deliveries/{delivery_id}", "stock.edit")
async def read_delivery(call: Call, delivery_id: int) -> DeliveryView:
    """One of them, with how it differs from what was ordered."""
    async with call.db.snapshot() as snapshot:
        return await delivered.read_delivery(snapshot, delivery_id)


@routes.post("/api/deliveries/{delivery_id}/reverse", "stock.edit")
async def reverse_delivery(call: Call, delivery_id: int, body: ReverseDelivery) -> Answer[DeliveryView]:
    """It was written down wrong: taken back, with a reason, and what came `instead` is booked in its place."""
    return await call.write(reversals.reverse_delivery, delivery_id, body)
