"""What a run begins with: the command line, and from it settings and credentials, read when first
asked for, after the first frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError

if TYPE_CHECKING:
    from billing_tui.credentials import Credentials
    from billing_tui.settings import Settings, SettingsError


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line said: nothing, or which store, whose books, and who. `jobs` is whether
    the console runs those that come due."""

    store: str | None = None
    organisation: str | None = None
    user: str | None = None
    jobs: bool = True


class SettingUnusable(InputError):
    def __init__(self, error: SettingsError) -> None:
        super().__init__(error.title, error.message)


@contextmanager
def as_ours() -> Iterator[None]:
    """A setting that cannot be used is shown like anything else that is refused."""
    from billing_tui.settings import SettingsError

    try:
        yield
    except SettingsError as error:
        raise SettingUnusable(error) from None


class Given:
    def __init__(self, options: Options) -> None:
        self.options = options
        self._named = options
        self._settings: Settings | None = None
        self._credentials: Credentials | None = None

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            from billing_tui.settings import load

            with as_ours():
                self._settings = load(self.options.store)
        return self._settings

    @property
    def credentials(self) -> Credentials:
        if self._credentials is None:
            from billing_tui.credentials import Credentials

            self._credentials = Credentials(self.settings)
        return self._credentials

    def theme(self) -> str:
        """What the settings say, before anything else of them is needed."""
        try:
            return self.settings.theme
        except SettingUnusable:
            return ""  # told when the store is opened

    def log(self) -> None:
        from billing_tui.logs import open_log

        with as_ours():
            open_log(self.settings.state, self.settings.log_level)

    def login_of(self, named: str = "") -> str:
        from billing_tui.bootstrap import os_user

        if self.settings.store.sqlite:
            return named or self.options.user or os_user()
        return self.settings.store.user or os_user()
