"""Form drafts on both engines: the last one typed, for nobody but its owner."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from billing_tui.domain.acts import Request
from billing_tui.domain.rights import RightMissing, Role
from billing_tui.services.audit import Audit
from billing_tui.services.drafts import Drafts
from storage.store import Store
from tests.services.test_rights import people_of, shared_people

__all__ = ["shared_people"]
EDIT, NEW = "customers.edit", "customers.create"
TYPED = {"name": "Ada", "contacts": [{"name": "Bob", "phone": "+49 30"}], "tags": ["x", ""]}


@pytest.fixture
def drafts(store: Store) -> Drafts:
    return Drafts(store)


def test_the_last_draft_of_a_form_is_given_back(drafts: Drafts) -> None:
    drafts.keep(Request.new(), EDIT, "C-00001", 3, {"name": "First"})
    drafts.keep(Request.new(), EDIT, "C-00001", 4, TYPED)
    drafts.keep(Request.new(), NEW, "", 0, {"name": "New"})
    found = drafts.find(EDIT, "C-00001")
    assert found is not None
    assert (found.version, found.body) == (4, TYPED)
    assert drafts.find(EDIT, "C-00002") is None
    assert drafts.find(NEW) is not None
    assert {(line.form, line.about, line.version) for line in drafts.list()} == {
        (EDIT, "C-00001", 4), (NEW, "", 0),
    }  # fmt: skip


def test_a_draft_that_was_used_is_emptied(store: Store, drafts: Drafts) -> None:
    drafts.keep(Request.new(), NEW, "", 0, TYPED)
    drafts.drop(Request.new(), NEW)
    drafts.drop(Request.new(), NEW)
    assert drafts.find(NEW) is None
    assert drafts.list() == ()
    bodies = text("SELECT body FROM form_draft WHERE organisation = :o")
    o = str(store.identity.organisation) if store.sqlite else store.identity.organisation
    kept = store.read(lambda unit: unit.connection.execute(bodies, {"o": o}).scalars().all())
    assert kept == ["{}"]
    drafts.keep(Request.new(), NEW, "", 0, TYPED)
    assert drafts.find(NEW) is not None
    drafts.keep(Request.new(), NEW, "", 0, {})
    assert drafts.find(NEW) is None


def test_drafts_are_no_acts(store: Store, drafts: Drafts) -> None:
    before = Audit(store).head()
    drafts.keep(Request.new(), NEW, "", 0, TYPED)
    drafts.drop(Request.new(), NEW)
    assert Audit(store).head() == before


def check_people(people: dict[Role, Store]) -> None:
    clerk, other, auditor = (
        Drafts(people[role]) for role in (Role.CLERK, Role.ADMIN, Role.AUDITOR)
    )
    clerk.keep(Request.new(), EDIT, "C-00001", 1, TYPED)
    assert other.find(EDIT, "C-00001") is None
    assert other.list() == ()
    other.keep(Request.new(), EDIT, "C-00001", 1, {"name": "Mine"})
    other.drop(Request.new(), EDIT, "C-00001")
    found = clerk.find(EDIT, "C-00001")
    assert found is not None
    assert found.body == TYPED
    with pytest.raises(RightMissing, match="keep views and drafts"):
        auditor.keep(Request.new(), EDIT, "C-00001", 1, TYPED)
    with pytest.raises(RightMissing, match="keep views and drafts"):
        auditor.drop(Request.new(), EDIT, "C-00001")
    assert auditor.find(EDIT, "C-00001") is None


def test_nobody_is_given_the_draft_of_another(local_store: Store) -> None:
    check_people(people_of(local_store))


def test_nor_on_a_server(shared_people: dict[Role, Store]) -> None:
    check_people(shared_people)
