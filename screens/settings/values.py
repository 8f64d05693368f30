"""Settings of the organisation: one value each, with what it takes and how it ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar

from textual.binding import Binding, BindingType

from billing_tui.domain.acts import Request
from billing_tui.domain.retention import RETENTION
from billing_tui.domain.retention import setting_name as retention_of
from billing_tui.domain.rights import Right
from billing_tui.domain.settings_table import Setting, checked_setting
from screens.dialogs import AskFields
from screens.widgets.pane import Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .fields import CheckedField
from .part import Part

_RETAINED = {retention_of(name): name for name in RETENTION}


class ValuesPart(Part[Setting]):
    NEEDS_ROW = frozenset({"edit", "default"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "edit": Right.MANAGE_SETTINGS,
        "default": Right.MANAGE_SETTINGS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "edit", "Edit", tooltip="Change this value", id="values.edit"),
        Binding("delete", "default", "Default", id="values.default",
                tooltip="Back to the value it ships with"),
    ]  # fmt: skip

    def key_of(self, row: Setting) -> str:
        return row.name

    def read(self) -> Sequence[Setting]:
        found = self.desk.services.settings.list()
        return [one for one in found if self.belongs(one)]

    def belongs(self, one: Setting) -> bool:
        raise NotImplementedError

    def blocked(self, action: str) -> str:
        row = self.row
        if action == "default" and row is not None and row.value == row.default:
            return "It has the value it ships with."
        return super().blocked(action)

    def open_row(self, row: Setting) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    def action_edit(self) -> None:
        if (row := self.row) is None:
            return
        request = Request.new()
        field = CheckedField("value", "Value", text=str(row.value), required=True, most=60,
                             check=partial(checked_setting, row.name))  # fmt: skip
        lines = [f"{row.about}.", f"Takes {row.takes}; it ships with {row.default}."]

        def answered(values: dict[str, str] | None) -> None:
            if values is not None:
                self._set(request, row, values["value"])

        self.app.push_screen(AskFields(row.name, [field], lines), answered)

    def action_default(self) -> None:
        if (row := self.row) is not None:
            self._set(Request.new(), row, str(row.default))

    def _set(self, request: Request, row: Setting, value: str) -> None:
        settings, back = self.desk.services.settings, Request.new()
        self.save(
            "setting",
            lambda: settings.set(request, row.name, value),
            lambda done: f"{done.name} is {done.value} now.",
            lambda: settings.set(back, row.name, str(row.value)),
        )


class GeneralPart(ValuesPart):
    ABOUT = "Rules of the organisation, for everybody in it."

    def belongs(self, one: Setting) -> bool:
        return one.name not in _RETAINED

    def columns(self) -> Sequence[Column[Setting]]:
        return (
            Column("Setting", lambda one: Cell(one.name), 22, priority=9),
            Column("Value", _value, 12, priority=8),
            Column("Default", lambda one: Cell(str(one.default), "muted"), 12, priority=3),
            Column("About", lambda one: Cell(one.about, "muted"), 20, 1, priority=5),
        )

    def lines(self, row: Setting) -> Sequence[Line]:
        return (
            Title(row.name),
            Words(f"{row.about}.", "muted"),
            Rule(),
            Fact("Value", str(row.value), "strong"),
            Fact("Ships with", str(row.default)),
            Fact("Takes", row.takes),
        )


class RetentionPart(ValuesPart):
    ABOUT = "How long technical rows are kept. Books and the audit trail stay for good."

    def belongs(self, one: Setting) -> bool:
        return one.name in _RETAINED

    def columns(self) -> Sequence[Column[Setting]]:
        return (
            Column("Kept", lambda one: Cell(RETENTION[_RETAINED[one.name]].about), 30, 1,
                   priority=9),
            Column("Days", _value, 6, right=True, priority=8),
            Column("Default", lambda one: Cell(str(one.default), "muted"), 7, right=True,
                   priority=3),
            Column("Least", lambda one: Cell(str(RETENTION[_RETAINED[one.name]].least_days),
                                             "muted"), 6, right=True, priority=2),
        )  # fmt: skip

    def lines(self, row: Setting) -> Sequence[Line]:
        kept = RETENTION[_RETAINED[row.name]]
        return (
            Title(kept.about),
            Words("The job cleanup deletes what is older, every night; run it dry on the page Jobs"
                  " to see what would go.", "muted"),
            Rule(),
            Fact("Kept for", f"{row.value} days", "strong"),
            Fact("Ships with", f"{row.default} days"),
            Fact("Takes", row.takes),
            Fact("Setting", row.name, "muted"),
        )  # fmt: skip


def _value(one: Setting) -> Cell:
    return Cell(str(one.value), "strong" if one.value == one.default else "accent")
