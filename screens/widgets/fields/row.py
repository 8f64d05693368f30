"""One row of a field of rows: named cells in one or more lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe

from .field import WRONG, Field

Cells = Sequence[Sequence[Field[Any]]]


class Row(Vertical):
    """Cells in one or more lines, and below them what is wrong with them."""

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        self.lines = cells
        self.cells = {cell.key: cell for line in cells for cell in line}
        self.pristine = self.typed()
        self.told = ""
        self._complaint = Static("", classes="row-complaint", markup=False)

    def compose(self) -> ComposeResult:
        for line in self.lines:
            with Horizontal(classes="row-line"):
                for cell in line:
                    yield cell.add_class("-cell")
        yield self._complaint

    @property
    def blank(self) -> bool:
        """Never filled in, so there is nothing to save."""
        return self.typed() == self.pristine

    @property
    def wrong(self) -> list[Field[Any]]:
        cells = list(self.cells.values())
        return cells if self.told else [cell for cell in cells if cell.error]

    def typed(self) -> dict[str, Any]:
        return {name: cell.typed() for name, cell in self.cells.items()}

    def fill(self, typed: Mapping[str, Any]) -> None:
        for name, value in typed.items():
            if name in self.cells:
                self.cells[name].fill(value)

    def values(self) -> dict[str, Any]:
        return {name: cell.value for name, cell in self.cells.items()}

    def collect(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        wrong: BillingError | None = None
        self.told = ""
        for name, cell in self.cells.items():
            try:
                found[name] = cell.collect()
            except BillingError as error:
                wrong = wrong or error
        self.show_complaints()
        if wrong is not None:
            raise wrong
        return found

    def complain(self, place: str, message: str) -> None:
        """At the cell the path names; without one it is about them all together."""
        name = place if place in self.cells else place.partition("[")[0]
        if name in self.cells:
            self.cells[name].complain(place[len(name) :], message)
        elif (said := f"{place}{': ' if place else ''}{message}") not in self.told:
            self.told = f"{self.told} {said}".strip()
        self.show_complaints()

    def forgive(self) -> None:
        self.told = ""
        for cell in self.cells.values():
            cell.forgive()
        self.show_complaints()

    def cell_changed(self) -> None:
        """What was said of all cells may no longer hold once one of them is another."""
        self.told = ""
        self.show_complaints()

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:
        """Some cells only say what is wrong when they are left."""
        self.show_complaints()

    def show_complaints(self) -> None:
        wrong = [cell for cell in self.cells.values() if cell.error]
        parts = [safe(self.told)] if self.told else []
        parts += [f"{safe(cell.label)}: {safe(cell.error)}" for cell in wrong]
        self._complaint.update(Text("  ".join(WRONG + part for part in parts)))
        self.set_class(bool(parts), "-told-below")
