"""Every role at every use case: exactly what the table of rights says, on both engines."""

from __future__ import annotations

import inspect
import secrets
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Actor, Request
from billing_tui.domain.rights import MATRIX, Right, RightMissing, Role, may
from billing_tui.domain.users import UserDraft
from billing_tui.services.cases import CASES, Case, Service
from billing_tui.services.users import Users
from storage.store import Identity, Store
from tests.guards.test_commands import known_cases
from tests.stores import NOON, ORIGIN, PASSWORD, Database


def services(kind: type[Service] = Service) -> Iterator[type[Service]]:
    for below in kind.__subclasses__():
        yield below
        yield from services(below)


def use_cases() -> dict[str, tuple[type[Service], str]]:
    """Where each case is called: the class and the method that runs it."""
    known_cases()
    found = {}
    for kind in services():
        for name, member in vars(kind).items():
            if hasattr(member, "__wrapped__") and kind.__module__.startswith("billing_tui."):
                case = inspect.getclosurevars(member).nonlocals.get("case")
                if isinstance(case, Case):
                    found[case.name] = (kind, name)
    return found


def people_of(store: Store) -> dict[Role, Store]:
    """The same store, opened by one person of each role."""
    password = Secret(PASSWORD)
    opened = {}
    for role in Role:
        login = f"{role}_{secrets.token_hex(4)}"
        draft = UserDraft(login, role, (role,))
        Users(store, Argon2(Cost(1, 8, 1))).add(Request.new(), draft, password)
        opened[role] = store.acting_as(Identity(store.identity.organisation, login, ORIGIN))
    return opened


@pytest.fixture
def local_people(local_store: Store) -> dict[Role, Store]:
    return people_of(local_store)


@pytest.fixture
def shared_people(database: Database, shared_store: Store) -> Iterator[dict[Role, Store]]:
    """Each with a connection of their own; all may act as the owner, so that only the table of
    rights stands between them and what is done in its name."""
    opened = {}
    for role, store in people_of(shared_store).items():
        login = store.identity.login
        with database.server.superuser() as admin:
            admin.execute(f'GRANT "{database.name}_owner" TO "{login}" WITH INHERIT FALSE')
        owner = f"{database.name}_owner"
        opened[role] = Store(database.engine(login), store.identity, lambda: NOON, None, owner)
    yield opened
    for store in opened.values():
        store.close()


@pytest.fixture(params=["local_people", "shared_people"])
def people(request: pytest.FixtureRequest) -> dict[Role, Store]:
    found: dict[Role, Store] = request.getfixturevalue(request.param)
    return found


# One's own password is one's own; an import asks for the right of what is imported.
WITHOUT_RIGHT = ("users.password", "users.remove_password", "imports.")


class Reached(Exception):
    """The person was let through to the use case itself."""


def test_every_case_has_a_right_and_every_right_a_cell_for_each_role() -> None:
    known_cases()
    assert all(isinstance(case.right, Right) for case in CASES.values())
    assert set(MATRIX) == set(Right)
    assert all(may([Role.ADMIN], right) or may([Role.CONTROLLER], right) for right in Right)


def test_every_case_is_found_where_it_is_called() -> None:
    assert set(use_cases()) == set(known_cases())


def test_an_auditor_may_see_and_verify_and_nothing_else() -> None:
    assert {right for right in Right if may([Role.AUDITOR], right)} == {Right.SEE, Right.VERIFY}
    writing = [c for c in CASES.values() if c.writes and c.module.startswith("billing_tui.")]
    assert Right.MANAGE_PEOPLE in {case.right for case in writing}
    seen = {case.name for case in writing if case.right is Right.SEE}
    surprising = {name for name in seen if not name.startswith(WITHOUT_RIGHT)}
    assert not surprising, f"anybody who may look may do these: {sorted(surprising)}"


def called(store: Store, kind: type[Service], method: str) -> None:
    """Call a use case with nothing sensible, to see who is let through to it."""
    service: Any = kind.__new__(kind)
    service.store = store
    run = getattr(service, method)
    known = inspect.signature(run.__wrapped__).parameters
    needed = [
        None
        for each in list(known.values())[2:]
        if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD
    ]
    run(*([Request.new()] if CASES_BY_METHOD[kind, method].writes else []), *needed)


CASES_BY_METHOD: dict[tuple[type[Service], str], Case] = {}


@pytest.mark.parametrize("role", list(Role))
def test_the_table_decides_every_cell(
    people: dict[Role, Store], role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed, admit = [], Case.admit

    def noticed(case: Case, unit: Any) -> None:
        admit(case, unit)
        assert isinstance(unit.actor, Actor)
        passed.append(case.name)
        raise Reached

    monkeypatch.setattr(Case, "admit", noticed)
    refused = []
    for name, (kind, method) in use_cases().items():
        CASES_BY_METHOD[kind, method] = CASES[name]
        try:
            called(people[role], kind, method)
        except Reached:
            pass
        except RightMissing:
            refused.append(name)
    assert sorted([*passed, *refused]) == sorted(use_cases())
    expected = sorted(case.name for case in CASES.values() if role in MATRIX[case.right])
    assert sorted(passed) == [name for name in expected if name in use_cases()]


def test_the_database_refuses_an_auditor_what_the_table_does(
    database: Database, shared_store: Store
) -> None:
    login = people_of(shared_store)[Role.AUDITOR].identity.login
    with database.server.connect(login, database.name) as raw:
        tables = raw.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace"
        ).fetchall()
        assert len(tables) > 20
        for (table,) in tables:
            for statement in (f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    raw.execute(statement)
