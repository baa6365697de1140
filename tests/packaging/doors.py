"""A contract for import-linter: a room of the house is entered through its doors only."""

from typing import cast

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class DoorsContract(Contract):
    """Refuses imports from one room into a module of another room that is not one of its open doors.

    Options: `rooms` (package names under barbox), `open_doors` (module names anyone above may import),
    `composers` (modules that put the house together and may import anything).
    """

    rooms = fields.SetField(subfield=fields.StringField())
    open_doors = fields.SetField(subfield=fields.StringField())
    composers = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(
            (importer, imported)
            for imported in graph.modules
            if self._is_closed(imported)
            for importer in graph.find_modules_that_directly_import(imported)
            if not self._may_enter(importer, imported)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["broken"]:
            output.print_error(f"{importer} goes into {imported}, which is not a door of that room", bold=False)

    def _is_closed(self, module: str) -> bool:
        """True for what is neither a door of a room, nor of a room within it, nor inside a door."""
        parts = module.split(".")
        rooms, doors = cast("set[str]", self.rooms), cast("set[str]", self.open_doors)
        return len(parts) > 2 and parts[1] in rooms and doors.isdisjoint(parts[2:4])

    def _may_enter(self, importer: str, imported: str) -> bool:
        room = ".".join(imported.split(".")[:2])
        own_house = (room, *cast("set[str]", self.composers))
        return any(importer == one or importer.startswith(f"{one}.") for one in own_house)
