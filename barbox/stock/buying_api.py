"""The calls of buying: suppliers, what to order, orders, and what came in."""

from barbox.core.http import Call, Routes
from barbox.core.idempotency import Answer
from barbox.core.messages import Made
from barbox.stock import commands, suppliers
from barbox.stock.commands import EditSupplier
from barbox.stock.suppliers import SuppliersView

routes = Routes("stock")


@routes.get("/api/suppliers", "stock.edit")
async def read_suppliers(call: Call) -> SuppliersView:
    """Who delivers, when, and from what amount on."""
    async with call.db.snapshot() as snapshot:
        return await suppliers.read_suppliers(snapshot)


@routes.post("/api/suppliers", "stock.edit", 201)
async def add_supplier(call: Call, body: EditSupplier) -> Answer[Made]:
    """Add a supplier."""
    return await call.write(commands.save_supplier, None, body)


@routes.put("/api/suppliers/{supplier_id}", "stock.edit")
async def change_supplier(call: Call, supplier_id: int, body: EditSupplier) -> Answer[Made]:
    """Change a supplier."""
    return await call.write(commands.save_supplier, supplier_id, body)


@routes.delete("/api/suppliers/{supplier_id}", "stock.edit")
async def hide_supplier(call: Call, supplier_id: int) -> None:
    """Take a supplier away that has no open order."""
    await call.write(commands.hide_supplier, supplier_id)
