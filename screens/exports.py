"""A list as a file: where to, in which form, and then in the background."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static

from billing_tui.domain.acts import Request

from .base import PushedScreen
from .formatting import plural
from .tasks import Task
from .widgets.fields import ChoiceField, FieldChanged, SwitchField, TextField
from .widgets.form import Form

if TYPE_CHECKING:
    from billing_tui.services.exports import Asked, Exported

_FORMS = (("csv", "CSV"), ("xlsx", "spreadsheet"))
_ENDINGS = tuple(f".{name}" for name, _ in _FORMS)


@dataclass
class Looked(Message, bubble=False):
    """Whether there is a file of that name already."""

    path: Path
    there: bool


class _WriteForm(Form):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Write", tooltip="Write the file", id="form.save"),
    ]


class ExportPage(PushedScreen[None]):
    """`asked` is the filter of the list that is shown; `called` names the list where its kind does
    not."""

    HELP_FILE: ClassVar[str] = "help/exports_screen.txt"

    def __init__(self, kind: str, asked: Asked, called: str = "") -> None:
        super().__init__()
        self.kind, self.asked, self.called = kind, asked, called or kind

    def compose_body(self) -> ComposeResult:
        with Vertical(id="form-page", classes="panel lit") as panel:
            panel.border_title = f"Export {self.called}"
            yield Static(
                "Everything the list shows goes into the file, with a signed checkpoint beside it."
                " No text in it can act as a formula. The audit trail keeps who took what out.",
                classes="hint",
                markup=False,
            )
            yield _WriteForm(
                TextField("file", "File", text=f"~/{self.kind}.csv", required=True, most=1000),
                ChoiceField("form", "Format", options=_FORMS, value="csv"),
                SwitchField("force", "Replace a file", value=False),
                TextField("reason", "Reason", placeholder="for the audit trail"),
            )

    def on_mount(self) -> None:
        next(iter(self.query_one(Form).fields.values())).focus()

    @on(FieldChanged)
    def _form_changed(self, event: FieldChanged) -> None:
        """A file that ends like one form is named after the other."""
        form = self.query_one(Form)
        if event.field is not form.fields["form"]:
            return
        name, wanted = form.fields["file"].text, form.fields["form"].value
        stem, dot, ending = name.rpartition(".")
        if dot and f".{ending.lower()}" in _ENDINGS:
            form.fields["file"].text = f"{stem}.{wanted}"

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        values = event.values
        try:
            path = Path(values["file"]).expanduser()
        except RuntimeError:
            event.form.fields["file"].error = "names a home folder that does not exist."
            event.form.settle()
            return
        self.load("file", lambda: _there(path), lambda there: Looked(path, there))

    @on(Looked)
    def _looked(self, event: Looked) -> None:
        """Begins, unless a file would be replaced that nobody said to replace."""
        form = self.query_one(Form)
        values = form.values()
        if values is None:
            return
        if event.there and not values["force"]:
            form.fields["file"].error = "is there already; name another, or replace it."
            form.settle()
            return
        task = self._work(event.path, values, form.request(values["reason"]))
        self.dismiss(None)
        self.run_in_sight(task)

    def _work(self, path: Path, values: dict[str, Any], request: Request) -> Task:
        exports, sign = self.desk.services.exports, self.desk.bench.checkpoints.sign
        asked, force, form_name = self.asked, values["force"], values["form"]

        def work(task: Task) -> Exported:
            from billing_tui.services.exports import Format

            def tell(rows: int) -> None:
                task.tell(rows)
                task.leave_if_stopped()

            return exports.to_file(
                request, asked, path, Format(form_name), force=force, sign=sign, tell=tell
            )

        def outcome(done: Exported) -> str:
            return f"{plural(done.rows, 'row')} in {path}."

        return Task(f"Export {self.called}", work, outcome=outcome)


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False  # writing it will say why not
