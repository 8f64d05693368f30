"""Saved views on both engines: each person's own, with names and number keys taken once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text

from billing_tui.domain import views as rules
from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import RightMissing, Role
from billing_tui.domain.views import (
    TooManyViews,
    ViewChanged,
    ViewDraft,
    ViewKeyTaken,
    ViewNameTaken,
    ViewNotFound,
)
from billing_tui.services.verify import Verify
from billing_tui.services.views import Views
from storage.repos import audit
from storage.store import Store
from tests.services.test_rights import people_of, shared_people

__all__ = ["shared_people"]
HOLD = ViewDraft("customers", "On hold", "brake:hold", "name", False, 1)
NEW = ViewDraft("customers", "New", "created>-30", "created", True)


@pytest.fixture
def views(store: Store) -> Views:
    return Views(store)


def test_a_view_is_kept_changed_deleted_and_brought_back(views: Views) -> None:
    saved = views.save(Request.new(), HOLD)
    assert (saved.draft(), saved.version) == (HOLD, 1)
    views.save(Request.new(), NEW)
    views.save(Request.new(), replace(NEW, area="audit"))
    assert [one.name for one in views.list("customers")] == ["On hold", "New"]
    assert [one.area for one in views.list()] == ["audit", "customers", "customers"]
    edited = views.edit(Request.new(), saved.id, 1, replace(HOLD, name="Held", position=2))
    assert (edited.version, edited.name, edited.position) == (2, "Held", 2)
    views.delete(Request.new(), saved.id, 2)
    assert [one.name for one in views.list("customers")] == ["New"]
    with pytest.raises(ViewNotFound):
        views.delete(Request.new(), saved.id)
    back = views.restore(Request.new(), saved.id)
    assert back == replace(edited, version=4)
    assert views.restore(Request.new(), saved.id) == back


def test_a_name_and_a_key_are_free_again_once_deleted(views: Views) -> None:
    first = views.save(Request.new(), HOLD)
    with pytest.raises(ViewNameTaken):
        views.save(Request.new(), replace(HOLD, name="on HOLD", position=0))
    with pytest.raises(ViewKeyTaken):
        views.save(Request.new(), replace(NEW, position=1))
    views.delete(Request.new(), first.id)
    second = views.save(Request.new(), HOLD)
    with pytest.raises(ViewNameTaken):
        views.restore(Request.new(), first.id)
    views.edit(Request.new(), second.id, 1, replace(HOLD, name="Other"))
    assert views.restore(Request.new(), first.id).position == 0
    with pytest.raises(ViewNameTaken):
        views.edit(Request.new(), second.id, 2, replace(HOLD, name="on hold"))
    assert views.edit(Request.new(), second.id, 2, ViewDraft("audit", "On hold")).version == 3


def test_another_console_is_not_written_over(views: Views) -> None:
    saved = views.save(Request.new(), HOLD)
    views.edit(Request.new(), saved.id, 1, NEW)
    with pytest.raises(ViewChanged):
        views.edit(Request.new(), saved.id, 1, HOLD)
    with pytest.raises(ViewChanged):
        views.delete(Request.new(), saved.id, 1)


def test_two_consoles_keep_one_of_a_name(views: Views) -> None:
    ready = threading.Barrier(4)

    def save(_: int) -> bool:
        ready.wait(60)
        try:
            views.save(Request.new(), HOLD)
        except ViewNameTaken:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(save, range(4))) == 1
    assert len(views.list()) == 1


def test_the_same_request_keeps_one(store: Store, views: Views) -> None:
    request = Request.new()
    saved = views.save(request, HOLD)
    assert views.save(request, HOLD) == saved
    kept = text("SELECT result FROM request WHERE id = :id")
    given = str(request.id) if store.sqlite else request.id
    told = store.read(lambda unit: unit.connection.execute(kept, {"id": given}).scalar_one())
    assert told == f'"{saved.id}"', "a query may name people, and what requests kept stays long"


def test_a_query_is_in_the_chain_as_a_hash_alone(store: Store, views: Views) -> None:
    views.save(Request.new(), replace(HOLD, query='"Ada Lovelace"'))
    chain = store.read(lambda unit: [row.body for row in audit.rows_after(unit, 0)])
    assert any("On hold" in body for body in chain)
    assert not any("Lovelace" in body for body in chain)
    assert Verify(store).run().holds


def test_there_is_an_end_to_views(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing_tui.services.views.MOST_VIEWS", 2)
    for name in ("a", "b"):
        views.save(Request.new(), replace(NEW, name=name))
    with pytest.raises(TooManyViews):
        views.save(Request.new(), NEW)
    assert rules.MOST_VIEWS == 100


def check_people(people: dict[Role, Store]) -> None:
    clerk, other, auditor = (
        Views(people[role]) for role in (Role.CLERK, Role.CONTROLLER, Role.AUDITOR)
    )
    saved = clerk.save(Request.new(), HOLD)
    other.save(Request.new(), HOLD)
    assert [one.id for one in clerk.list()] == [saved.id]
    for act in (
        lambda: other.show(saved.id),
        lambda: other.edit(Request.new(), saved.id, 1, NEW),
        lambda: other.delete(Request.new(), saved.id),
        lambda: other.restore(Request.new(), saved.id),
    ):
        with pytest.raises(ViewNotFound):
            act()
    for act in (
        lambda: auditor.save(Request.new(), HOLD),
        lambda: auditor.edit(Request.new(), new_id(), 1, HOLD),
        lambda: auditor.delete(Request.new(), new_id()),
        lambda: auditor.restore(Request.new(), new_id()),
    ):
        with pytest.raises(RightMissing, match="keep views and drafts"):
            act()
    assert auditor.list() == ()


def test_a_view_is_its_owners_and_an_auditor_has_none(local_store: Store) -> None:
    check_people(people_of(local_store))


def test_a_view_is_its_owners_on_a_server_too(shared_people: dict[Role, Store]) -> None:
    check_people(shared_people)
