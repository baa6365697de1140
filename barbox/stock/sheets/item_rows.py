"""The rows of an imported table of items."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from barbox.core.money import show_quantity
from barbox.core.names import decode
from barbox.core.sheets import Row, Table
from barbox.menu.queries import load_catalogue
from barbox.stock import rules
from barbox.stock.buying.suppliers import EditSupplier, save_supplier
from barbox.stock.items import EditItem, EditPack, counted, save_item
from barbox.stock.queries import ItemRow
from barbox.stock.sheets.cells import Wrong, fit, minor, named, one_of, quantity, whole, yes
from barbox.stock.sheets.columns import heading
from barbox.stock.sheets.reading import Cell, ImportedCell, ImportedRow, Reading

COLUMNS = {
    "names": "name",
    "unit": "unit",
    "kind": "kind",
    "policy": "policy",
    "locationId": "place",
    "shelf": "shelf",
    "lowAt": "reorder",
    "par": "par",
    "cost": "cost",
    "supplierId": "supplier",
    "barcode": "barcode",
    "tare": "tare",
    "fullWeight": "full_weight",
    "fullQuantity": "full_quantity",
    "dated": "dated",
    "note": "note",
    "already_there": "barcode",
    "packs": "pack",
}
PACK_COLUMNS = {"names": "pack", "quantity": "pack_quantity", "price": "pack_price", "barcode": "pack_barcode"}


class ItemRows:
    """A row for each item; a further pack of one is a further row."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.tx, self.report = reading.tx, reading.report

    def take(self, rows: Table) -> None:
        """Write them."""
        groups: dict[object, list[Row]] = {}
        for row in rows:
            key = row.cells.get("id") or next(iter(named(row, "name").values()), "").casefold()
            first = groups.setdefault(key or row.number, [])
            if first and not named(row, "pack"):
                self.reading.wrong("items", row, Wrong("name", "twice", first[0].number))
            else:
                first.append(row)
        for group in groups.values():
            self.reading.take("items", group[0], COLUMNS, partial(self._item, group))

    def _item(self, group: Sequence[Row]) -> None:
        row, wrong = group[0], len(self.report.problems)
        known = self._known(row)
        before = self._edit(known) if known else EditItem({})
        edit = self._read(row, known, before)
        packs = [self._cell(each, partial(self._pack, each, known), None) for each in group]
        edit.packs = self._merged(known, [pack for pack in packs if pack is not None])
        if len(self.report.problems) > wrong:
            return
        if known is not None and edit == before:
            self.report.unchanged += 1
            return
        number = save_item(self.tx, known.id if known else None, edit).id
        self.report.added += known is None
        self.report.changed += known is not None
        self.reading.tell(self._told(row, known, before, edit))
        for called in edit.names.values():
            self.reading.items.setdefault(called.casefold(), set()).add(number)

    def _cell(self, row: Row, read: Callable[[], Cell], default: Cell) -> Cell:
        return self.reading.cell("items", row, read, default)

    def _read(self, row: Row, known: ItemRow | None, before: EditItem) -> EditItem:
        """An item as its row has it; what is empty stays as it was."""
        cells = row.cells
        names = {**before.names, **named(row, "name")}
        if not names:
            raise Wrong("name", "no_name")

        def number(column: str, default: Any) -> Any:
            return self._cell(row, lambda: quantity(row, column, default), default)

        def word(column: str, among: object, default: str) -> Any:
            return self._cell(row, lambda: one_of(row, column, among, default), default)

        made = EditItem(
            names=names,
            unit=word("unit", rules.Unit, before.unit),
            kind=word("kind", rules.ItemKind, before.kind),
            policy=word("policy", rules.Policy, before.policy),
            location_id=self._cell(row, lambda: self._place(row, before.location_id), before.location_id),
            shelf=cells.get("shelf", before.shelf),
            low_at=number("reorder", before.low_at),
            par=number("par", before.par),
            cost=self._cell(row, lambda: self._cost(row, known), None),
            supplier_id=self._cell(row, lambda: self._supplier(row, before.supplier_id), before.supplier_id),
            barcode=cells.get("barcode", before.barcode),
            tare=number("tare", before.tare),
            full_weight=number("full_weight", before.full_weight),
            full_quantity=number("full_quantity", before.full_quantity),
            dated=self._cell(row, lambda: yes(row, "dated", before.dated), before.dated),
            note=cells.get("note", before.note),
        )
        fields = {name: getattr(made, name) for name in EditItem.__struct_fields__}
        return self._cell(row, lambda: fit(EditItem, COLUMNS, **fields), made)

    def _known(self, row: Row) -> ItemRow | None:
        rows = self.reading.rows
        if "id" in row.cells:
            text = row.cells["id"]
            number = whole(text)
            if number in rows:
                return rows[number]
            if number in self.tx.cached(load_catalogue).products:
                return counted(self.tx, number)
            raise Wrong("id", "no_id", text)
        for called in named(row, "name").values():
            if found := self.reading.items.get(called.casefold()):
                if len(found) > 1:
                    raise Wrong("name", "many", called)
                return rows.get(next(iter(found)))
        return None

    def _edit(self, row: ItemRow) -> EditItem:
        """An item as it is, as a call would say it."""

        def shown(much: int | None) -> float | None:
            return None if much is None else show_quantity(much)

        stored = {name: getattr(row, name) for name in ("unit", "kind", "policy", "location_id", "shelf", "note")}
        return EditItem(
            names=dict(decode(row.names)),
            **stored,
            low_at=show_quantity(row.low_at),
            par=show_quantity(row.par),
            supplier_id=row.supplier_id,
            barcode=row.barcode,
            tare=shown(row.tare),
            full_weight=shown(row.full_weight),
            full_quantity=shown(row.full_quantity),
            dated=bool(row.dated),
        )

    def _pack(self, row: Row, known: ItemRow | None) -> EditPack | None:
        names = named(row, "pack")
        if not names:
            return None
        if "pack_quantity" not in row.cells:
            raise Wrong("pack_quantity", "no_pack")
        there = self.reading.packs.get(known.id if known else 0, [])
        same = next((each for each in there if set(names.values()) & set(decode(each.names).values())), None)
        price = minor(row, "pack_price", self.reading.digits)
        if price is not None and price != int(price):
            raise Wrong("pack_price", "no_number", row.cells["pack_price"])
        return fit(
            EditPack,
            PACK_COLUMNS,
            names={**(decode(same.names) if same else {}), **names},
            quantity=quantity(row, "pack_quantity", 0.0),
            id=same.id if same else None,
            barcode=row.cells.get("pack_barcode", same.barcode if same else None),
            price=int(price) if price is not None else same.price if same else None,
            deposit_item_id=same.deposit_item_id if same else None,
        )

    def _merged(self, known: ItemRow | None, packs: Sequence[EditPack]) -> list[EditPack] | None:
        """Its packs with those of the table; None where the table changes nothing about them."""
        there = self._packs(known)
        said: dict[int | None, EditPack] = {pack.id: pack for pack in packs if pack.id is not None}
        merged = [said.get(pack.id, pack) for pack in there] + [pack for pack in packs if pack.id is None]
        return None if merged == there else merged

    def _packs(self, known: ItemRow | None) -> list[EditPack]:
        return [
            EditPack(dict(decode(row.names)), show_quantity(row.quantity), row.id, row.barcode, row.price, deposit)
            for row in self.reading.packs.get(known.id if known else 0, [])
            for deposit in [row.deposit_item_id]
        ]

    def _place(self, row: Row, default: int) -> int:
        if "place" not in row.cells:
            return default
        found = self.reading.places.get(row.cells["place"].casefold())
        if not found:
            raise Wrong("place", "no_place", row.cells["place"])
        return min(found)

    def _supplier(self, row: Row, default: int | None) -> int | None:
        called, suppliers = row.cells.get("supplier"), self.reading.suppliers
        if called is None:
            return default
        if called.casefold() not in suppliers:
            made = save_supplier(self.tx, None, fit(EditSupplier, {"name": "supplier"}, name=called))
            suppliers[called.casefold()] = made.id
            self.report.suppliers.append(called)
        return suppliers[called.casefold()]

    def _cost(self, row: Row, known: ItemRow | None) -> float | None:
        """In minor units for one unit; None where it says nothing new."""
        cost = minor(row, "cost", self.reading.digits)
        same = cost is not None and known is not None and float(cost) == rules.show_cost(known.cost)
        return None if cost is None or same else float(cost)

    # -- what it would do, for people

    def _told(self, row: Row, known: ItemRow | None, before: EditItem, edit: EditItem) -> ImportedRow:
        cells = []
        for field, encoded in zip(EditItem.__struct_fields__, EditItem.__struct_encode_fields__, strict=True):
            was, now = self._said(field, before, known), self._said(field, edit, known)
            if known is not None and was != now and now:
                cells.append(ImportedCell(heading(COLUMNS[encoded], self.reading.language), was, now))
        return ImportedRow("items", row.number, self.reading.name(edit.names), known is None, cells)

    def _said(self, field: str, edit: EditItem, known: ItemRow | None) -> str:
        value = getattr(edit, field)
        if field == "cost":
            cost = rules.show_cost(known.cost) if value is None and known else value
            return "" if cost is None else f"{cost / 10**self.reading.digits:g}"
        if field == "packs" and value is None:
            value = self._packs(known)
        if value is None:
            return ""
        if field == "location_id":
            return self.reading.name(self.reading.locations.get(value, {}))
        if field == "supplier_id":
            return next((name for name, number in self.reading.suppliers.items() if number == value), "")
        if field == "packs":
            return ", ".join(f"{self.reading.name(pack.names)} {pack.quantity:g}" for pack in value)
        if field == "names":
            return " / ".join(value.values())
        return f"{value:g}" if isinstance(value, float) else str(value)
