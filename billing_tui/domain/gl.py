"""The general ledger's codes for our accounts: dated, by legal entity and department."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .errors import InputError, Refused
from .fields import Findings, checked_code
from .ledger import ACCOUNTS, family

CODE, ACCOUNT = 40, 80


@dataclass(frozen=True, slots=True)
class GlMapping:
    """From `valid_from` on `account` is booked as `code`; without a code it is mapped no longer.

    `department` is empty for all; `account` may be a whole family, such as `revenue:*`.
    """

    entity: str
    account: str
    department: str
    valid_from: date
    code: str
    id: UUID
    version: int

    @property
    def ends(self) -> bool:
        return not self.code


@dataclass(frozen=True, slots=True)
class Unmapped:
    """`posted` says that amounts already stand on this account."""

    entity: str
    account: str
    posted: bool


class UnknownAccount(InputError):
    def __init__(self, account: str) -> None:
        self.account = account
        super().__init__(
            "Unknown account",
            f"{account[:ACCOUNT]!r} is no account of the books. Use one of "
            f"{', '.join(sorted(ACCOUNTS))}; a star stands for any, such as revenue:ads.",
        )


class GlCodeRefused(InputError):
    def __init__(self, why: str) -> None:
        super().__init__("Code not usable", f"The ledger code {why}")


class NothingMapped(Refused):
    def __init__(self, account: str, entity: str, on: date) -> None:
        self.account, self.entity, self.on = account, entity, on
        super().__init__(
            "Nothing to end",
            f"{account} of {entity} has no such mapping on {on}. List the mappings to see which.",
        )


def checked_account(account: str) -> str:
    """An account of the books, or a family of them."""
    name = account.partition(":")[2]
    if account in ACCOUNTS:
        return account
    if family(account) not in ACCOUNTS or not name or len(account) > ACCOUNT:
        raise UnknownAccount(account)
    try:
        checked_code(name, "account", ACCOUNT)
    except InputError:
        raise UnknownAccount(account) from None
    return account


def checked_gl_code(code: str) -> str:
    on = Findings()
    kept = on.tried("code", lambda: checked_code(code, "code", CODE), "")
    if on.errors:
        raise GlCodeRefused(on.errors[0].message)
    return kept


def code_for(
    mappings: Iterable[GlMapping], account: str, entity: str, department: str, on: date
) -> str | None:
    """The code that holds on a day: that of the account before that of its family, and within each
    that of the department before that of all. Of one level the latest row counts; one that ends
    its level leaves the answer to the next."""
    held = [m for m in mappings if m.entity == entity and m.valid_from <= on]
    for name in dict.fromkeys((account, family(account))):
        for part in dict.fromkeys((department, "")):
            level = [m for m in held if m.account == name and m.department == part]
            latest = max(level, key=lambda m: (m.valid_from, m.version), default=None)
            if latest is not None and not latest.ends:
                return latest.code
    return None


def unmapped(
    mappings: Iterable[GlMapping], entity: str, posted: Iterable[str], on: date
) -> list[Unmapped]:
    """What has no code for all departments on a day: the accounts of the books, and those in use.

    A family that is in use is asked for by its members, each of which may have a code of its own.
    """
    known, used = list(mappings), set(posted)
    return [
        Unmapped(entity, account, account in used)
        for account in sorted(ACCOUNTS | used)
        if code_for(known, account, entity, "", on) is None
    ]
