"""One row of a field of rows: named cells in one or more lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.text import Text
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
        """At the cell the path names, or at the first one."""
        name = place if place in self.cells else place.partition("[")[0]
        if name in self.cells:
            self.cells[name].complain(place[len(name) :], message)
        else:
            next(iter(self.cells.values())).complain(place, message)
        self.show_complaints()

    def show_complaints(self) -> None:
        wrong = [cell for cell in self.cells.values() if cell.error]
        said = "  ".join(f"{WRONG}{safe(cell.label)}: {safe(cell.error)}" for cell in wrong)
        self._complaint.update(Text(said))
        self.set_class(bool(wrong), "-told-below")
