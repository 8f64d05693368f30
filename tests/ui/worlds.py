"""What an office can look like: nothing yet, just founded, lived in, behind a password."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import cache
from itertools import count

import pytest

from billing_tui.credentials import Secret
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import AlertDraft, Severity
from billing_tui.domain.customers import Brake
from billing_tui.domain.ids import new_id
from billing_tui.domain.rights import Role
from billing_tui.domain.users import UserDraft
from billing_tui.domain.views import ViewDraft
from billing_tui.services.bundle import Services
from storage.engine import sqlite_module
from tests.stores import PASSWORD
from tests.ui.crowds import crowd_on_sqlite
from tests.ui.homes import Kept
from tests.ui.office import ME, Office

CUSTOMERS, CROWD = 400, 12_000
PEOPLE = (
    UserDraft("grace", "Grace Lund", (Role.CLERK,)),
    UserDraft("karl", "Karl Brandt", (Role.CONTROLLER, Role.APPROVER)),
    UserDraft("noor", "Noor Haddad", (Role.AUDITOR,)),
)


def nothing(office: Office) -> None:
    """No store at all."""


def founded(office: Office) -> None:
    office.found()


def lived_in(office: Office) -> None:
    office.found()
    steps = count(1)

    def ask(reason: str = "") -> Request:
        office.clock.advance(timedelta(minutes=37 * next(steps) % 251))
        return Request(new_id(), reason)

    with office.services() as services:
        services.seed.fill(ask(), 1, CUSTOMERS)
        for person in PEOPLE:
            services.users.add(ask(), person, Secret(PASSWORD))
        _customers_change(services, ask)
        _alerts(services, ask)
        services.views.save(ask(), ViewDraft("customers", "Retail in euros", "cur:eur tag:retail"))
    office.me = "grace"
    with office.services("grace") as services:
        number = _numbers(services, 12)
        services.customers.edit(ask(), number[7], None, {"terms": "net60"})
        services.customers.add_note(ask(), number[7], "Asked for longer terms on the telephone.")
    office.me = ME


def behind_a_password(office: Office) -> None:
    founded(office)
    with office.services() as services:
        services.users.change_password(Request.new(), None, Secret(PASSWORD))


def damaged(office: Office) -> None:
    founded(office)
    with office.store.open("r+b") as file:
        file.write(b"not a database file")


def as_auditor(office: Office) -> None:
    lived_in(office)
    office.me = "noor"


def crowded(office: Office) -> None:
    """More customers than are counted at once."""
    lived_in(office)
    crowd_on_sqlite(office.store, CROWD)


def tampered(office: Office) -> None:
    """Somebody changed a customer behind the program's back."""
    lived_in(office)
    with closing(sqlite_module().connect(str(office.store))) as store, store:
        first = "SELECT id FROM customer ORDER BY sort_number LIMIT 1"
        store.execute(
            f"UPDATE customer SET name = 'Other', version = version + 1 WHERE id = ({first})"
        )


WORLDS: dict[str, Callable[[Office], None]] = {
    world.__name__: world
    for world in (
        *(nothing, founded, lived_in, behind_a_password, damaged, as_auditor, crowded, tampered),
    )
}


@contextmanager
def office_like(name: str) -> Iterator[Office]:
    """An office that looks like that; each kind is made once, and put back for each use."""
    kept, me = _made(name)
    with pytest.MonkeyPatch.context() as patch:
        office = Office(kept.put_back(), patch)
        office.me = me
        yield office


@cache
def _made(name: str) -> tuple[Kept, str]:
    kept = Kept()
    with pytest.MonkeyPatch.context() as patch:
        office = Office(kept.home, patch)
        WORLDS[name](office)
    kept.keep()
    return kept, office.me


def _numbers(services: Services, least: int) -> list[str]:
    return [line.number for line in services.customers.list(limit=least).items]


def _customers_change(services: Services, ask: Callable[..., Request]) -> None:
    customers, number = services.customers, _numbers(services, 30)
    customers.edit(ask(), number[0], None, {"tags": ("key account",), "terms": "eom+10"})
    customers.add_note(ask(), number[0], "Prefers to be called before a reminder goes out.")
    customers.set_brake(ask(), number[0], Brake.NO_DUNNING, "Waits for a corrected order number.")
    customers.set_brake(ask(), number[3], Brake.HOLD, "The address is being checked.")
    customers.release_brake(ask("address confirmed"), number[3], Brake.HOLD)
    customers.archive(ask("went out of business"), number[9])
    same = [one for one in customers.list(limit=30).items if one.currency == "SEK"]
    customers.merge(ask("entered twice"), same[-1].number, same[-2].number)


def _alerts(services: Services, ask: Callable[..., Request]) -> None:
    drafts = (
        AlertDraft(
            "job.failed", "cleanup", Severity.WARNING, "cleanup failed twice.", "job:cleanup"
        ),
        AlertDraft("record.unsealed", "", Severity.CRITICAL, "The record has no new checkpoint."),
        AlertDraft("store.large", "", Severity.INFO, "The store has grown by a tenth in a week."),
    )
    first, *_ = [services.alerts.raise_alert(ask(), draft) for draft in drafts]
    services.alerts.assign(ask(), first.id, ME)
