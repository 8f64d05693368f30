"""Secrets: just typed, or from a private file, the environment, the keyring or the state folder.

The first place that has one wins, in that order. Entries belong to one store: its address, which
holds no password, is a part of the entry's name.
"""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import MutableMapping, Sequence
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

from billing_tui.domain.errors import CredentialError, InputError
from billing_tui.domain.recovery import from_code, from_codes, to_code
from billing_tui.settings import Settings, StoreUrl

from .environment import take_environment
from .files import FileVault, SecretFileNotWritten, UnsafeSecretFile, read_private
from .names import (
    KNOWN,
    OWN_PASSWORD,
    CredentialGarbled,
    CredentialInEnvironment,
    CredentialNotKept,
    CredentialNotSet,
    Known,
    Secret,
    UnfitSecret,
    UnknownCredential,
    known,
)
from .ring import KeyringFailed, KeyringForgets, NoKeyring, Ring, find_ring, note_on_configured

__all__ = [
    "KNOWN",
    "OWN_PASSWORD",
    "Backend",
    "CredentialGarbled",
    "CredentialInEnvironment",
    "CredentialNotKept",
    "CredentialNotSet",
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
_STORE = "store-password"
_NO_KEYRING = "No keyring of the operating system can be used here."
_SWITCHED_OFF = "The keyring is switched off by the settings."


class Place(StrEnum):
    TYPED = "memory of this process"
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
        self._typed: dict[str, Secret] = {}
        self._ring: list[Ring | None] = []
        self._settings = settings
        self._files = FileVault(settings)
        self._login = ""

    def for_store(self, url: StoreUrl) -> Credentials:
        """The same places, for the entries of another store."""
        return self._like(dataclasses.replace(self._settings, store=url), self._login)

    def for_person(self, login: str) -> Credentials:
        """The same places and store, with what is kept for this person alone."""
        return self._like(self._settings, login)

    def _like(self, settings: Settings, login: str) -> Credentials:
        other = Credentials(settings, {})
        other._environ, other._taken, other._ring = self._environ, self._taken, self._ring
        other._typed, other._login = self._typed, login
        return other

    def get(self, name: str) -> Secret | None:
        """The value, or None when no place has it; a place that cannot be read is an error."""
        return self._find(self._known(name))[0]

    def use(self, name: str, value: Secret) -> None:
        """What somebody just typed wins over every place, and is kept nowhere but in memory."""
        one = self._known(name)
        self._typed[self._account(one)] = Secret(one.clean(value.reveal()))

    def drop_typed(self) -> None:
        """Whoever typed something has left."""
        self._typed.clear()

    def renew(self, name: str, value: Secret) -> Kept | None:
        """The value is another one from now on: it is used at once, and kept where the keyring
        kept the one before, if that works."""
        one, ring, kept = self._known(name), self._keyring(), None
        with suppress(CredentialError):
            for account in self._accounts(one):
                if ring and ring.get(account):
                    ring.set(account, Secret(one.clean(value.reveal())))
                    kept = Kept(name, one.purpose, Place.KEYRING, ring.name, self._hidden_by(one))
        self.use(name, value)
        return kept

    def remembered(self, login: str) -> Secret | None:
        """The own password of a person on a local store. A keyring that does not answer remembers
        nothing, so that the person is asked."""
        with suppress(KeyringFailed):
            return self.for_person(login).get(OWN_PASSWORD)
        return None

    def remember(self, login: str, value: Secret) -> Kept:
        return self.for_person(login).set(OWN_PASSWORD, value)

    def forget(self, login: str) -> None:
        """Also where nothing is remembered; what a variable brings stays."""
        with suppress(CredentialNotKept, CredentialError):
            self.for_person(login).remove(OWN_PASSWORD)

    def remember_login(self, value: Secret) -> None:
        """The password of the login of a shared store, which let it in just now. One that was set
        is renewed; else it is kept beside that, so that forgetting it takes away no more."""
        one, ring = self._known(_STORE), self._keyring()
        if ring is None:
            raise NoKeyring(one.name, self.backend().note, one.file_variable)
        own, remembered = self._accounts(one)
        ring.set(own if ring.get(own) else remembered, Secret(one.clean(value.reveal())))

    def forget_login(self) -> None:
        """Also where nothing is remembered; what was set stays."""
        ring = self._keyring()
        with suppress(CredentialError):
            if ring:
                ring.remove(self._accounts(self._known(_STORE))[-1])

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
        return self._variable(self._known(name))

    def set(self, name: str, value: Secret | str) -> Kept:
        """Keep a value in the keyring, else in a private file if this credential may be in one."""
        one = self._known(name)
        secret = Secret(one.clean(value.reveal() if isinstance(value, Secret) else value))
        ring = self._keyring()
        try:
            if ring is None:
                raise NoKeyring(name, self.backend().note, one.file_variable)
            ring.set(self._account(one), secret)
            for other in self._accounts(one)[1:]:
                ring.remove(other)
        except CredentialError as error:
            if not one.may_be_file:
                raise
            self._files.set(name, secret)
            self._typed.pop(self._account(one), None)
            note = self._hidden_by(one) or (error.message if ring else self.backend().note)
            path = str(self._files.path(name))
            return Kept(name, one.purpose, Place.STATE, path, note)
        self._files.remove(name)
        self._typed.pop(self._account(one), None)
        return Kept(name, one.purpose, Place.KEYRING, ring.name, self._hidden_by(one))

    def remove(self, name: str) -> Sequence[Place]:
        """Take a value away from every place of ours that has it."""
        one = self._known(name)
        places = [Place.TYPED] if self._typed.pop(self._account(one), None) else []
        if self._files.remove(name):
            places.append(Place.STATE)
        ring = self._keyring()
        if ring and sum(map(ring.remove, self._accounts(one))):
            places.append(Place.KEYRING)
        if not places and (variable := self._variable(one)):
            raise CredentialInEnvironment(name, variable)
        if not places:
            raise CredentialNotKept(name)
        return places

    def list(self) -> Sequence[Kept]:
        personal = self._login and self._settings.store.sqlite
        return [self._kept(one) for one in KNOWN if personal or not one.personal]

    def kept(self, name: str) -> Kept:
        """Where one comes from; a place that cannot be read is an error."""
        one = self._known(name)
        _, place, detail = self._find(one)
        return Kept(name, one.purpose, place, detail)

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
        account = f"{self._settings.store.scope}/test"
        ring.set(account, Secret(secrets.token_urlsafe()))
        ring.remove(account)
        return self.backend()

    def _find(self, one: Known) -> tuple[Secret | None, Place | None, str]:
        found: Secret | None
        if found := self._typed.get(self._account(one)):
            return found, Place.TYPED, ""
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
            return next(filter(None, map(ring.get, self._accounts(one))), None)
        except KeyringFailed:
            if self._passfile(one):
                return None
            raise

    def _passfile(self, one: Known) -> str:
        """What names a file the Postgres library reads by itself when it is given no password."""
        if one.name != _STORE:
            return ""
        if self._environ.get("PGPASSFILE"):
            return "PGPASSFILE"
        return "passfile" if "passfile" in dict(self._settings.store.options) else ""

    def _kept(self, one: Known) -> Kept:
        try:
            return self.kept(one.name)
        except CredentialError as error:
            return Kept(one.name, one.purpose, None, note=error.message)

    def _keyring(self) -> Ring | None:
        if not self._ring:
            self._ring.append(find_ring() if self._settings.keyring else None)
        return self._ring[0]

    def _known(self, name: str) -> Known:
        one = known(name)
        if one.personal and not self._login:
            raise ValueError(f"{name} is kept for a person; say whose by for_person")
        return one

    def _account(self, one: Known) -> str:
        person = f":{self._login}" if one.personal else ""
        return f"{self._settings.store.scope}/{one.name}{person}"

    def _accounts(self, one: Known) -> tuple[str, ...]:
        """What the keyring calls it, and where "remember me" keeps it until it is signed out."""
        own = self._account(one)
        return (own, f"{own}:remembered") if one.name == _STORE else (own,)

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
