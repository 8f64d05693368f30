"""Features: what is switched on, and for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from billing_tui.domain.acts import Request
from billing_tui.domain.features import GATES, RESERVED, Feature, FeatureChange
from billing_tui.domain.rights import Right, Role
from screens.dialogs import AskFields
from screens.formatting import Badge
from screens.widgets.fields import Field, NumberField, SwitchField
from screens.widgets.pane import Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .fields import RolesField
from .part import Part

_ON, _OFF, _LATER = Badge("●", "on", "success"), Badge("○", "off", "warning"), "kept for later"


@dataclass(frozen=True, slots=True)
class Gate:
    """One name, and whether it is on for oneself; without a feature it is only kept free for what
    is planned."""

    name: str
    about: str
    feature: Feature | None = None
    mine: bool = False


class FeaturesPart(Part[Gate]):
    ABOUT = "What is switched on, and for whom."
    NEEDS_ROW = frozenset({"edit", "switch"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {
        "edit": Right.MANAGE_SETTINGS,
        "switch": Right.MANAGE_SETTINGS,
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "switch", "On/off", tooltip="Switch the feature on or off for all",
                id="features.switch"),
        Binding("a", "edit", "Edit", tooltip="For which roles, and for how many of 100 people",
                id="features.edit"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[Gate]]:
        return (
            Column("Feature", lambda one: Cell(one.name, "strong" if one.feature else "muted"), 18,
                   priority=9),
            Column("State", _state, 6, priority=8),
            Column("Roles", lambda one: Cell(_roles(one.feature) if one.feature else ""), 12, 1,
                   priority=6),
            Column("People", lambda one: Cell(f"{one.feature.percentage} %" if one.feature else ""),
                   7, right=True, priority=5),
            Column("About", lambda one: Cell(one.about, "muted"), 20, 2, priority=3),
        )  # fmt: skip

    def key_of(self, row: Gate) -> str:
        return row.name

    def read(self) -> Sequence[Gate]:
        features = self.desk.services.features
        mine = features.mine()
        known = [Gate(one.name, GATES[one.name], one, one.name in mine) for one in features.all()]
        return [*known, *(Gate(name, _LATER) for name in RESERVED)]

    def lines(self, row: Gate) -> Sequence[Line]:
        feature = row.feature
        if feature is None:
            why = "The name is kept for something that is planned; nothing asks for it yet."
            return (Title(row.name), Words(why, "muted"))
        return (
            Title(row.name, _ON if feature.enabled else _OFF),
            Words(row.about, "muted"),
            Rule(),
            Fact("For roles", _roles(feature)),
            Fact("For people", f"{feature.percentage} of 100, always the same ones"),
            Fact("For you", "on" if row.mine else "off", "success" if row.mine else "warning"),
            Fact("Set by an admin", "yes" if feature.changed else "no, as it ships", "muted"),
        )

    def blocked(self, action: str) -> str:
        row = self.row
        if action in self.NEEDS_ROW and row is not None and row.feature is None:
            return "The name is kept for later; nothing asks for it, so it cannot be set."
        return super().blocked(action)

    def open_row(self, row: Gate) -> None:
        if self.check_action("edit", ()):
            self.action_edit()

    def action_switch(self) -> None:
        if (row := self.row) is not None and row.feature is not None:
            change = FeatureChange(enabled=not row.feature.enabled)
            self._set(Request.new(), row.feature, change)

    def action_edit(self) -> None:
        if (row := self.row) is None or row.feature is None:
            return
        feature, request = row.feature, Request.new()
        fields: list[Field[Any]] = [
            SwitchField("enabled", "Switched on", value=feature.enabled),
            RolesField("roles", "Only for", value=feature.roles, check=tuple),
            NumberField("percentage", "People of 100", places=0, least=0, largest=100,
                        text=str(feature.percentage), required=True),
        ]  # fmt: skip

        def answered(values: dict[str, Any] | None) -> None:
            if values is not None:
                self._set(request, feature, _change(values))

        lines = [f"{row.about}. No role ticked means all of them."]
        self.app.push_screen(AskFields(row.name, fields, lines), answered)

    def _set(self, request: Request, before: Feature, change: FeatureChange) -> None:
        features, back = self.desk.services.features, Request.new()
        former = FeatureChange(before.enabled, before.roles, before.percentage)
        self.save(
            "feature",
            lambda: features.set(request, before.name, change),
            lambda done: f"{done.name} is {'on' if done.enabled else 'off'} for {_whom(done)}.",
            lambda: features.set(back, before.name, former),
        )


def _change(values: Mapping[str, Any]) -> FeatureChange:
    percentage: Decimal = values["percentage"]
    roles: tuple[Role, ...] = values["roles"]
    return FeatureChange(values["enabled"], roles, int(percentage))


def _state(one: Gate) -> Cell:
    if one.feature is None:
        return Cell("–", "muted")
    badge = _ON if one.feature.enabled else _OFF
    return Cell(badge.text, badge.style)


def _roles(feature: Feature) -> str:
    return ", ".join(feature.roles) or "everybody"


def _whom(feature: Feature) -> str:
    share = "" if feature.percentage == 100 else f", {feature.percentage} of 100 people"
    return _roles(feature) + share
