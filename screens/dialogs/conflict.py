"""Two people changed the same thing: field by field, whose value holds."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from billing_tui.domain.customers.changes import Difference
from billing_tui.domain.given_json import NotJson, read_json
from billing_tui.domain.safe import safe
from screens.formatting import field_name
from screens.widgets.line_list import LineList

from .dialog import Dialog

THEIRS, YOURS = "theirs", "yours"
_FIELD = 16


class _Differences(LineList):
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "conflict--chosen",
        "conflict--other",
        "conflict--open",
    }

    def __init__(self, differences: Sequence[Difference], chosen: dict[str, str]) -> None:
        super().__init__(len(differences))
        self.differences, self.chosen = differences, chosen

    def draw(self, index: int, width: int) -> Text:
        one = self.differences[index]
        style = self.ink
        side = self.chosen.get(one.field)
        wide = max((width - _FIELD - 2) // 3, 4)
        line = Text(no_wrap=True)
        here = "▸" if index == self.cursor else " "
        named = f"{here}{'▲' if side is None else ' '} {safe(field_name(one.field))}"
        line.append(_cell(named, _FIELD), style("conflict--open") if side is None else Style.null())
        line.append(_cell(f"  {_said(one.base)}", wide), style("conflict--other"))
        for name, text in ((THEIRS, one.theirs), (YOURS, one.yours)):
            mark, look = ("●", "chosen") if side == name else ("○", "other")
            line.append(_cell(f"{mark} {_said(text)}", wide), style(f"conflict--{look}"))
        return line


class Conflict(Dialog[dict[str, str]]):
    """Gives `theirs` or `yours` for each field. Where only one of the two changed a field, that
    one's value stands chosen; where both did, the person chooses before anything is saved."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", f"side('{THEIRS}')", "Theirs", tooltip="What the other person saved"),
        Binding("right", f"side('{YOURS}')", "Yours", tooltip="What you typed"),
        Binding("enter", "save", "Save", tooltip="Save what is chosen on the new version"),
    ]

    def __init__(self, title: str, differences: Sequence[Difference]) -> None:
        super().__init__(title)
        self.differences = tuple(differences)
        self.chosen = {
            one.field: YOURS if one.theirs in (one.base, one.yours) else THEIRS
            for one in self.differences
            if not one.clashes
        }
        self.list = _Differences(self.differences, self.chosen)

    def keys(self) -> str:
        left = sum(one.field not in self.chosen for one in self.differences)
        save = f"choose for {left} more" if left else "Enter save"
        return f"← theirs · → yours · {save} · Esc back to the form"

    def compose_body(self) -> ComposeResult:
        yield Static(self._columns(), classes="list-heading", markup=False)
        yield self.list
        with VerticalScroll(classes="list-detail"):
            yield Static("", classes="list-whole", markup=False)

    def on_mount(self) -> None:
        self.list.focus()
        self._show_detail()

    def on_resize(self) -> None:
        self.call_after_refresh(
            lambda: self.query_one(".list-heading", Static).update(self._columns())
        )

    def action_side(self, side: str) -> None:
        self.chosen[self.differences[self.list.cursor].field] = side
        self.list.refresh()
        self.say_keys()

    def action_save(self) -> None:
        undecided = [n for n, one in enumerate(self.differences) if one.field not in self.chosen]
        if undecided:
            self.list.cursor = undecided[0]
        else:
            self.dismiss(dict(self.chosen))

    @on(LineList.Moved)
    def _show_detail(self) -> None:
        """The whole of what the columns cut."""
        one = self.differences[self.list.cursor]
        told = Text()
        for name, text in (("was", one.base), (THEIRS, one.theirs), (YOURS, one.yours)):
            told.append(f"{name:<8}", "bold").append(f"{_said(text)}\n")
        told.rstrip()
        self.query_one(".list-whole", Static).update(told)

    def _columns(self) -> Text:
        wide = max((self.list.scrollable_content_region.width - _FIELD - 2) // 3, 4)
        names = ("  was", "  theirs", "  yours")
        return Text(_cell("   field", _FIELD) + "".join(_cell(name, wide) for name in names))


def _said(text: str) -> str:
    """In one line; a list as its parts, not as it stands in the record."""
    if text.startswith(("[", "{")):
        with suppress(NotJson):
            text = _parts(read_json(text))
    return safe(text) or "—"


def _parts(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(filter(None, map(_parts, value.values())))
    if isinstance(value, list):
        mark = "; " if any(isinstance(item, dict) for item in value) else ", "
        return mark.join(map(_parts, value))
    return "" if value is None else str(value)


def _cell(text: str, width: int) -> str:
    """Cut or filled to its column, with a space before the next one."""
    cut = Text(text)
    cut.truncate(width - 1, overflow="ellipsis")
    return set_cell_size(cut.plain, width)
