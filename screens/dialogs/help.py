"""The keys of a screen with what each does, or a text about it below what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from billing_tui.domain.safe import safe
from screens.acts import Act

from .dialog import Dialog


class Help(Dialog[None]):
    KEYS: ClassVar[str] = "Esc back"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1,enter", "cancel", "Back", show=False),
    ]

    def __init__(
        self,
        title: str,
        keys: Sequence[Act] = (),
        text: str = "",
        table: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(title)
        self.known, self.text, self.table = keys, text, table

    def compose_body(self) -> ComposeResult:
        lines = [(known.key, _said(known), bool(known.why_not)) for known in self.known]
        lines += [(name, safe(about), False) for name, about in self.table]
        wide = max((cell_len(name) for name, *_about in lines), default=0)
        with VerticalScroll():
            for name, about, off in lines:
                with Horizontal(classes="help-line" + (" -off" if off else "")):
                    yield Static(Text(safe(name).ljust(wide)), classes="help-key", markup=False)
                    yield Static(Text(about), classes="help-about", markup=False)
            if self.text:
                text = safe(self.text.strip(), multiline=True)
                yield Static(Text(text), classes="help-text", markup=False)


def _said(known: Act) -> str:
    about = known.about if known.about and known.about != known.name else ""
    said = f"{known.name}: {about}" if about else known.name
    return safe(f"{said}  (not now: {known.why_not})" if known.why_not else said)
