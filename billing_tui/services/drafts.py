"""Form drafts: kept when a form is left, given back when it is opened, dropped when it is saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from billing_tui.domain.drafts import DraftLine, FormDraft, checked_place, kept_body
from billing_tui.domain.rights import Right
from storage.repos import drafts
from storage.uow import Unit

from .cases import Service, reads, writes


class Drafts(Service):
    """Each person's own; nobody is given another's."""

    @writes("drafts.keep", Right.KEEP_OWN)
    def keep(
        self, unit: Unit, form: str, about: str, version: int, body: Mapping[str, Any]
    ) -> None:
        """In place of the draft of this form before. `about` is the number of what it changes,
        empty for something new; `version` is the one that was seen."""
        place, kept = checked_place(form, about), kept_body(body)
        drafts.keep(unit, *place, version, kept)

    @reads("drafts.find")
    def find(self, unit: Unit, form: str, about: str = "") -> FormDraft | None:
        return drafts.find(unit, *checked_place(form, about))

    @reads("drafts.list")
    def list(self, unit: Unit) -> tuple[DraftLine, ...]:
        """The newest first."""
        return tuple(drafts.own(unit))

    @writes("drafts.drop", Right.KEEP_OWN)
    def drop(self, unit: Unit, form: str, about: str = "") -> None:
        """What was typed is forgotten at once."""
        drafts.drop(unit, *checked_place(form, about))
