"""Making a store: what the wizard does through the composition root, in threads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from billing_tui.adapters.answers import AnswersFile
from billing_tui.domain.errors import BillingError
from screens.doorway import Made, Outset, Place, Server, Wanted

from .given import Given, SettingUnusable, as_ours

if TYPE_CHECKING:
    from billing_tui.credentials import Secret
    from billing_tui.services.first_start import Started, Starter

STORE_PASSWORD = "store-password"  # noqa: S105 - a name


class Founder(Given):
    def outset(self) -> Outset:
        from billing_tui.adapters.surroundings import guess
        from billing_tui.bootstrap import os_user
        from billing_tui.services.first_start import Stage

        settings, me = self.settings, os_user()
        shared = not settings.store.sqlite
        login = self.login_of()
        return Outset(
            settings.store.text if shared else str(settings.store.path),
            shared,
            "" if settings.store_from == "default" else settings.store_from,
            login,
            not shared and login != me,
            asdict(guess()),
            AnswersFile(settings).read(),
            self._stage() is Stage.BEGUN,
        )

    def _stage(self) -> object:
        """Looking may fail for the reason the wizard is there to show beside its step."""
        try:
            with as_ours():
                return self.starter().stage()
        except BillingError:
            return None

    def look(self, server: Server | None, password: Secret | None) -> Place:
        with as_ours():
            self._use_place(server)
            if password:
                self.credentials.use(STORE_PASSWORD, password)
            starter = self.starter()
            stage, version = starter.stage(), starter.server()
        store = self.settings.store
        place = str(store.path) if store.sqlite else store.text
        return Place(place, starter.login, stage.value, version)

    def _use_place(self, server: Server | None) -> None:
        from billing_tui.settings import load

        if server is None and self.options == self._named:
            return
        address = _address(server) if server else self._named.store
        self.options = replace(self.options, store=address)
        self._settings = load(address)
        self._credentials = self.credentials.for_store(self._settings.store)

    def found(self, wanted: Wanted, password: Secret | None, tell: Callable[[int], None]) -> Made:
        from billing_tui.domain.acts import Request
        from billing_tui.services.setup import Founding

        values = asdict(wanted)
        demo = values.pop("demo")
        with as_ours():
            starter = self.starter()
            started = starter.start(Founding(**values), password)
            if demo and not wanted.production:
                starter.stock(started, Request.new(), tell)
        return _made(started)

    def starter(self) -> Starter:
        from billing_tui.bootstrap import starter

        admin = (self.options.user or "") if self.settings.store.sqlite else ""
        return starter(self.settings, self.credentials, admin)

    def finish(self) -> str:
        with as_ours():
            self.starter().finish()
        self.drop_answers()
        return self.adopt()

    def adopt(self) -> str:
        from billing_tui.services.first_start import adopt

        try:
            with as_ours():
                adopted = adopt(self.settings)
        except SettingUnusable as error:
            return error.message
        return "This machine opens it from now on." if adopted else ""

    def keep_answers(self, typed: Mapping[str, Any]) -> None:
        AnswersFile(self.settings).keep(typed)

    def drop_answers(self) -> None:
        AnswersFile(self.settings).drop()


def _address(server: Server) -> str:
    from billing_tui.settings import Engine, StoreUrl

    options = (("sslmode", server.sslmode),) if server.sslmode else ()
    port = int(server.port) if server.port.isascii() and server.port.isdigit() else None
    return StoreUrl(
        Engine.POSTGRESQL,
        user=server.login,
        host=server.host,
        port=port,
        database=server.database,
        options=options,
    ).text


def _made(started: Started) -> Made:
    key = started.audit_key
    kept = f"{key.place}, {key.detail}" if key else ""
    unsigned = f"There is no first checkpoint: {started.unsigned}" if started.unsigned else ""
    notes = tuple(filter(None, (key.note if key else "", unsigned)))
    return Made(started.login, started.resumed, started.recovery_code, kept, notes)
