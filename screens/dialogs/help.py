"""The keys of a screen with what each does, and a text about it."""

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

    def __init__(self, title: str, keys: Sequence[Act], text: str = "") -> None:
        super().__init__(title)
        self.known, self.text = keys, text

    def compose_body(self) -> ComposeResult:
        wide = max((cell_len(known.key) for known in self.known), default=0)
        with VerticalScroll():
            for known in self.known:
                with Horizontal(classes="help-line" + (" -off" if known.why_not else "")):
                    key = safe(known.key)
                    yield Static(Text(key.ljust(wide)), classes="help-key", markup=False)
                    yield Static(Text(_said(known)), classes="help-about", markup=False)
            if self.text:
                text = safe(self.text.strip(), multiline=True)
                yield Static(Text(text), classes="help-text", markup=False)


def _said(known: Act) -> str:
    about = known.about if known.about and known.about != known.name else ""
    said = f"{known.name}: {about}" if about else known.name
    return safe(f"{said}  (not now: {known.why_not})" if known.why_not else said)
