"""Founding an organisation: its books, its first legal entity and its first admin."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing_tui.domain.acts import Actor
from billing_tui.domain.currencies import currency
from billing_tui.domain.dates import zone
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from billing_tui.domain.text import clean
from storage.models import AppUser, CurrencyUse, LegalEntity, Organisation
from storage.repos import organisations
from storage.rows import insert
from storage.store import Store
from storage.uow import Unit

COUNTERS = ("customer", "customer tree", "department tree")
ALL_ROLES = ",".join(sorted((Role.ADMIN, Role.CLERK, Role.CONTROLLER)))


@dataclass(frozen=True, slots=True)
class Founding:
    """What a person decides before anything else exists."""

    organisation: str
    entity: str
    currency: str
    country: str = ""
    locale: str = "en"
    zone: str = "UTC"
    admin: str = ""
    production: bool = False
    password: str = ""  # already hashed


def found(store: Store, founding: Founding) -> UUID:
    """Everything an empty store needs, in one transaction; gives the admin's id."""
    user = new_id()
    identity = store.identity
    actor = Actor(user, identity.login, frozenset({Role.ADMIN}), identity.origin)
    store.found(lambda unit: _found(unit, founding), actor, zone(founding.zone).key)
    return user


def _found(unit: Unit, founding: Founding) -> None:
    organisation = unit.organisation
    organisations.join(unit, unit.actor.login)
    organisations.start_books(unit, COUNTERS)
    insert(
        unit,
        Organisation,
        {
            "id": organisation,
            "name": clean(founding.organisation, "organisation"),
            "currency": currency(founding.currency).code,
            "locale": founding.locale,
            "zone": founding.zone,
            "production": founding.production,
        },
        "organisations.found",
    )
    insert(
        unit,
        AppUser,
        {
            "id": unit.actor.user,
            "login": unit.actor.login,
            "name": clean(founding.admin or unit.actor.login, "admin"),
            "roles": ALL_ROLES,
            "disabled_at": None,
            "password": founding.password,
            "failures": 0,
            "retry_at": None,
            "public_key": "",
        },
        "users.add",
    )
    insert(
        unit,
        CurrencyUse,
        {
            "id": new_id(),
            "currency": founding.currency,
            "exponent": currency(founding.currency).iso,
        },
        "currencies.use",
    )
    insert(
        unit,
        LegalEntity,
        {
            "id": new_id(),
            "code": "MAIN",
            "name": clean(founding.entity, "legal entity"),
            "address": {},
            "country": founding.country,
            "currency": founding.currency,
            "tax_ids": [],
            "closed_through": organisations.NEVER_CLOSED,
        },
        "entities.create",
    )
