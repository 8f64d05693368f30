"""Secrets in files that only their owner can read, for machines without a keyring."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

from billing_tui.domain.errors import CredentialError
from billing_tui.settings import Settings, write_private

from .names import Secret

_LARGEST = 16 * 1024


class UnsafeSecretFile(CredentialError):
    """`source` is the variable or the path; what a variable says is never repeated.

    People put the secret itself where the path of its file belongs.
    """

    def __init__(self, source: str, problem: str) -> None:
        self.source = source
        super().__init__("Secret file not used", f"The file of {source} {problem}.")


class SecretFileNotWritten(CredentialError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__("Secret not kept", f"{path} cannot be written: {reason}.")


def read_private(path: Path, source: str) -> Secret:
    """The text of a file, if it is a plain file of ours that nobody else can read."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise UnsafeSecretFile(source, "does not exist") from None
    except (OSError, ValueError):
        linked = os.path.islink(path)  # noqa: PTH114 - a name too long does not upset this one
        problem = "is a link; name the file itself" if linked else "cannot be opened"
        raise UnsafeSecretFile(source, problem) from None
    try:
        if problem := _distrust(os.fstat(handle)):
            raise UnsafeSecretFile(source, problem)
        content = os.read(handle, _LARGEST + 1)
    finally:
        os.close(handle)
    try:
        text = content.decode("utf-8").removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        text = ""
    if not text or len(content) > _LARGEST:
        raise UnsafeSecretFile(source, "is empty, too large or no text")
    return Secret(text)


def _distrust(found: os.stat_result) -> str:
    if not stat.S_ISREG(found.st_mode):
        return "is not a plain file"
    if os.name != "posix":
        return ""
    if found.st_uid != os.geteuid():
        return "belongs to somebody else"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return "can be read or written by others; run `chmod 600` on it"
    return ""


class FileVault:
    """Secrets of one store as 0600 files in the state folder."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def path(self, name: str) -> Path:
        scope = hashlib.sha256(self._settings.store.scope.encode()).hexdigest()[:16]
        return self._settings.state / "credentials" / f"{scope}-{name}"

    def get(self, name: str) -> Secret | None:
        path = self.path(name)
        return read_private(path, str(path)) if os.path.lexists(path) else None

    def set(self, name: str, value: Secret) -> None:
        self._settings.state_dir()
        path = self.path(name)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.unlink(missing_ok=True)
            write_private(path, value.reveal().encode() + b"\n")
        except OSError as error:
            reason = (error.strerror or "it failed").lower()
        else:
            if self.get(name) != value:
                raise SecretFileNotWritten(path, "it holds something else afterwards")
            return
        raise SecretFileNotWritten(path, reason)

    def remove(self, name: str) -> bool:
        path = self.path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise SecretFileNotWritten(path, (error.strerror or "it failed").lower()) from None
        return True
