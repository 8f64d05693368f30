"""The error tree: BillingError, then what kind of trouble it is, then each case with its facts.

A case says what happened and what to do next in its message, and keeps its facts as attributes.
`code` is stable and goes to scripts; the kind decides the exit code of a command.
"""

import re

_WORD_STARTS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class BillingError(Exception):
    """Anything this program refuses or cannot do, said in one title and one sentence."""

    # The field it is about, as a path; empty where it is about none.
    field = ""

    def __init__(self, title: str, message: str) -> None:
        super().__init__(message)
        self.title = title
        self.message = message

    @property
    def code(self) -> str:
        return _WORD_STARTS.sub("_", type(self).__name__).lower()


class InputError(BillingError):
    """What was typed, imported or configured cannot be used."""


class NotFound(BillingError):
    """The thing named does not exist, or not in this organisation."""


class Refused(BillingError):
    """A rule of the books or of the area says no."""


class NotAllowed(BillingError):
    """The person's roles do not allow it."""


class Conflict(BillingError):
    """Somebody else was first."""


class StoreError(BillingError):
    """The store cannot be reached, opened or written."""


class CredentialError(BillingError):
    """A secret is missing, or the place it would be kept in is not to be trusted."""


class IntegrityError(BillingError):
    """The record does not add up."""
