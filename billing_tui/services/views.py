"""Saved views: each person keeps, changes and deletes their own, and sees no others."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from billing_tui.domain.acts import Request
from billing_tui.domain.rights import Right
from billing_tui.domain.views import (
    MOST_VIEWS,
    SavedView,
    TooManyViews,
    ViewChanged,
    ViewDraft,
    ViewNotFound,
    checked_view,
    in_order,
    refuse_taken,
)
from storage.repos import views
from storage.uow import Unit

from .cases import Service, reads, writes


class Views(Service):
    """What a request keeps of these is an id, since a query may name people."""

    @reads("views.list")
    def list(self, unit: Unit, area: str = "") -> tuple[SavedView, ...]:
        """One's own of an area, or of all, in the order of their number keys, then by name."""
        return in_order(views.live(unit, area))

    @reads("views.show")
    def show(self, unit: Unit, id: UUID) -> SavedView:
        return _own(unit, id)

    def save(self, request: Request, draft: ViewDraft) -> SavedView:
        """A new view."""
        return self.show(self._save(request, draft))

    def edit(self, request: Request, id: UUID, version: int, draft: ViewDraft) -> SavedView:
        return self.show(self._edit(request, id, version, draft))

    def restore(self, request: Request, id: UUID) -> SavedView:
        """Take a deletion back; the number key only where no other view has it by now."""
        return self.show(self._restore(request, id))

    @writes("views.save", Right.KEEP_OWN)
    def _save(self, unit: Unit, draft: ViewDraft) -> UUID:
        kept = checked_view(draft)
        views.hold(unit)
        others = views.live(unit, kept.area)
        refuse_taken(kept, others)
        if len(others) >= MOST_VIEWS:
            raise TooManyViews
        return views.add(unit, kept)

    @writes("views.edit", Right.KEEP_OWN)
    def _edit(self, unit: Unit, id: UUID, version: int, draft: ViewDraft) -> UUID:
        kept = checked_view(draft)
        views.hold(unit)
        found = _as_seen(unit, id, version)
        refuse_taken(kept, _others(unit, kept.area, id))
        views.edit(unit, found, kept)
        return id

    @writes("views.delete", Right.KEEP_OWN)
    def delete(self, unit: Unit, id: UUID, version: int | None = None) -> UUID:
        """The version that was seen; None is whichever there is now."""
        views.hold(unit)
        found = _as_seen(unit, id, version)
        views.change(unit, found, {"deleted_at": unit.now}, "views.delete")
        return id

    @writes("views.restore", Right.KEEP_OWN)
    def _restore(self, unit: Unit, id: UUID) -> UUID:
        views.hold(unit)
        if views.find(unit, id) is not None:
            return id
        found = _own(unit, id, deleted=True)
        others = _others(unit, found.area, id)
        taken = {other.position for other in others}
        draft = replace(found.draft(), position=0 if found.position in taken else found.position)
        refuse_taken(draft, others)
        back = {"deleted_at": None, "position": draft.position}
        views.change(unit, found, back, "views.restore")
        return id


def _own(unit: Unit, id: UUID, *, deleted: bool = False) -> SavedView:
    found = views.find(unit, id, deleted=deleted)
    if found is None:
        raise ViewNotFound(str(id))
    return found


def _as_seen(unit: Unit, id: UUID, version: int | None) -> SavedView:
    found = _own(unit, id)
    if version not in (None, found.version):
        raise ViewChanged(found.name)
    return found


def _others(unit: Unit, area: str, id: UUID) -> list[SavedView]:
    return [view for view in views.live(unit, area) if view.id != id]
