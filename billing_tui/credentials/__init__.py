"""Secrets: from a private file, the environment, the OS keyring or the state folder.

The first place that has one wins, in that order. Entries belong to one store: its address, which
holds no password, is a part of the entry's name.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import MutableMapping, Sequence
from enum import StrEnum
from pathlib import Path

from billing_tui.domain.errors import CredentialError, InputError
from billing_tui.domain.recovery import from_code, from_codes, to_code
from billing_tui.settings import Settings, StoreUrl

from .files import FileVault, SecretFileNotWritten, UnsafeSecretFile, read_private
from .names import (
    KNOWN,
    CredentialGarbled,
    CredentialInEnvironment,
    CredentialNotKept,
    Known,
    Secret,
    UnfitSecret,
    UnknownCredential,
    known,
    take_environment,
)
from .ring import KeyringFailed, KeyringForgets, NoKeyring, Ring, find_ring, note_on_configured

__all__ = [
    "KNOWN",
    "Backend",
    "CredentialGarbled",
    "CredentialInEnvironment",
    "CredentialNotKept",
    "Credentials",
    "Kept",
    "KeyringFailed",
    "KeyringForgets",
    "Known",
    "NoKeyring",
    "Place",
    "Secret",
    "SecretFileNotWritten",
    "UnfitSecret",
    "UnknownCredential",
    "UnsafeSecretFile",
]
_BEFORE = "audit-keys-before"
_NO_KEYRING = "No keyring of the operating system can be used here."
_SWITCHED_OFF = "The keyring is switched off by the settings."


class Place(StrEnum):
    FILE_VARIABLE = "file named by a variable"
    VARIABLE = "variable"
    KEYRING = "keyring"
    STATE = "file in the state folder"
    PASSFILE = "password file"


@dataclasses.dataclass(frozen=True, slots=True)
class Kept:
    """Where a credential comes from, never what it is. Without a place, it is not set."""

    name: str
    purpose: str
    place: Place | None
    detail: str = ""
    note: str = ""


@dataclasses.dataclass(frozen=True, slots=True)
class Backend:
    """The keyring in use, as module path and class; `note` says why none or why not another."""

    name: str | None
    note: str = ""


class Credentials:
    """Made once per process, early: it takes secrets out of the environment."""

    def __init__(self, settings: Settings, environ: MutableMapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._taken = take_environment(self._environ)
        self._ring: list[Ring | None] = []
        self._settings = settings
        self._files = FileVault(settings)

    def for_store(self, url: StoreUrl) -> Credentials:
        """The same places, for the entries of another store."""
        other = Credentials(dataclasses.replace(self._settings, store=url), {})
        other._environ, other._taken, other._ring = self._environ, self._taken, self._ring
        return other

    def get(self, name: str) -> Secret | None:
        """The value, or None when no place has it; a place that cannot be read is an error."""
        return self._find(known(name))[0]

    def key(self, name: str) -> bytes | None:
        """The bytes of a key that is kept as a recovery code."""
        found = self.get(name)
        return from_code(found.reveal()) if found else None

    def keys_before(self) -> Sequence[bytes]:
        """Audit keys that seal nothing any more, oldest first."""
        found = self.get(_BEFORE)
        return from_codes(found.reveal()) if found else []

    def keep_before(self, *keys: bytes) -> Kept:
        """Add to the audit keys of before; none is ever shown, so none is replaced either."""
        known_ones = dict.fromkeys([*self.keys_before(), *keys])
        return self.set(_BEFORE, " ".join(map(to_code, known_ones)))

    def variable(self, name: str) -> str:
        """The variable that has the last word on this credential, if one is set."""
        return self._variable(known(name))

    def set(self, name: str, value: Secret | str) -> Kept:
        """Keep a value in the keyring, else in a private file if this credential may be in one."""
        one = known(name)
        secret = Secret(one.clean(value.reveal() if isinstance(value, Secret) else value))
        ring = self._keyring()
        try:
            if ring is None:
                raise NoKeyring(name, self.backend().note, one.file_variable)
            ring.set(self._account(name), secret)
        except CredentialError as error:
            if not one.may_be_file:
                raise
            self._files.set(name, secret)
            note = self._hidden_by(one) or (error.message if ring else self.backend().note)
            path = str(self._files.path(name))
            return Kept(name, one.purpose, Place.STATE, path, note)
        self._files.remove(name)
        return Kept(name, one.purpose, Place.KEYRING, ring.name, self._hidden_by(one))

    def remove(self, name: str) -> Sequence[Place]:
        """Take a value away from every place of ours that has it."""
        one = known(name)
        places = [Place.STATE] if self._files.remove(name) else []
        ring = self._keyring()
        if ring and ring.remove(self._account(name)):
            places.append(Place.KEYRING)
        if not places and (variable := self._variable(one)):
            raise CredentialInEnvironment(name, variable)
        if not places:
            raise CredentialNotKept(name)
        return places

    def list(self) -> Sequence[Kept]:
        return [self._kept(one) for one in KNOWN]

    def backend(self) -> Backend:
        note = note_on_configured(self._environ)
        if ring := self._keyring():
            return Backend(ring.name, note)
        why = _NO_KEYRING if self._settings.keyring else _SWITCHED_OFF
        return Backend(None, f"{note} {why}".strip())

    def test(self) -> Backend:
        """Write a made-up value to the keyring, read it back and remove it."""
        ring = self._keyring()
        if ring is None:
            raise NoKeyring("values", self.backend().note, "their `*_FILE` variables")
        account = self._account("test")
        ring.set(account, Secret(secrets.token_urlsafe()))
        ring.remove(account)
        return self.backend()

    def _find(self, one: Known) -> tuple[Secret | None, Place | None, str]:
        found: Secret | None
        if path := self._environ.get(one.file_variable):
            found = read_private(Path(path), one.file_variable)
            return _cleaned(one, found, one.file_variable), Place.FILE_VARIABLE, one.file_variable
        if found := self._taken.get(one.name):
            return _cleaned(one, found, one.variable), Place.VARIABLE, one.variable
        # A file is there only while the keyring did not take the newest value.
        if one.may_be_file and (found := self._files.get(one.name)):
            path = str(self._files.path(one.name))
            return _cleaned(one, found, path), Place.STATE, path
        if (ring := self._keyring()) and (found := self._from(ring, one)):
            return _cleaned(one, found, "the keyring"), Place.KEYRING, ring.name
        if named := self._passfile(one):
            return None, Place.PASSFILE, named
        return None, None, ""

    def _from(self, ring: Ring, one: Known) -> Secret | None:
        try:
            return ring.get(self._account(one.name))
        except KeyringFailed:
            if self._passfile(one):
                return None
            raise

    def _passfile(self, one: Known) -> str:
        """What names a file the Postgres library reads by itself when it is given no password."""
        if one.name != "store-password":
            return ""
        if self._environ.get("PGPASSFILE"):
            return "PGPASSFILE"
        return "passfile" if "passfile" in dict(self._settings.store.options) else ""

    def _kept(self, one: Known) -> Kept:
        try:
            _, place, detail = self._find(one)
        except CredentialError as error:
            return Kept(one.name, one.purpose, None, note=error.message)
        return Kept(one.name, one.purpose, place, detail)

    def _keyring(self) -> Ring | None:
        if not self._ring:
            self._ring.append(find_ring() if self._settings.keyring else None)
        return self._ring[0]

    def _account(self, name: str) -> str:
        return f"{self._settings.store.scope}/{name}"

    def _variable(self, one: Known) -> str:
        if self._environ.get(one.file_variable):
            return one.file_variable
        return one.variable if one.name in self._taken else ""

    def _hidden_by(self, one: Known) -> str:
        variable = self._variable(one)
        return f"As long as {variable} is set, its value is used instead." if variable else ""


def _cleaned(one: Known, found: Secret, place: str) -> Secret:
    try:
        return Secret(one.clean(found.reveal()))
    except InputError as error:
        problem = error.message
    raise CredentialGarbled(one.name, place, problem)
