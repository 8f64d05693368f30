"""Made-up keyrings that stand where the operating system's would be."""

from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from billing_tui.credentials import ring

SECRET_SERVICE = "keyring.backends.SecretService.Keyring"
KWALLET = "keyring.backends.kwallet.DBusKeyring"
Put = Callable[..., None]


class FakeRing:
    """Stands where an allowed backend class is, under its very name."""

    viable = True
    kept: ClassVar[dict[tuple[str, str], str]] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Forgetful(FakeRing):
    def set_password(self, service: str, username: str, password: str) -> None:
        pass


class Mangling(FakeRing):
    def set_password(self, service: str, username: str, password: str) -> None:
        super().set_password(service, username, password[:-1])


class Broken(FakeRing):
    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError("its own words")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"cannot store {password}")


def putter(monkeypatch: pytest.MonkeyPatch) -> Put:
    """Puts a class where keyring has a backend, by default under the backend's own name."""
    FakeRing.kept = {}
    monkeypatch.setattr(ring, "ALLOWED", {})
    monkeypatch.setattr(ring, "_ANSWER_SECONDS", 5.0)

    def put(cls: type, at: str = SECRET_SERVICE, named: str = "") -> None:
        fake: Any = type(cls.__name__, (cls,), {})
        fake.__module__, _, fake.__qualname__ = (named or at).rpartition(".")
        monkeypatch.setattr(at, fake)

    class Absent(FakeRing):
        viable = False

    put(Absent)
    put(Absent, KWALLET)
    return put
