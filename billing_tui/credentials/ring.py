"""The operating system's keyring, and no other: the one place that imports keyring.

keyring itself takes its backend from a variable or a file that may name any Python class, and its
default may be one that forgets silently. So the choice is made here, from a list of four.
"""

from __future__ import annotations

import configparser
import contextlib
import importlib
import queue
import re
import sys
import threading
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from billing_tui.domain.errors import CredentialError

from .names import SERVICE, Secret

ALLOWED = {
    "darwin": ("keyring.backends.macOS.Keyring",),
    "win32": ("keyring.backends.Windows.WinVaultKeyring",),
}
ALLOWED_ELSEWHERE = (
    "keyring.backends.SecretService.Keyring",
    "keyring.backends.kwallet.DBusKeyring",
)
# Long enough to type the keyring's own password into its prompt.
_ANSWER_SECONDS = 60.0
_LOOK_SECONDS = 10.0
_SILENT = "no answer"


class NoKeyring(CredentialError):
    def __init__(self, name: str, note: str, file_variable: str) -> None:
        self.name = name
        super().__init__(
            "No keyring to trust",
            f"{note} Put the {name} into a file only you can read, and name it in {file_variable}.",
        )


class KeyringFailed(CredentialError):
    """`failure` is the class of what went wrong; its text might hold the value."""

    def __init__(self, backend: str, failure: str) -> None:
        self.backend, self.failure = backend, failure
        super().__init__(
            "Keyring does not answer",
            f"{backend} could not be used ({failure}). Unlock the keyring and try again.",
        )


class KeyringForgets(CredentialError):
    def __init__(self, backend: str) -> None:
        self.backend = backend
        super().__init__(
            "Keyring did not keep the value",
            f"{backend} took the value but did not give the same back, so it is not trusted.",
        )


class _Backend(Protocol):
    def get_password(self, service: str, username: str) -> str | None: ...
    def set_password(self, service: str, username: str, password: str) -> None: ...
    def delete_password(self, service: str, username: str) -> None: ...


class Ring:
    """One backend. After a question it left unanswered it is not asked again."""

    def __init__(self, name: str, backend: _Backend) -> None:
        self.name = name
        self.backend = backend
        self._silent = False

    def get(self, account: str) -> Secret | None:
        value = self._ask(lambda: self.backend.get_password(SERVICE, account))
        return Secret(value) if isinstance(value, str) and value else None

    def set(self, account: str, value: Secret) -> None:
        self._ask(lambda: self.backend.set_password(SERVICE, account, value.reveal()))
        if self.get(account) != value:
            with contextlib.suppress(KeyringFailed):
                self._ask(lambda: self.backend.delete_password(SERVICE, account))
            raise KeyringForgets(self.name)

    def remove(self, account: str) -> bool:
        if self.get(account) is None:
            return False
        self._ask(lambda: self.backend.delete_password(SERVICE, account))
        if self.get(account) is not None:
            raise KeyringForgets(self.name)
        return True

    def _ask(self, call: Callable[[], Any]) -> Any:
        done, answer = (False, _SILENT) if self._silent else _within(_ANSWER_SECONDS, call)
        if not done:
            self._silent = answer == _SILENT
            raise KeyringFailed(self.name, answer)
        return answer


def find_ring() -> Ring | None:
    """The first allowed backend that works here, whatever keyring is configured to use."""
    for name in ALLOWED.get(sys.platform, ALLOWED_ELSEWHERE):
        done, backend = _within(_LOOK_SECONDS, partial(_load, name))
        if done and backend is not None:
            return Ring(name, backend)
    return None


def _load(name: str) -> _Backend | None:
    module_name, _, class_name = name.rpartition(".")
    found = getattr(importlib.import_module(module_name), class_name)
    # Something else put in its place is not the class that was checked.
    if f"{found.__module__}.{found.__qualname__}" != name or not found.viable:
        return None
    backend: _Backend = found()
    return backend


def _within(seconds: float, call: Callable[[], Any]) -> tuple[bool, Any]:
    """(True, result), or (False, class of the failure); a prompt nobody sees blocks nothing."""
    answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def run() -> None:
        try:
            answers.put((True, call()))
        except BaseException as error:  # noqa: BLE001 - backends raise anything, also SystemExit
            answers.put((False, type(error).__name__))

    threading.Thread(target=run, name="keyring", daemon=True).start()
    try:
        return answers.get(timeout=seconds)
    except queue.Empty:
        return False, _SILENT


def note_on_configured(environ: Mapping[str, str]) -> str:
    """One sentence if keyring is told to use another backend, which is never even imported."""
    name = environ.get("PYTHON_KEYRING_BACKEND") or _configured_in_file()
    if not name or name in (
        *ALLOWED_ELSEWHERE,
        *(each for row in ALLOWED.values() for each in row),
    ):
        return ""
    shown = name if re.fullmatch(r"[A-Za-z0-9_.]{1,100}", name) else "The keyring configured"
    if ".null." in name:
        return f"{shown} forgets everything it is given and is not used."
    if ".fail." in name:
        return f"{shown} refuses everything it is given and is not used."
    if "plaintext" in name.lower():
        return f"{shown} keeps secrets as readable text and is not used."
    return f"{shown} is not a keyring of the operating system and is not used."


def _configured_in_file() -> str:
    from keyring.util.platform_ import config_root

    config = configparser.RawConfigParser()
    try:
        config.read(Path(config_root()) / "keyringrc.cfg", encoding="utf-8")
        return config.get("backend", "default-keyring", fallback="").strip()
    except (OSError, ValueError, configparser.Error):
        return ""
