"""What the console keeps on this machine, for the person it is open for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError
from billing_tui.settings import Settings, SettingsError

if TYPE_CHECKING:
    from billing_tui.bootstrap import Console
    from billing_tui.credentials import Backend, Credentials, Kept, Place
    from billing_tui.domain.acts import Request
    from billing_tui.services.about import About
    from billing_tui.services.audit_key import Rotated
    from billing_tui.services.credentials import Trial, Tried


class NotRemembered(InputError):
    def __init__(self, error: SettingsError) -> None:
        super().__init__(error.title, error.message)


@dataclass(frozen=True, slots=True)
class ThisMachine:
    console: Console

    def credentials(self) -> Sequence[Kept]:
        return self._mine.list()

    def keyring(self) -> Backend:
        return self._mine.backend()

    def keep_credential(self, name: str, value: str) -> Kept:
        """What is tried first is never kept when it does not work."""
        from billing_tui.bootstrap import check_audit_key
        from billing_tui.credentials import OWN_PASSWORD, Secret
        from billing_tui.domain.recovery import from_codes

        secret, mine = Secret(value), self._mine
        if name == "audit-keys-before":
            return mine.keep_before(*from_codes(value))
        if name == "audit-key":
            check_audit_key(self._settings, mine, secret)
        if name == OWN_PASSWORD:
            self._trial().own_password(secret)
        return mine.set(name, secret)

    def remove_credential(self, name: str) -> Sequence[Place]:
        return self._mine.remove(name)

    def try_credential(self, name: str) -> Tried:
        return self._trial().of(name)

    def rotate_audit_key(self, request: Request) -> Rotated:
        from billing_tui.bootstrap import audit_key_of

        return audit_key_of(self.console).rotate(request)

    def try_keyring(self) -> Backend:
        return self._mine.test()

    def remember_theme(self, name: str) -> None:
        try:
            self._settings.remember("theme", name)
        except SettingsError as error:
            raise NotRemembered(error) from None

    def about(self) -> About:
        from billing_tui.services.about import about

        return about(self.console.store, self._settings)

    @property
    def _settings(self) -> Settings:
        return self.console.settings

    @property
    def _mine(self) -> Credentials:
        return self.console.credentials.for_person(self.console.store.identity.login)

    def _trial(self) -> Trial:
        from billing_tui.bootstrap import trial_for

        identity = self.console.store.identity
        return trial_for(
            self._settings,
            self.console.credentials,
            identity.login,
            str(identity.organisation),
        )
