"""A field of rows, each of a few named cells: addresses, contacts, tax ids, shares of cost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldRefused
from billing_tui.domain.safe import safe

from .field import Field, FieldChanged, FieldEntered
from .row import Cells, Row

_ROW = re.compile(r"\[(\d+)\]\.?(.*)", re.DOTALL)


class AddRow(Static):
    """Stands beside the label. It takes the keys while there is no row that could."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "enter", "Next field", show=False)]

    async def on_click(self) -> None:
        await self._rows().action_add()

    def action_enter(self) -> None:
        self.post_message(FieldEntered(self._rows()))

    def _rows(self) -> RowsField:
        return next(node for node in self.ancestors if isinstance(node, RowsField))


class RowsField(Field[tuple[dict[str, Any], ...]]):
    """`make` gives the cells of a new row, line by line. Rows left as they came are not counted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "Add row", tooltip="Add a row to this list", id="rows.add"),
        Binding("ctrl+d", "remove", "Remove row", tooltip="Remove this row", id="rows.remove"),
    ]

    def __init__(
        self,
        name: str,
        label: str,
        *,
        noun: str,
        make: Callable[[], Cells],
        rows: Sequence[Mapping[str, Any]] = (),
        most: int = 20,
    ) -> None:
        """`noun` is what a row is called, such as "contact"; `rows` hold raw texts by cell."""
        super().__init__(name, label)
        self.noun, self.make, self.most = noun, make, most
        self.frozen = False
        self._add = AddRow("", classes="row-add", markup=False)
        self._heading = Vertical(classes="row-headings")
        self._body = Vertical(classes="rows")
        self.rows = [self._row(typed) for typed in rows]

    def compose(self) -> ComposeResult:
        with Horizontal(classes="field-line"):
            yield Static(self._label(), classes="field-label", markup=False)
            yield self._add
        with self._heading:
            for line in self.make():
                with Horizontal(classes="row-line"):
                    for cell in line:
                        shape = "-wide" if cell.WIDE else "-narrow"
                        yield Static(safe(cell.label), classes=shape, markup=False)
        with self._body:
            yield from self.rows
        yield self._below

    def on_mount(self) -> None:
        self._count()

    @property
    def entry(self) -> Widget:
        """The first cell that is wrong, else the first."""
        cells = [cell for row in self.rows for cell in row.cells.values()]
        wrong = [cell for row in self.rows for cell in row.wrong]
        return next((cell.entry for cell in wrong or cells), self._add)

    @property
    def text(self) -> str:
        return json.dumps(self.typed())

    @text.setter
    def text(self, text: str) -> None:
        self.fill(json.loads(text))

    @property
    def kept(self) -> list[Row]:
        return [row for row in self.rows if not row.blank]

    @property
    def value(self) -> tuple[dict[str, Any], ...]:
        return tuple(row.values() for row in self.kept)

    def collect(self) -> tuple[dict[str, Any], ...]:
        found, wrong = [], None
        for row in self.kept:
            try:
                found.append(row.collect())
            except BillingError as error:
                wrong = wrong or error
        if wrong is not None:
            raise wrong
        if len(found) > self.most:
            self.error = f"has {len(found)} rows; at most {self.most} are kept."
            raise FieldRefused(self.error)
        return tuple(found)

    def complain(self, place: str, message: str) -> None:
        found = _ROW.fullmatch(place)
        if found and int(found[1]) < len(self.kept):
            self.kept[int(found[1])].complain(found[2], message)
        else:
            super().complain(place, message)

    def forgive(self) -> None:
        super().forgive()
        for row in self.rows:
            row.forgive()

    def typed(self) -> list[dict[str, Any]]:
        return [row.typed() for row in self.rows]

    def fill(self, typed: Any) -> None:
        if not isinstance(typed, list):
            return
        for row in self.rows:
            row.remove()
        self.rows = [self._row(given) for given in typed if isinstance(given, dict)]
        if self.is_mounted:
            self._body.mount_all(self.rows)
            self.changed()

    def freeze(self, frozen: bool) -> None:
        self.frozen = frozen
        for row in self.rows:
            for cell in row.cells.values():
                cell.freeze(frozen)

    def judge(self) -> None:
        """Each cell judges itself."""
        self._count()

    async def action_add(self) -> None:
        if self.frozen:
            return
        row = self._row({})
        at = self._at()
        self.rows.insert(len(self.rows) if at is None else at + 1, row)
        await self._body.mount(row, after=None if at is None else self.rows[at])
        self.changed()
        next(iter(row.cells.values())).focus()

    def action_remove(self) -> None:
        at = self._at()
        if at is None or self.frozen:
            return
        row = self.rows.pop(at)
        self._count()
        next_one = self.rows[min(at, len(self.rows) - 1)] if self.rows else None
        if next_one is None:
            self._add.focus()
        else:
            next(iter(next_one.cells.values())).focus()
        row.remove()
        self.changed()

    @on(FieldChanged)
    def _cell_changed(self, event: FieldChanged) -> None:
        if event.field is self:
            return
        event.stop()
        for row in self.rows:
            if event.field in row.cells.values():
                row.cell_changed()
        self.changed()

    def _row(self, typed: Mapping[str, Any]) -> Row:
        row = Row(self.make())
        row.fill(typed)
        return row

    def _at(self) -> int | None:
        """The place of the row that has the focus."""
        for place, row in enumerate(self.rows):
            if row.has_focus_within:
                return place
        return None

    def _count(self) -> None:
        self._show()
        self._add.can_focus = not self.rows
        self._heading.display = bool(self.rows)
        none = "" if self.rows else f"no {self.noun} yet · "
        self._add.update(
            f"{none}ctrl+n adds one, ctrl+d removes it" if self.rows else f"{none}ctrl+n adds one"
        )
