"""The composition root: settings and credentials in, a store and its services out."""

from __future__ import annotations

import getpass
import socket
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import URL, Engine

from billing_tui import __version__
from billing_tui.adapters.clock import SystemClock
from billing_tui.credentials import Credentials
from billing_tui.domain.acts import Origin
from billing_tui.domain.audit import key_id_of
from billing_tui.domain.errors import InputError, NotFound
from billing_tui.services.alerts import Alerts
from billing_tui.services.cleanup import Cleanup
from billing_tui.services.features import Features
from billing_tui.services.jobs import Jobs
from billing_tui.services.trace import Traces
from billing_tui.settings import Settings, StoreUrl
from storage import migrate
from storage.engine import open_engine
from storage.errors import StoreMissing
from storage.repos.audit import Seal
from storage.repos.organisations import Found, all_organisations
from storage.roles import owner_of, session_login
from storage.store import Identity, Store, reading


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


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a screen or a command may do."""

    alerts: Alerts
    cleanup: Cleanup
    features: Features
    jobs: Jobs
    traces: Traces


@dataclass(frozen=True, slots=True)
class Console:
    settings: Settings
    credentials: Credentials
    store: Store
    services: Services

    def close(self) -> None:
        self.store.close()


def origin(kind: str = "command") -> Origin:
    return Origin(kind, socket.gethostname(), os_user(), __version__)


def os_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


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


def open_console(
    settings: Settings,
    credentials: Credentials,
    *,
    organisation: str | None = None,
    user: str | None = None,
    kind: str = "command",
) -> Console:
    """Open an existing store as one person of one organisation."""
    if settings.store.sqlite and not settings.store.path.exists():
        raise StoreMissing(settings.store.text)
    engine = engine_for(settings.store, credentials)
    with reading(engine) as connection:
        migrate.check(connection, __version__)
        chosen = _chosen(all_organisations(connection), organisation or settings.organisation)
        shared = engine.dialect.name != "sqlite"
        login = session_login(connection) if shared else user or os_user()
        owner = owner_of(connection) if shared else ""
    store = Store(
        engine,
        Identity(chosen, login, origin(kind)),
        SystemClock().now,
        None if shared else seal_for(credentials),
        owner,
    )
    return Console(settings, credentials, store, services_for(store, settings.state))


def services_for(store: Store, state: Path | None = None) -> Services:
    """`state` is this machine's folder, where its log lies."""
    return Services(
        alerts=Alerts(store),
        cleanup=Cleanup(store, state),
        features=Features(store),
        jobs=Jobs(store),
        traces=Traces(store),
    )


def _chosen(found: list[Found], wanted: str | None) -> UUID:
    if wanted:
        found = [one for one in found if wanted in (str(one.id), one.name)]
    if not found:
        raise OrganisationUnknown
    if len(found) > 1:
        raise WhichOrganisation
    return found[0].id
