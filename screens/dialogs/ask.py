"""Small questions over a screen: a line of text, a secret, or a few fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import on
from textual.app import ComposeResult

from billing_tui.domain.acts import LONGEST_REASON
from billing_tui.domain.errors import BillingError
from billing_tui.domain.fields import FieldError
from screens.widgets.arithmetic import ExplainLine
from screens.widgets.fields import Field, SecretField, TextField
from screens.widgets.form import Form

from .dialog import Dialog, Words

R = TypeVar("R")


class _Asking(Dialog[R], Generic[R]):
    KEYS: ClassVar[str] = "Enter go on · Esc cancel"

    def __init__(
        self, title: str, fields: Sequence[Field[Any]], lines: Sequence[str | ExplainLine] = ()
    ) -> None:
        super().__init__(title)
        self.lines = lines
        self.form = Form(*fields, check=self.wrong_in)

    def compose_body(self) -> ComposeResult:
        if self.lines:
            yield Words(self.lines)
        yield self.form

    def on_mount(self) -> None:
        next(iter(self.form.fields.values())).focus()

    @on(Form.Submitted)
    def _answered(self, event: Form.Submitted) -> None:
        event.stop()
        self.answer(event.values)

    def wrong_in(self, values: Mapping[str, Any]) -> Sequence[FieldError]:
        return ()

    def answer(self, values: Mapping[str, Any]) -> None:
        raise NotImplementedError


class AskFields(_Asking[dict[str, Any]]):
    """Gives the values by name."""

    def answer(self, values: Mapping[str, Any]) -> None:
        self.dismiss(dict(values))


class Ask(_Asking[str]):
    """`check` raises what is wrong with the answer, while the dialog still stands."""

    def __init__(
        self,
        title: str,
        label: str,
        *,
        text: str = "",
        most: int = LONGEST_REASON,
        required: bool = True,
        lines: Sequence[str | ExplainLine] = (),
        check: Callable[[str], None] = lambda _answer: None,
    ) -> None:
        field = TextField("answer", label, text=text, most=most, required=required)
        super().__init__(title, [field], lines)
        self.check = check

    def wrong_in(self, values: Mapping[str, Any]) -> Sequence[FieldError]:
        try:
            self.check(values.get("answer", ""))
        except BillingError as error:
            return [FieldError("answer", error.message)]
        return ()

    def answer(self, values: Mapping[str, Any]) -> None:
        self.dismiss(values["answer"])


class AskSecret(_Asking[str]):
    """With `twice` it is typed a second time, because nobody sees what was typed."""

    def __init__(
        self,
        title: str,
        label: str,
        *,
        twice: bool = False,
        lines: Sequence[str | ExplainLine] = (),
    ) -> None:
        fields = [SecretField("secret", label)]
        if twice:
            fields.append(SecretField("again", "Once more"))
        super().__init__(title, fields, lines)

    def answer(self, values: Mapping[str, Any]) -> None:
        if values.get("again", values["secret"]) != values["secret"]:
            self.form.settle()
            self.form.fields["again"].error = "is not the same as the first one."
            self.form.fields["again"].focus()
            return
        self.dismiss(values["secret"])
