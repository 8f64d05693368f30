"""One department on a screen of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.message import Message

from billing_tui.domain.departments import Department
from screens.pane_page import PanePage

from . import facts
from .doing import DepartmentDoing

_ACTS = 100


@dataclass
class PageRead(Message, bubble=False):
    known: facts.Known


class DepartmentPage(DepartmentDoing, PanePage):
    HELP_FILE: ClassVar[str] = "help/departments_screen.txt"

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self._department: Department | None = None

    def on_mount(self) -> None:
        self.subject_changed()

    @property
    def subject(self) -> Department | None:
        return self._department

    def subject_changed(self, code: str = "") -> None:
        services, shown = self.desk.services, self.code
        self.load("department", lambda: facts.read(services, shown, _ACTS), PageRead)

    def reload(self, changed: frozenset[str]) -> None:
        self.subject_changed()

    @on(PageRead)
    def _read(self, event: PageRead) -> None:
        self._department = event.known.department
        parts = facts.parts(event.known, self.desk.session.zone, self.desk.today)
        self.pane.show(tuple(parts))
        self.refresh_bindings()
