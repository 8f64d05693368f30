"""The last two steps: what will be made, and the code that has to be kept."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual.events import Key
from textual.widgets import Static

from billing_tui.domain.fields import FieldRefused
from billing_tui.domain.recovery import confirms
from billing_tui.domain.safe import safe
from screens.doorway import Made
from screens.widgets.fields.texts import InputField

from .step import Copyable, Go, Step

_IN_LINE = 5
_ROOMY = 30
_ABOUT_CODE = (
    "It is the key that seals the audit trail. Write it down or print it, and keep it away from"
    " this machine: it is shown only now. y copies it."
)
_SHARED = (
    "A shared store has no recovery code: its rows carry no seal of this machine. In its place the"
    " server keeps people from changing what was recorded, every verification signs a checkpoint"
    " of the trail into the state folder, and a copy of those elsewhere shows whether anything was"
    " cut off or put back. Back it up with pg_dump, as a superuser."
)


class SummaryStep(Step):
    NAME = "summary"
    HEADING = "This will be made"
    BUSY = "Making the store…"

    def __init__(self) -> None:
        self._facts = Static("", id="summary-facts", markup=False)
        super().__init__(self._facts, Go("Make it", id="make"))

    def show(self, facts: Sequence[tuple[str, str]]) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", width=15)
        table.add_column(overflow="fold")
        for label, value in facts:
            table.add_row(label, Text(safe(value)))
        self._facts.update(table)


class ConfirmField(InputField[str]):
    """The last group of the code, or all of it."""

    def __init__(self) -> None:
        super().__init__("typed", "Last group", placeholder="the last group, or the whole code")
        self.input.select_on_focus = False  # it may come with the first letter typed
        self.code = ""

    def read(self, text: str) -> str:
        if not text.strip():
            raise FieldRefused("Type the last group of the code, to show that you have it.")
        if not confirms(text, self.code):
            raise FieldRefused("This is not the end of the code; compare with your copy.")
        return text

    def judge(self) -> None:
        """Nothing is said while the code is typed."""
        self._own_error = ""
        self._show()


class CodeStep(Step):
    NAME = "code"
    HEADING = "The recovery code"
    BUSY = "Finishing…"

    def __init__(self) -> None:
        self._about = Static("", id="code-about", classes="step-about", markup=False)
        self.code = Copyable(id="code")
        self._kept = Static("", id="code-kept", markup=False)
        self.confirm = ConfirmField()
        self._go = Go("Open the books", id="open")
        super().__init__(self._about, self.code, self._kept, self.confirm, self._go)

    def arrive(self) -> None:
        """At the code, where its key to copy works."""
        (self.code if self.code.display else self._go).focus()

    def show(self, made: Made) -> None:
        has_code = bool(made.code)
        self._about.update(_ABOUT_CODE if has_code else _SHARED)
        self.code.display = self.confirm.display = has_code
        self._go.display = not has_code
        self.confirm.code = made.code
        self._show_code()
        kept = [f"The key itself is kept here: {made.kept}."] if made.kept else []
        self._kept.update(safe(" ".join([*kept, *made.notes])))
        self._kept.display = bool(kept or made.notes)

    def on_key(self, event: Key) -> None:
        """Whoever types the last group at once need not go to its field first."""
        letter = event.character or ""
        if self.code.has_focus and letter.isalnum() and letter != "y":
            event.stop()
            self.confirm.input.focus()
            self.confirm.input.insert_text_at_cursor(letter)

    def on_resize(self) -> None:
        self._show_code()

    def _show_code(self) -> None:
        code, roomy = self.confirm.code, self.app.size.height > _ROOMY
        self.code.show(code, _grouped(code, "\n\n" if roomy else "\n"))


def _grouped(code: str, between: str) -> Text:
    """Groups with their numbers, as many in a line as are easy to compare."""
    groups = code.split("-") if code else []
    lines = []
    for start in range(0, len(groups), _IN_LINE):
        line = Text(end="")
        for place, group in enumerate(groups[start : start + _IN_LINE], start + 1):
            line.append(f"{place:>2} ", "dim").append(group, "bold").append("   ")
        lines.append(line)
    return Text(between, end="").join(lines)
