"""What may be done with one department, from the tree and from its own page by the same keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from billing_tui.domain.acts import Request
from billing_tui.domain.departments import Department, DepartmentLine, DepartmentSaved
from billing_tui.domain.departments import DepartmentStatus as Status
from billing_tui.domain.rights import Right
from screens.base import Page
from screens.dialogs import Choose, Confirm


@dataclass
class DepartmentDone(Message):
    """`undo` takes it back, where it can be."""

    told: str
    undo: Callable[[Request], DepartmentSaved] | None


@dataclass
class WinnersRead(Message):
    """Those that `code` may give way to."""

    code: str
    lines: tuple[DepartmentLine, ...]


class DepartmentDoing(Page[Any]):
    """`subject` is the department the keys are about."""

    KINDS: ClassVar[frozenset[str]] = frozenset({"department"})
    RIGHTS: ClassVar[Mapping[str, Right]] = dict.fromkeys(
        ("new", "edit", "merge", "archive"), Right.EDIT_DEPARTMENTS
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New", tooltip="A new department under this one", id="departments.new"),
        Binding("a", "edit", "Edit", tooltip="Change this department", id="departments.edit"),
        Binding("m", "merge", "Merge", id="departments.merge",
                tooltip="Let this department give way to another, or take that back"),
        Binding("z", "archive", "Archive", id="departments.archive",
                tooltip="Put this department away, or bring it back"),
        Binding("w", "customers", "Customers", id="departments.customers",
                tooltip="The customers with a share of this department"),
    ]  # fmt: skip

    @property
    def subject(self) -> Department | DepartmentLine | None:
        raise NotImplementedError

    def subject_changed(self, code: str = "") -> None:
        """Something was written; read again, with the cursor on this one where it is named."""

    def blocked(self, action: str) -> str:
        one = self.subject
        if action in ("edit", "merge", "archive", "customers"):
            if one is None:
                return "There is no department here; n makes one."
            if one.status is Status.MERGED and action in ("edit", "archive"):
                return f"{one.code} was merged into another; m takes that back."
            if one.status is Status.ARCHIVED and action in ("edit", "merge"):
                return f"{one.code} is archived; z brings it back first."
        return super().blocked(action)

    @property
    def _there(self) -> Department | DepartmentLine:
        if self.subject is None:
            raise RuntimeError("an action without a department is blocked")
        return self.subject

    def _do(
        self,
        what: Callable[[Request], DepartmentSaved],
        told: str,
        undo: Callable[[Request], DepartmentSaved] | None = None,
    ) -> None:
        request = Request.new()
        self.write("department", partial(what, request), lambda _done: DepartmentDone(told, undo))

    @on(DepartmentDone)
    def _done(self, event: DepartmentDone) -> None:
        undo = event.undo
        back = f"Took back: {event.told}"
        self.desk.say(event.told, undo=partial(self._do, undo, back) if undo else None)
        self.subject_changed()

    # Keys.

    def action_new(self) -> None:
        from .form import DepartmentForm

        one = self.subject
        under = one.code if one and one.status is Status.ACTIVE else ""
        self.app.push_screen(DepartmentForm(parent=under), self._form_closed)

    def action_edit(self) -> None:
        from .form import DepartmentForm

        self.app.push_screen(DepartmentForm(self._there.code), self._form_closed)

    def _form_closed(self, saved: DepartmentSaved | None) -> None:
        if saved is not None:
            self.subject_changed(saved.code)

    def action_customers(self) -> None:
        self.desk.go("customers", f"dep:{self._there.code}")

    def action_archive(self) -> None:
        one, departments = self._there, self.desk.services.departments
        code = one.code

        def away(request: Request) -> DepartmentSaved:
            return departments.archive(request, code)

        def back(request: Request) -> DepartmentSaved:
            return departments.unarchive(request, code)

        if one.status is Status.ARCHIVED:
            self._do(back, f"{code} is back.", away)
        else:
            self._do(away, f"{code} is archived.", back)

    def action_merge(self) -> None:
        one, departments = self._there, self.desk.services.departments
        if one.status is Status.MERGED:
            told = f"{one.code} stands on its own again."
            self._do(lambda r: departments.unmerge(r, one.code), told)
            return
        code = one.code
        self.load("winners", departments.tree, lambda lines: WinnersRead(code, lines))

    @on(WinnersRead)
    def _choose_winner(self, event: WinnersRead) -> None:
        code = event.code
        options = [
            (line, f"{line.code}  {line.name}")
            for line in event.lines
            if line.code != code and line.status is Status.ACTIVE
        ]
        if not options:
            self.desk.say("There is no other department to merge into.")
            return

        def chosen(winner: DepartmentLine | None) -> None:
            if winner is not None:
                self._confirm_merge(code, winner)

        self.app.push_screen(Choose(f"Into which department does {code} merge?", options), chosen)

    def _confirm_merge(self, code: str, winner: DepartmentLine) -> None:
        departments = self.desk.services.departments
        lines = [
            f"{code} gives way to {winner.code} {winner.name}.",
            f"Shares and mappings that name {code} count for {winner.code}.",
            "It can be taken back.",
        ]

        def decided(yes: bool | None) -> None:
            if yes:
                self._do(
                    lambda r: departments.merge(r, code, winner.code),
                    f"{code} is merged into {winner.code}.",
                    lambda r: departments.unmerge(r, code),
                )

        self.app.push_screen(Confirm("Merge departments", lines, "Merge", danger=True), decided)
