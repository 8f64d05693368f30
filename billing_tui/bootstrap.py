"""The composition root: settings and credentials in, a store and its services out."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from uuid import UUID

from sqlalchemy import URL, Engine

from billing_tui import __version__
from billing_tui.adapters.checkpoints import CheckpointFile
from billing_tui.adapters.clock import SystemClock
from billing_tui.adapters.passwords import Argon2
from billing_tui.adapters.ports import PasswordHasher
from billing_tui.credentials import Credentials, Secret
from billing_tui.domain.acts import Origin
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import InputError, NotFound
from billing_tui.domain.users import NoPasswordSet, PasswordNeeded, PasswordWrong
from billing_tui.services import checkpoints, upkeep
from billing_tui.services.alerts import Alerts
from billing_tui.services.audit import Audit
from billing_tui.services.audit_key import AuditKey
from billing_tui.services.bundle import Services
from billing_tui.services.checkpoints import Checkpoints
from billing_tui.services.cleanup import Cleanup
from billing_tui.services.credentials import Trial
from billing_tui.services.customer_bulk import CustomerBulk
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.doctor import Doctor, Terminal
from billing_tui.services.drafts import Drafts
from billing_tui.services.exports import Exports
from billing_tui.services.features import Features
from billing_tui.services.first_start import Starter, refuse_unfinished
from billing_tui.services.gl import Gl
from billing_tui.services.home import Home
from billing_tui.services.imports import Imports
from billing_tui.services.jobs import Jobs
from billing_tui.services.ledger import Ledger
from billing_tui.services.lock import Lock
from billing_tui.services.organisations import Entities, Organisations, OrganisationSettings
from billing_tui.services.rates import Rates
from billing_tui.services.seed import Seed
from billing_tui.services.sign_in import SignIn
from billing_tui.services.trace import Traces
from billing_tui.services.users import Users
from billing_tui.services.verify import Verify, Witness
from billing_tui.services.views import Views
from billing_tui.settings import Settings, StoreUrl
from storage import migrate
from storage.engine import open_engine
from storage.errors import StoreMissing
from storage.repos.audit import Seal
from storage.repos.organisations import Found, all_organisations
from storage.repos.store_meta import tables
from storage.roles import owner_of, session_login
from storage.store import Identity, Store, outside_units


class OrganisationUnknown(NotFound):
    def __init__(self) -> None:
        super().__init__(
            "No such organisation",
            "You belong to no organisation of that name. See `billing-tui organisations list`.",
        )


class WhichOrganisation(InputError):
    def __init__(self) -> None:
        super().__init__(
            "Which organisation?",
            "You belong to several; name one with --organisation or BILLING_TUI_ORGANISATION.",
        )


class OtherLogin(InputError):
    def __init__(self, login: str) -> None:
        self.login = login
        super().__init__(
            "Signed in as somebody else",
            f"On a shared store you are the database login, here {login!r}. Name another one in the"
            " store's address.",
        )


Ask = Callable[[str], Secret | None]


@dataclass(frozen=True, slots=True)
class Console:
    settings: Settings
    credentials: Credentials
    store: Store
    services: Services

    def close(self) -> None:
        self.store.close()


class Workbench:
    """What jobs work with: the services, and this machine's keys when one asks for them."""

    def __init__(self, console: Console) -> None:
        self._console = console
        services = console.services
        self.alerts, self.cleanup = services.alerts, services.cleanup
        self.imports, self.jobs = services.imports, services.jobs

    @cached_property
    def checkpoints(self) -> Checkpoints:
        console = self._console
        return Checkpoints(console.store, console.settings, console.credentials)

    @property
    def verify(self) -> Verify:
        """With the keys there are now: rotating makes today's one of before."""
        file = CheckpointFile(self._console.settings.state_dir() / checkpoints.FILE)
        scope = self._console.settings.store.scope
        witness = Witness(file, scope, self.checkpoints.key())
        return Verify(self._console.store, witness, seals_before(self._console))


def origin(kind: str = "command") -> Origin:
    return Origin(kind, socket.gethostname(), os_user(), __version__)


def os_user() -> str:
    """Whom this process runs as; variables such as USER may say anything and are not asked."""
    if os.name != "posix":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"uid{os.geteuid()}"


def engine_for(store: StoreUrl, credentials: Credentials) -> Engine:
    """An engine that asks for its password only when it connects."""
    if store.sqlite:
        return open_engine(URL.create("sqlite", database=str(store.path)))
    parts = store.libpq()
    url = URL.create(
        "postgresql",
        username=parts.pop("user", None),
        host=None if store.host.startswith("/") else parts.pop("host", None),
        port=store.port,
        database=parts.pop("dbname", None),
        query={key: value for key, value in parts.items() if key != "port"},
    )

    def password() -> str | None:
        secret = credentials.get("store-password")
        return secret.reveal() if secret else None

    return open_engine(url, password)


def seal_for(credentials: Credentials) -> Seal | None:
    key = credentials.key("audit-key")
    return Seal(key_id_of(key), key) if key else None


def seals_before(console: Console) -> list[Seal]:
    """With which verify checks rows from before the audit key was rotated."""
    if not console.store.sqlite:
        return []
    return [Seal(key_id_of(key), key) for key in console.credentials.keys_before()]


def audit_key_of(console: Console) -> AuditKey:
    return AuditKey(console.store, console.credentials)


def open_console(
    settings: Settings,
    credentials: Credentials,
    *,
    organisation: str | None = None,
    user: str | None = None,
    kind: str = "command",
    password: Ask | None = None,
) -> Console:
    """Open an existing store as one person of one organisation.

    `password` is asked for only where the store itself keeps one for this person. One that was
    remembered and is refused is forgotten.
    """
    engine = existing(settings, credentials)
    try:
        identity, owner = _identity(engine, settings, organisation, user, kind)
        shared = bool(owner)
        seal = None if shared else seal_for(credentials)
        store = Store(engine, identity, SystemClock().now, seal, owner)
        services = services_for(store, settings.state, credentials)
        if not shared:
            _prove(services.sign_in, identity.login, credentials, password)
        if kind == "console":
            services.sign_in.note("signed_in")
    except BaseException:
        engine.dispose()
        raise
    return Console(settings, credentials, store, services)


def _identity(
    engine: Engine, settings: Settings, organisation: str | None, user: str | None, kind: str
) -> tuple[Identity, str]:
    """Who is at work, and the owning role where the store is shared."""
    with outside_units(engine) as connection:
        shared = engine.dialect.name != "sqlite"
        if migrate.revision_of(connection) is None and not tables(connection):
            raise StoreMissing(settings.store.text)
        migrate.check(connection, __version__)
        if kind == "console":
            refuse_unfinished(connection)
        found = all_organisations(connection)
        if not found and not shared:
            raise StoreMissing(settings.store.text)
        chosen = _chosen(found, organisation or settings.organisation)
        login = session_login(connection) if shared else user or os_user()
        if shared and user and user != login:
            raise OtherLogin(login)
        return Identity(chosen, login, origin(kind)), owner_of(connection) if shared else ""


def existing(settings: Settings, credentials: Credentials) -> Engine:
    """The engine of a store somebody made; a file that setup left empty is none yet."""
    if settings.store.sqlite and not _holds_something(settings.store.path):
        raise StoreMissing(settings.store.text)
    return engine_for(settings.store, credentials)


def _holds_something(path: Path) -> bool:
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True  # opening it says what is wrong
    return path.is_dir() or found.st_size > 0


def starter(settings: Settings, credentials: Credentials, admin: str = "") -> Starter:
    """What makes a new store; on Postgres its admin is the database login."""

    def opened() -> Engine:
        return engine_for(settings.store, credentials)

    login = admin or os_user()
    if not settings.store.sqlite:
        engine = opened()
        try:
            with outside_units(engine) as connection:
                login = session_login(connection)
        finally:
            engine.dispose()
        if admin and admin != login:
            raise OtherLogin(login)
    clock = SystemClock().now
    return Starter(settings, credentials, opened, login, origin(), clock, hasher())


def check_audit_key(settings: Settings, credentials: Credentials, code: Secret) -> None:
    """Whether this recovery code is of the store's own key; one not made yet takes any."""
    there = settings.store.sqlite and _holds_something(settings.store.path)
    upkeep.check_audit_key(engine_for(settings.store, credentials) if there else None, code)


def trial_for(
    settings: Settings, credentials: Credentials, login: str, organisation: str | None = None
) -> Trial:
    """What tries the credentials this person has here."""

    def opened() -> Engine | None:
        there = not settings.store.sqlite or _holds_something(settings.store.path)
        return engine_for(settings.store, credentials) if there else None

    def sign_in(given: Secret | None) -> bool:
        console = open_console(
            settings, credentials, organisation=organisation, user=login, password=lambda _: given
        )
        try:
            return console.services.sign_in.has_password()
        finally:
            console.close()

    return Trial(credentials.for_person(login), settings.store.sqlite, opened, sign_in)


def doctor_for(settings: Settings, credentials: Credentials) -> Doctor:
    found = None
    if sys.stdout.isatty():
        size = shutil.get_terminal_size()
        found = Terminal(size.columns, size.lines, sys.stdout.encoding, os.environ)

    def opened() -> Engine:
        return existing(settings, credentials)

    return Doctor(settings, credentials, opened, SystemClock().now, found)


def migrate_store(
    settings: Settings, credentials: Credentials, *, repair: bool = False
) -> upkeep.Migrated:
    return upkeep.migrated(existing(settings, credentials), settings.store.text, repair=repair)


def organisations_of(settings: Settings, credentials: Credentials) -> list[Found]:
    """Those this person may choose from, before one is chosen."""
    engine = existing(settings, credentials)
    try:
        with outside_units(engine) as connection:
            migrate.check(connection, __version__)
            return all_organisations(connection)
    finally:
        engine.dispose()


def _prove(sign_in: SignIn, login: str, credentials: Credentials, ask: Ask | None) -> None:
    """Whoever has a password gives it; whoever has none is known by the operating system."""
    if not sign_in.has_password():
        if login != os_user():
            raise NoPasswordSet(login)
        return
    given = ask(login) if ask else None
    if given is None:
        raise PasswordNeeded(login)
    try:
        sign_in.sign_in(given)
    except PasswordWrong:
        if credentials.remembered(login) == given:
            credentials.forget(login)
        raise


def hasher() -> PasswordHasher:
    return Argon2()


def services_for(
    store: Store, state: Path | None = None, credentials: Credentials | None = None
) -> Services:
    """`state` is this machine's folder, where its log lies."""
    made = hasher()
    sign_in = SignIn(store, made)
    return Services(
        users=Users(store, made, credentials),
        sign_in=sign_in,
        lock=Lock(store, sign_in, SystemClock().now),
        organisations=Organisations(store),
        entities=Entities(store),
        settings=OrganisationSettings(store),
        alerts=Alerts(store),
        audit=Audit(store),
        cleanup=Cleanup(store, state),
        customer_bulk=CustomerBulk(store),
        customers=Customers(store),
        departments=Departments(store),
        drafts=Drafts(store),
        exports=Exports(store),
        features=Features(store),
        gl=Gl(store),
        home=Home(store),
        imports=Imports(store),
        jobs=Jobs(store),
        ledger=Ledger(store),
        rates=Rates(store),
        seed=Seed(store),
        traces=Traces(store, state),
        views=Views(store),
    )


def _chosen(found: list[Found], wanted: str | None) -> UUID:
    if wanted:
        found = [one for one in found if wanted in (str(one.id), one.name)]
    if not found:
        raise OrganisationUnknown
    if len(found) > 1:
        raise WhichOrganisation
    return found[0].id
