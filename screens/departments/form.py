"""The form of a department: new or changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from textual.widget import Widget

from billing_tui.domain.acts import Request
from billing_tui.domain.customers import Difference
from billing_tui.domain.departments import (
    EDITABLE,
    Department,
    DepartmentChanged,
    DepartmentDraft,
    DepartmentSaved,
)
from billing_tui.domain.errors import BillingError
from screens.forms import FormPage
from screens.widgets.fields import CodeField, CompletionField, Suggestion, TextField

_SUGGESTED = 8


class DepartmentForm(FormPage[Department, DepartmentSaved]):
    """`code` is which one to change; `parent` under which a new one stands."""

    FORM: ClassVar[str] = "departments"
    HELP_FILE: ClassVar[str] = "help/departments_screen.txt"

    def __init__(self, code: str = "", parent: str = "") -> None:
        super().__init__(f"Edit {code}" if code else "New department", code)
        self.parent_code = parent

    def load_thing(self) -> Department | None:
        return self.desk.services.departments.show(self.about) if self.about else None

    def version_of(self, thing: Department | None) -> int:
        return thing.version if thing else 0

    def base_of(self, thing: Department) -> Mapping[str, Any]:
        return {name: getattr(thing, name) for name in EDITABLE}

    def make_fields(self, thing: Department | None) -> list[Widget]:
        one = thing.draft() if thing else DepartmentDraft("", "", self.parent_code)
        fields: list[Widget] = [
            TextField("name", "Name", text=one.name, required=True),
            CompletionField("parent", "Under", text=one.parent, suggest=self._departments,
                            free=False),
            CompletionField("owner", "Answers for it", text=one.owner, suggest=self._people,
                            free=False),
        ]  # fmt: skip
        if thing is None:
            fields.insert(0, CodeField("code", "Code", required=True))
        return fields

    def save(self, values: Mapping[str, Any], request: Request) -> DepartmentSaved:
        departments = self.desk.services.departments
        if self.thing is None:
            return departments.create(request, DepartmentDraft(**values))
        before = self.thing
        changes = {n: values[n] for n in EDITABLE if values[n] != getattr(before, n)}
        return departments.edit(request, before.code, self.seen_version, changes)

    def refused(self, error: BillingError) -> bool:
        if not isinstance(error, DepartmentChanged) or self.thing is None:
            return False
        # What stood there when an older draft was begun is not known, so nobody's value is chosen.
        known = self.seen_version == self.thing.version
        before = self.base_of(self.thing)
        found = [
            Difference(name, before[name] if known else "", theirs, yours)
            for name, (theirs, yours) in error.differences.items()
        ]
        self.ask_conflict(error.title, found, error.version)
        return True

    def told(self, done: DepartmentSaved) -> str:
        return f"Saved {done.code}."

    def undo(self, done: DepartmentSaved) -> Callable[[Request], DepartmentSaved] | None:
        departments, before = self.desk.services.departments, self.thing
        if before is None:
            return lambda request: departments.archive(request, done.code)
        if self.seen_version != before.version:
            return None  # what others saved meanwhile is not this one's to take back
        back = {name: getattr(before.draft(), name) for name in EDITABLE}
        return lambda request: departments.edit(request, done.code, done.version, back)

    def _departments(self, text: str) -> Sequence[Suggestion]:
        found = self.desk.services.departments.list(text=text, limit=_SUGGESTED)
        return [Suggestion(one.code, one.name) for one in found.items if one.code != self.about]

    def _people(self, text: str) -> Sequence[Suggestion]:
        typed = text.casefold()
        people = self.desk.services.users.list()
        return [
            Suggestion(one.login, one.name)
            for one in people
            if not one.disabled and typed in f"{one.login} {one.name}".casefold()
        ][:_SUGGESTED]
