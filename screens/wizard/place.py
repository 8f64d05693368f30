"""Where the store is: a file of this machine, or a database others share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.errors import BillingError
from billing_tui.domain.safe import safe
from screens.doorway import Outset, Place, Server
from screens.widgets.fields.choices import ChoiceField
from screens.widgets.fields.field import FieldChanged
from screens.widgets.fields.texts import CodeField, SecretField, TextField

from .step import Copyable, Go, Step

if TYPE_CHECKING:
    from billing_tui.credentials import Secret

LOCAL, SHARED = "local", "shared"
_SSL_MODES = (
    ("verify-full", "verify-full"),
    ("require", "require"),
    ("prefer", "prefer"),
    ("disable", "disable"),
)
_SERVER = ("host", "port", "database", "login", "sslmode")
_STAGES = {
    "nothing": "Nothing is in it yet. Enter goes on.",
    "begun": "A setup was begun here and not finished. Enter finishes it.",
    "ready": "It is a billing store already. Enter opens it.",
}


_NOT_TESTED = "Enter connects and says what is there; nothing is made yet."


class PlaceStep(Step):
    NAME = "place"
    HEADING = "Welcome. Where are the books to be kept?"
    ABOUT = (
        "In a file, for one person on this machine; or in a Postgres database (16 or newer), where"
        " several people work at once. Nothing is made before you have seen a summary."
    )
    BUSY = "Looking…"

    def __init__(self, outset: Outset) -> None:
        self._outset = outset
        self.found: Place | None = None
        self.password: Secret | None = None
        self._tested: Server | None = None
        self._file = Static(self._place(), id="place-file", markup=False)
        self._result = Static("", id="place-found", markup=False)
        self._sql = Copyable(id="place-sql")
        # Without a field to be in, Enter needs something else to be on.
        go = [] if self._asks else [Go("Continue", id="go-on")]
        super().__init__(
            *self._choices(outset), self._file, *self._server(outset), self._result, *go
        )

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield self._sql

    @property
    def _asks(self) -> bool:
        return self._outset.shared or not self._outset.named_by

    def _place(self) -> str:
        named = self._outset.named_by
        return safe(self._outset.place) + (f"\nnamed by {safe(named)}" if named else "")

    def _choices(self, outset: Outset) -> list[Widget]:
        if outset.named_by:
            return []
        options = ((LOCAL, "a file on this machine"), (SHARED, "a shared Postgres"))
        return [ChoiceField("place", "Keep them in", options=options, value=LOCAL)]

    def _server(self, outset: Outset) -> list[Widget]:
        password = SecretField("password", "Password", required=False)
        if outset.named_by:
            return [password] if outset.shared else []
        return [
            TextField("host", "Host", text="localhost", required=True),
            CodeField("port", "Port", text="5432", required=True, most=5),
            TextField("database", "Database", text="billing", required=True),
            TextField("login", "Login", text=outset.login, required=True),
            ChoiceField("sslmode", "Encryption", options=_SSL_MODES, value="require"),
            password,
        ]

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()

    @property
    def shared(self) -> bool:
        if self._outset.named_by:
            return self._outset.shared
        return self.fields["place"].text == SHARED

    def server(self) -> Server | None:
        """None where the place is this machine's own, or was named from outside."""
        if self._outset.named_by or not self.shared:
            return None
        return Server(**{name: self.fields[name].text.strip() for name in _SERVER})

    @property
    def known(self) -> bool:
        """Whether it was looked at just as it is filled in now."""
        return self.found is not None and self.server() == self._tested

    def take_password(self, values: dict[str, Any]) -> None:
        from billing_tui.credentials import Secret

        typed = values.get("password")
        if typed:
            self.found, self.password = None, Secret(typed)
            self.fields["password"].text = ""

    def show_found(self, found: Place) -> None:
        self.settle()
        self.found, self._tested = found, self.server()
        server = f"{found.server}. " if found.server else ""
        self._sql.display = False
        self._result.update(f"✓ {server}{_STAGES[found.stage]}")
        self._draw()

    def refuse(self, error: BillingError) -> None:
        self.found = None
        if error.code == "sign_in_refused":
            self.password = None
        super().refuse(error)
        sql = getattr(error, "sql", ())
        self._result.display = False
        if sql:
            said = error.message.partition(sql[0])[0].strip()
            self.say(f"{error.title}. {said}")
            self._sql.show("".join(f"{statement};\n" for statement in sql).rstrip())
        self._sql.display = bool(sql)
        if sql:
            self._sql.focus()

    def watch_busy(self, busy: bool) -> None:
        super().watch_busy(busy)
        self._draw()
        if busy and self.shared:
            self.tell("Connecting…")

    @on(FieldChanged)
    def _changed(self) -> None:
        self._draw()
        self._sql.display = False
        if not self.busy:  # what was typed is taken away while it connects
            self.say("")

    def _draw(self) -> None:
        for name in (*_SERVER, "password"):
            if name in self.fields:
                self.fields[name].display = self.shared
        self._file.display = bool(self._outset.named_by) or not self.shared
        self._result.display = self.shared and not self.busy
        self._result.set_class(self.known, "-known")
        if not self.known:
            self._result.update(_NOT_TESTED)
        if "password" in self.fields:
            self.fields["password"].set_class(self.password is not None, "-given")
