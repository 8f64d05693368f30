"""Secrets of this machine: where each one is kept, never what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.rights import Right
from screens.dialogs import AskSecret, Confirm
from screens.machine import machine_of
from screens.widgets.pane import Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .part import Part

if TYPE_CHECKING:
    from billing_tui.credentials import Backend, Kept
    from billing_tui.services.audit_key import Rotated

_AUDIT_KEY = "audit-key"


@dataclass(frozen=True)
class Found:
    kept: Sequence[Kept]
    keyring: Backend


@dataclass
class Tried(Message, bubble=False):
    told: str


@dataclass
class KeyMade(Message, bubble=False):
    """Holds the recovery code, so it is in no repr."""

    rotated: Rotated = field(repr=False)


class CredentialsPart(Part["Kept"]):
    ABOUT = "Where secrets of this store are."
    NEEDS_ROW = frozenset({"keep", "remove", "try", "rotate"})
    RIGHTS: ClassVar[Mapping[str, Right]] = {"rotate": Right.MANAGE_SETTINGS}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "keep", "Set", tooltip="Type a value and keep it", id="credentials.keep"),
        Binding("delete", "remove", "Remove", id="credentials.remove",
                tooltip="Forget this one wherever this program kept it"),
        Binding("t", "try", "Test", tooltip="Try whether this one works", id="credentials.try"),
        Binding("k", "try_keyring", "Test keyring", id="credentials.try_keyring",
                tooltip="Try whether the keyring keeps what it is given"),
        Binding("n", "rotate", "New key", id="credentials.rotate",
                tooltip="Seal the audit trail with a fresh key from now on"),
    ]  # fmt: skip

    def columns(self) -> Sequence[Column[Kept]]:
        return (
            Column("Credential", lambda one: Cell(one.name, "strong"), 18, priority=9),
            Column("Kept in", _where, 24, 1, priority=8),
            Column("What for", lambda one: Cell(one.purpose, "muted"), 24, 1, priority=4),
        )

    def key_of(self, row: Kept) -> str:
        return row.name

    def read(self) -> Found:
        machine = machine_of(self)
        return Found(machine.credentials(), machine.keyring())

    def shown(self, found: Found) -> None:
        ring = found.keyring
        used = f"Keyring: {ring.name}. {ring.note}" if ring.name else ring.note
        self.say_about(f"{self.ABOUT} {used}".strip())
        self.show_rows(found.kept)

    def lines(self, row: Kept) -> Sequence[Line]:
        place = row.place.value if row.place else "not set"
        return (
            Title(row.name),
            Words(f"{row.purpose}.", "muted"),
            Rule(),
            Fact("Kept in", place, "success" if row.place else "muted"),
            *([Fact("Where", row.detail)] if row.detail else []),
            *([Words(row.note, "warning")] if row.note else []),
        )

    def open_row(self, row: Kept) -> None:
        self.action_keep()

    def blocked(self, action: str) -> str:
        why = super().blocked(action)
        if action != "rotate" or why:
            return why
        if self.desk.session.shared:
            return "On a shared store the server keeps the audit trail, so no key seals it."
        if self.row is not None and self.row.name != _AUDIT_KEY:
            return f"Only the {_AUDIT_KEY} is made anew; go to its line."
        return ""

    def action_keep(self) -> None:
        if (row := self.row) is None:
            return
        machine, name = machine_of(self), row.name

        def given(value: str | None) -> None:
            if value is not None:
                self.save(
                    "keep credential",
                    lambda: machine.keep_credential(name, value),
                    lambda kept: f"{name} is kept in the {kept.place}. {kept.note}".strip(),
                )

        lines = [f"{row.purpose}. Nothing of it is shown, here or later."]
        self.app.push_screen(AskSecret(f"Set {name}", "Value", lines=lines), given)

    def action_remove(self) -> None:
        if (row := self.row) is None:
            return
        machine, name = machine_of(self), row.name
        effects = [
            f"{name}: {row.purpose}.",
            "It is forgotten wherever this program kept it. Variables and files of your own stay.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self.save(
                    "remove credential",
                    lambda: machine.remove_credential(name),
                    lambda places: f"{name} is gone from the {' and the '.join(places)}.",
                )

        self.app.push_screen(Confirm(f"Remove {name}", effects, "Remove", danger=True), decided)

    def action_rotate(self) -> None:
        machine, request = machine_of(self), Request.new()
        effects = [
            "Every entry of the audit trail from now on is sealed with a fresh key.",
            "Its recovery code is shown once, to be written down. The key of now is kept among the"
            " keys before, so that all rows can still be checked.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self.write("rotate", lambda: machine.rotate_audit_key(request), KeyMade)

        self.app.push_screen(Confirm("New audit key", effects, "New key", danger=True), decided)

    @on(KeyMade)
    def _key_made(self, event: KeyMade) -> None:
        from .code import CodeShown

        kept = event.rotated.audit_key
        where = f"The key itself is kept here: {kept.place}. {kept.note}".strip()
        self.app.push_screen(CodeShown(event.rotated.recovery_code, where))
        self.reload()

    def action_try(self) -> None:
        if (row := self.row) is None:
            return
        machine, name = machine_of(self), row.name
        self.load(
            "try",
            lambda: machine.try_credential(name),
            lambda tried: Tried(f"{name} from the {tried.place}: {tried.outcome}."),
        )

    def action_try_keyring(self) -> None:
        machine = machine_of(self)
        self.load(
            "try",
            machine.try_keyring,
            lambda ring: Tried(f"{ring.name} keeps what it is given. {ring.note}".strip()),
        )

    @on(Tried)
    def _tried(self, event: Tried) -> None:
        self.desk.say(event.told)


def _where(one: Kept) -> Cell:
    if one.place is None:
        return Cell(
            f"✗ {one.note}" if one.note else "○ not set", "warning" if one.note else "muted"
        )
    return Cell(f"● {one.place}", "success")
