"""People: added, given roles, kept out and let in again, on both engines."""

from __future__ import annotations

import secrets

import psycopg
import pytest

from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.errors import NotAllowed
from billing_tui.domain.rights import RightMissing, Role
from billing_tui.domain.users import (
    AuditorOnly,
    LastAdmin,
    LoginRefused,
    OwnAccount,
    PasswordTooWeak,
    UserChange,
    UserDraft,
    UserExists,
    UserNotFound,
)
from billing_tui.services.users import (
    Done,
    LoginAboveRules,
    LoginNotYours,
    LoginOfOtherKind,
    LoginShared,
    OwnerNeeded,
    Users,
)
from storage.errors import StaleVersion
from storage.repos import audit
from storage.store import Identity, NotAMember, Store
from tests.stores import ADMIN, NOON, ORIGIN, PASSWORD, Database

SMALL = Argon2(Cost(1, 8, 1))
GOOD = Secret(PASSWORD)
BETTER = Secret("eight planets")


def people(store: Store) -> Users:
    return Users(store, SMALL)


def fresh(name: str = "anna") -> str:
    """A login no other test of this server has."""
    return f"{name}_{secrets.token_hex(4)}"


def added(
    store: Store, *roles: Role, login: str = "", password: Secret | None = GOOD
) -> tuple[str, Done]:
    login = login or fresh()
    draft = UserDraft(login, "Anna Example", roles or (Role.CLERK,))
    return login, people(store).add(Request.new(), draft, password)


def as_login(database: Database, store: Store, login: str, password: Secret = GOOD) -> Store:
    """The same organisation, opened by somebody else."""
    engine = database.engine(login, password.reveal())
    identity = Identity(store.identity.organisation, login, ORIGIN)
    return Store(engine, identity, lambda: NOON, None, f"{database.name}_owner")


def actions(store: Store) -> list[str]:
    return [row.action for row in store.read(lambda unit: list(audit.rows_after(unit, 0)))]


def test_whoever_is_added_is_there(store: Store) -> None:
    login, done = added(store, Role.APPROVER, Role.CLERK)
    assert done.sql == ()
    assert done.user.roles == (Role.CLERK, Role.APPROVER)
    assert people(store).show(login) == done.user
    assert [user.login for user in people(store).list()] == sorted(
        [login, store.identity.login], key=str.encode
    )
    assert actions(store)[-1] == "users.add"


def test_a_login_is_added_once(store: Store) -> None:
    login, _ = added(store)
    with pytest.raises(UserExists):
        added(store, login=login)


def test_the_same_request_adds_once_and_answers_alike(store: Store) -> None:
    request, draft = Request.new(), UserDraft(fresh(), "Anna")
    first = people(store).add(request, draft, GOOD)
    assert people(store).add(request, draft, GOOD) == first
    assert len(people(store).list()) == 2


def test_no_password_is_in_the_chain_or_in_a_request(store: Store) -> None:
    login, _ = added(store)
    people(store).reset(Request.new(), login, BETTER)

    def everything(unit: object) -> str:
        connection = unit.connection  # type: ignore[attr-defined]
        rows = connection.exec_driver_sql("SELECT action, params, result FROM request").all()
        chain = connection.exec_driver_sql("SELECT action, body FROM audit_log").all()
        return f"{rows}{chain}"

    told = store.read(everything)
    assert "users.reset" in told
    for secret in (GOOD.reveal(), BETTER.reveal(), "argon2", "SCRAM"):
        assert secret not in told


def test_roles_are_changed_and_the_version_seen_counts(store: Store) -> None:
    login, done = added(store)
    change = UserChange(name="Anna Anders", roles=(Role.CONTROLLER,), version=done.user.version)
    after = people(store).edit(Request.new(), login, change).user
    assert (after.name, after.roles, after.version) == ("Anna Anders", (Role.CONTROLLER,), 2)
    with pytest.raises(StaleVersion):
        people(store).edit(Request.new(), login, change)


def test_an_auditor_is_nothing_else(store: Store) -> None:
    with pytest.raises(AuditorOnly):
        added(store, Role.AUDITOR, Role.CLERK)
    login, _ = added(store, Role.AUDITOR)
    with pytest.raises(AuditorOnly):
        people(store).edit(Request.new(), login, UserChange(roles=(Role.AUDITOR, Role.ADMIN)))


def test_the_last_admin_stays(store: Store) -> None:
    me = store.identity.login
    with pytest.raises(LastAdmin):
        people(store).disable(Request.new(), me)
    with pytest.raises(LastAdmin):
        people(store).edit(Request.new(), me, UserChange(roles=(Role.CLERK,)))
    other, _ = added(store, Role.ADMIN)
    with pytest.raises(OwnAccount):
        people(store).disable(Request.new(), me)
    people(store).disable(Request.new(), other)
    with pytest.raises(LastAdmin):
        people(store).edit(Request.new(), me, UserChange(roles=(Role.CLERK,)))


def test_whoever_is_disabled_is_out_until_enabled(store: Store) -> None:
    login, _ = added(store)
    assert people(store).disable(Request.new(), login).user.disabled
    assert people(store).show(login).disabled
    again = people(store).enable(Request.new(), login)
    assert again.sql == ()
    assert not again.user.disabled
    assert again.user.version == 3


@pytest.mark.parametrize(
    "login", ["", "a b", "a'b", 'a"b', "-a", "pg_me", "Postgres", "ä" * 40, "a\x1b[2J", "a;b", "_a"]
)
def test_an_unfit_login_is_refused(local_store: Store, login: str) -> None:
    with pytest.raises(LoginRefused):
        people(local_store).add(Request.new(), UserDraft(login, "Somebody"), GOOD)


@pytest.mark.parametrize("login", ["anna", "Anna.Example@north", "o'", "änna", "李"])
def test_a_login_may_be_in_any_script(local_store: Store, login: str) -> None:
    login = login.strip("'")
    assert added(local_store, login=login)[1].user.login == login


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 1001, "aaaaaaaaaaaaa", "line\nbreak and more", "nul\0 and more of it"],
)
def test_a_weak_password_is_refused_and_not_repeated(store: Store, password: str) -> None:
    with pytest.raises(PasswordTooWeak) as caught:
        added(store, password=Secret(password))
    assert password not in str(caught.value)
    assert len(people(store).list()) == 1


def test_nobody_is_changed_who_is_not_there(store: Store) -> None:
    for act in (people(store).disable, people(store).enable):
        with pytest.raises(UserNotFound):
            act(Request.new(), "nobody")
    with pytest.raises(UserNotFound):
        people(store).reset(Request.new(), "nobody", GOOD)


def test_a_clerk_manages_nobody(local_store: Store) -> None:
    login, _ = added(local_store)
    clerk = local_store.acting_as(Identity(local_store.identity.organisation, login, ORIGIN))
    with pytest.raises(RightMissing):
        people(clerk).add(Request.new(), UserDraft("x", "X"), GOOD)
    assert people(clerk).me().login == login


# From here on: Postgres, where a person is a login of the server.


def test_the_new_login_works_with_its_password(database: Database, shared_store: Store) -> None:
    login, _ = added(shared_store)
    theirs = as_login(database, shared_store, login)
    assert people(theirs).me().login == login
    with pytest.raises(psycopg.OperationalError):
        database.server.connect(login, database.name, "wrong password")
    theirs.close()


def test_the_server_never_sees_the_password(database: Database, shared_store: Store) -> None:
    login, _ = added(shared_store)
    with database.server.superuser() as admin:
        kept = admin.execute("SELECT rolpassword FROM pg_authid WHERE rolname = %s", (login,))
        assert kept.fetchone()[0].startswith("SCRAM-SHA-256$4096:")  # type: ignore[index]


def test_an_auditor_is_held_by_the_database_too(database: Database, shared_store: Store) -> None:
    login, _ = added(shared_store, Role.AUDITOR)
    with database.server.connect(login, database.name) as raw:
        assert raw.execute("SELECT count(*) FROM app_user").fetchone() == (2,)
        for statement in (
            "UPDATE organisation SET name = 'x', version = version + 1",
            "INSERT INTO setting VALUES (gen_random_uuid(), gen_random_uuid(), 1, 'a', '1')",
            "DELETE FROM customer",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                raw.execute(statement)


def test_changing_to_auditor_and_back_moves_the_login(
    database: Database, shared_store: Store
) -> None:
    login, _ = added(shared_store)
    rename = "UPDATE organisation SET name = 'x', version = version + 1"
    for roles, refused in (((Role.AUDITOR,), True), ((Role.CLERK,), False)):
        assert people(shared_store).edit(Request.new(), login, UserChange(roles=roles)).sql == ()
        with database.server.connect(login, database.name) as raw:
            raw.autocommit = False
            if refused:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    raw.execute(rename)
            else:
                raw.execute(rename)
            raw.rollback()


def test_a_disabled_login_is_thrown_out_and_comes_in_no_more(
    database: Database, shared_store: Store
) -> None:
    login, _ = added(shared_store)
    raw = database.server.connect(login, database.name)
    people(shared_store).disable(Request.new(), login)
    with pytest.raises(psycopg.OperationalError):
        raw.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        database.server.connect(login, database.name)
    people(shared_store).enable(Request.new(), login)
    database.server.connect(login, database.name).close()


def test_a_login_may_work_in_several_organisations(database: Database, shared_store: Store) -> None:
    second = database.store()
    login, _ = added(shared_store)
    assert not people(second).needs_password(login)
    done = people(second).add(Request.new(), UserDraft(login, "Anna"))
    assert done.sql == ()
    people(shared_store).disable(Request.new(), login)
    there, here = (as_login(database, store, login) for store in (second, shared_store))
    assert people(there).me().login == login
    with pytest.raises(NotAMember):
        people(here).me()
    people(second).edit(Request.new(), login, UserChange(roles=(Role.AUDITOR,)))
    with pytest.raises(LoginOfOtherKind):
        people(shared_store).enable(Request.new(), login)
    for store in (second, there, here):
        store.close()


def test_somebody_elses_login_gets_no_new_password_from_here(
    database: Database, shared_store: Store
) -> None:
    login, _ = added(shared_store)
    organisation = shared_store.identity.organisation
    other = database.store()
    people(other).add(Request.new(), UserDraft(login, "Anna"))
    with database.server.superuser(database.name) as admin:
        admin.execute(
            "DELETE FROM membership WHERE login = %s AND organisation = %s", (ADMIN, organisation)
        )
    with pytest.raises(LoginShared):
        people(other).reset(Request.new(), login, BETTER)
    other.close()


def test_a_new_password_counts_at_once(database: Database, shared_store: Store) -> None:
    login, _ = added(shared_store)
    people(shared_store).reset(Request.new(), login, BETTER)
    with pytest.raises(psycopg.OperationalError):
        database.server.connect(login, database.name, GOOD.reveal())
    database.server.connect(login, database.name, BETTER.reveal()).close()


@pytest.mark.parametrize("role", [Role.CLERK, Role.AUDITOR])
def test_ones_own_password_is_changed_by_oneself(
    database: Database, shared_store: Store, role: Role
) -> None:
    login, _ = added(shared_store, role)
    theirs = as_login(database, shared_store, login)
    people(theirs).change_password(Request.new(), None, BETTER)
    theirs.close()
    database.server.connect(login, database.name, BETTER.reveal()).close()
    assert actions(shared_store)[-1] == "password_changed"


def test_a_superuser_is_not_taken_in(database: Database, shared_store: Store) -> None:
    login = fresh("boss")
    with database.server.superuser() as admin:
        admin.execute(f"CREATE ROLE {login} LOGIN SUPERUSER")
    with pytest.raises(LoginAboveRules):
        added(shared_store, login=login)
    with pytest.raises(LoginRefused):
        added(shared_store, login=f"{database.name}_owner")
    assert len(people(shared_store).list()) == 1


def test_who_may_not_make_logins_gets_the_sql(database: Database, shared_store: Store) -> None:
    login, _ = added(shared_store, Role.ADMIN)
    theirs = as_login(database, shared_store, login)
    with pytest.raises(OwnerNeeded) as caught:
        added(theirs)
    assert caught.value.sql == f'GRANT "{database.name}_owner" TO "{login}"'
    with database.server.superuser() as admin:
        admin.execute(caught.value.sql.encode())
    new, done = added(theirs, Role.AUDITOR)
    assert done.sql == (
        f'CREATE ROLE "{new}" LOGIN',
        f'GRANT "{database.name}_read" TO "{new}"',
        f'\\password "{new}"',
    )
    with pytest.raises(LoginNotYours) as refused:
        people(theirs).reset(Request.new(), new, GOOD)
    assert "\\password" in refused.value.message
    with database.server.superuser(database.name) as admin:
        for statement in done.sql[:2]:
            admin.execute(statement.encode())
        admin.execute(f"ALTER ROLE \"{new}\" PASSWORD '{GOOD.reveal()}'")
    reader = as_login(database, shared_store, new)
    assert people(reader).me().roles == (Role.AUDITOR,)
    left = people(theirs).disable(Request.new(), new)
    assert left.sql == (f'ALTER ROLE "{new}" NOLOGIN',)
    with pytest.raises(NotAllowed):
        people(reader).me()
    for store in (theirs, reader):
        store.close()
