"""A form of the settings: what somebody else saved meanwhile is loaded anew, and said."""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from billing_tui.domain.errors import BillingError
from screens.forms import FormPage

from .part import STALE

Thing = TypeVar("Thing")
Done = TypeVar("Done")


class SettingsForm(FormPage[Thing, Done], Generic[Thing, Done]):
    HELP_FILE: ClassVar[str] = "help/settings_screen.txt"

    def version_of(self, thing: Thing | None) -> int:
        return int(getattr(thing, "version", 0))

    def refused(self, error: BillingError) -> bool:
        if error.code != STALE:
            return False
        self.action_start_anew()
        self._note("Somebody else saved it meanwhile. This is how it is now; change it again.")
        return True
