"""Founding an organisation: its books, its first legal entity and its first admin."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from billing_tui.domain.acts import Actor
from billing_tui.domain.currencies import currency
from billing_tui.domain.dates import zone
from billing_tui.domain.ids import new_id
from billing_tui.domain.organisations import (
    EntityDraft,
    Organisation,
    checked_entity,
    checked_locale,
    checked_title,
)
from billing_tui.domain.rights import Role
from billing_tui.domain.users import UserDraft, checked_name
from storage.repos import currencies, organisations, users
from storage.store import Store
from storage.uow import Unit

COUNTERS = ("accounts", "customer", "customer tree", "department tree", "people")
ALL_ROLES = (Role.ADMIN, Role.CLERK, Role.CONTROLLER)


@dataclass(frozen=True, slots=True)
class Founding:
    """What a person decides before anything else exists. `admin` is their name, not their login."""

    organisation: str
    entity: str
    currency: str
    country: str = ""
    locale: str = "en"
    zone: str = "UTC"
    admin: str = ""
    production: bool = False
    password: str = ""  # already hashed


def checked(founding: Founding) -> Founding:
    """The same with codes as they are kept, or refused before anything is made."""
    entity = checked_entity(_entity(founding))
    return Founding(
        checked_title(founding.organisation, "organisation"),
        entity.name,
        entity.currency,
        entity.country,
        checked_locale(founding.locale),
        zone(founding.zone).key,
        checked_name(founding.admin) if founding.admin else "",
        founding.production,
        founding.password,
    )


def _entity(founding: Founding) -> EntityDraft:
    return EntityDraft("MAIN", founding.entity, founding.country, founding.currency)


def found(store: Store, founding: Founding) -> UUID:
    """Everything an empty store needs, in one transaction; gives the admin's id."""
    founding, user = checked(founding), new_id()
    identity = store.identity
    actor = Actor(user, identity.login, frozenset({Role.ADMIN}), identity.origin)
    store.found(lambda unit: _found(unit, founding), actor, founding.zone)
    return user


def found_beside(unit: Unit, founding: Founding) -> UUID:
    """Another organisation, with the person at work as its first admin, who signs in there as here.
    Every organisation of theirs is told, by id alone: its name is nobody's business there."""
    own, organisation = users.by_login(unit, unit.actor.login), new_id()
    founding = replace(
        founding,
        admin=own.name if own else "",
        password=users.secrets_of(unit, unit.actor.user).password,
    )
    about = f"organisation:{organisation}"
    unit.note("organisations.found", about)
    for other, row in users.own_elsewhere(unit):
        there = _actor(unit, row.id, row.roles.split(","))
        unit.elsewhere(other, there, row.zone).note("organisations.found", about)
    admin = _actor(unit, new_id(), [Role.ADMIN])
    _found(unit.elsewhere(organisation, admin, founding.zone), founding)
    return organisation


def _actor(unit: Unit, user: UUID, roles: Iterable[str]) -> Actor:
    return Actor(
        user, unit.actor.login, frozenset(map(Role, filter(None, roles))), unit.actor.origin
    )


def _found(unit: Unit, founding: Founding) -> None:
    users.join(unit, unit.actor.login)
    organisations.start_books(unit, COUNTERS)
    organisations.found(
        unit,
        Organisation(
            unit.organisation, 1, founding.organisation, currency(founding.currency).code,
            founding.locale, founding.zone, founding.production,
        ),
    )  # fmt: skip
    admin = UserDraft(unit.actor.login, founding.admin or unit.actor.login, ALL_ROLES)
    users.add(unit, admin, founding.password, unit.actor.user)
    currencies.freeze(unit, [founding.currency])
    organisations.add_entity(unit, _entity(founding))
