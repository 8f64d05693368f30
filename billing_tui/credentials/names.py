"""The credentials this program knows, what each is for and which variables may bring it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from billing_tui.domain.errors import CredentialError, InputError, NotFound
from billing_tui.domain.recovery import from_code, from_codes, to_code

SERVICE = "billing-tui"
OWN_PASSWORD = "sign-in-password"  # noqa: S105 - a name


class Secret:
    """A value that shows itself only when asked by `reveal`, never in a repr, log or pickle."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(hidden)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(
            self._value.encode("utf-8", "surrogatepass"),
            other._value.encode("utf-8", "surrogatepass"),
        )

    __hash__ = None  # type: ignore[assignment]  # no key of a dict

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is neither pickled nor copied")


class UnknownCredential(InputError):
    def __init__(self) -> None:
        # The name is not repeated: people who leave the name out type the value in its place.
        super().__init__(
            "Credential not known",
            f"The credentials are: {', '.join(each.name for each in KNOWN)}.",
        )


class UnfitSecret(InputError):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Value not usable",
            f"The value of {name} is empty, or has line breaks or characters that are no text.",
        )


class CredentialNotKept(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__("Nothing to remove", f"No {name} is kept for this store.")


class CredentialNotSet(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Not set", f"No {name} is set. Keep one with `billing-tui credentials set {name}`."
        )


class CredentialInEnvironment(CredentialError):
    def __init__(self, name: str, variable: str) -> None:
        self.name, self.variable = name, variable
        super().__init__(
            "Credential comes from the environment",
            f"{name} comes from {variable}; take it away where that variable is set.",
        )


class CredentialGarbled(CredentialError):
    def __init__(self, name: str, place: str, problem: str) -> None:
        self.name, self.place = name, place
        super().__init__("Credential not readable", f"The {name} from {place}: {problem}")


def _one_line(name: str) -> Callable[[str], str]:
    def clean(value: str) -> str:
        if not value or re.search("[\0\r\n\ud800-\udfff]", value):
            raise UnfitSecret(name)
        return value

    return clean


def _code(value: str) -> str:
    return to_code(from_code(value))


def _codes(value: str) -> str:
    return " ".join(map(to_code, from_codes(value)))


@dataclass(frozen=True, slots=True)
class Known:
    """`variable` holds the value itself, `file_variable` names a file that holds it. What is
    `personal` is kept once for each login."""

    name: str
    purpose: str
    clean: Callable[[str], str]
    file_variable: str
    variable: str = ""
    may_be_file: bool = False
    personal: bool = False


KNOWN = (
    Known(
        "store-password",
        "signs in to a Postgres store",
        _one_line("store-password"),
        "BILLING_TUI_STORE_PASSWORD_FILE",
        "PGPASSWORD",
    ),
    Known(
        OWN_PASSWORD,
        "signs you in to a local store where you have a password",
        _one_line(OWN_PASSWORD),
        "BILLING_TUI_PASSWORD_FILE",
        personal=True,
    ),
    Known(
        "audit-key",
        "seals the audit trail of a local store; its value is the recovery code",
        _code,
        "BILLING_TUI_AUDIT_KEY_FILE",
        may_be_file=True,
    ),
    Known(
        "audit-keys-before",
        "audit keys of before a rotation, with which verify checks older rows; recovery codes",
        _codes,
        "BILLING_TUI_AUDIT_KEYS_BEFORE_FILE",
        may_be_file=True,
    ),
    Known(
        "checkpoint-key",
        "signs the checkpoints of the audit trail",
        _code,
        "BILLING_TUI_CHECKPOINT_KEY_FILE",
        may_be_file=True,
    ),
)


def known(name: str) -> Known:
    for each in KNOWN:
        if each.name == name:
            return each
    raise UnknownCredential
