from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.alerts import (
    Alert,
    AlertAcknowledged,
    AlertDraft,
    AlertFilter,
    AlertNotFound,
    AlertSort,
    OwnerUnknown,
    Severity,
)
from billing_tui.domain.ids import new_id
from billing_tui.domain.pages import TOP, Counted, CursorRefused, Place, Slice, write_cursor
from billing_tui.services.bundle import Services
from storage.repos import audit
from storage.store import Store

BROKEN = AlertDraft("verify.broken", "chain", Severity.WARNING, "The chain is broken.", "audit:5")


@pytest.fixture
def services(store: Store) -> Services:
    return services_for(store)


def raised(services: Services, draft: AlertDraft = BROKEN) -> Alert:
    return services.alerts.raise_alert(Request.new(), draft)


def open_ones(services: Services) -> tuple[Alert, ...]:
    return services.alerts.page(AlertFilter()).items


def test_an_open_alert_is_raised_once(services: Services) -> None:
    first = raised(services)
    assert raised(services) == first
    assert raised(services, replace(BROKEN, message="Once more.")) == first
    assert raised(services, replace(BROKEN, key="books")).id != first.id
    assert raised(services, replace(BROKEN, kind="other")).id != first.id
    assert len(open_ones(services)) == 3


def test_severity_only_rises(services: Services) -> None:
    first = raised(services)
    assert raised(services, replace(BROKEN, severity=Severity.INFO)) == first
    worse = replace(BROKEN, severity=Severity.CRITICAL, message="It got worse.")
    critical = raised(services, worse)
    assert (critical.id, critical.severity, critical.message, critical.version) == (
        first.id, Severity.CRITICAL, "It got worse.", 2,
    )  # fmt: skip
    assert raised(services) == critical


def test_two_who_notice_the_same_thing_raise_one(services: Services) -> None:
    ready = threading.Barrier(4)

    def raise_it(_: int) -> Alert:
        ready.wait(60)
        return raised(services)

    with ThreadPoolExecutor(4) as pool:
        assert len({alert.id for alert in pool.map(raise_it, range(4))}) == 1


def test_acknowledging_closes_it_and_names_who(store: Store, services: Services) -> None:
    first = raised(services)
    closed = services.alerts.acknowledge(Request.new(), first.id)
    assert closed.acknowledged_at is not None
    assert closed.acknowledged_by == store.identity.login
    assert open_ones(services) == ()
    assert services.alerts.page(AlertFilter(closed=True)).items == (closed,)
    with pytest.raises(AlertAcknowledged, match=store.identity.login):
        services.alerts.acknowledge(Request.new(), first.id)
    with pytest.raises(AlertAcknowledged):
        services.alerts.assign(Request.new(), first.id, store.identity.login)
    assert raised(services).id != first.id


def test_an_owner_is_an_active_person(store: Store, services: Services) -> None:
    first, me = raised(services), store.identity.login
    assert services.alerts.assign(Request.new(), first.id, me).owner == me
    assert [alert.id for alert in services.alerts.page(AlertFilter(owner=me)).items] == [first.id]
    assert services.alerts.page(AlertFilter(owner="somebody")).items == ()
    with pytest.raises(OwnerUnknown):
        services.alerts.assign(Request.new(), first.id, "nobody")
    assert services.alerts.assign(Request.new(), first.id, "").owner == ""


def test_an_alert_that_is_not_there(services: Services) -> None:
    with pytest.raises(AlertNotFound):
        services.alerts.acknowledge(Request.new(), new_id())


def test_pages_go_from_the_newest_to_the_oldest(services: Services) -> None:
    ids = [
        raised(services, replace(BROKEN, key=f"k{n}", severity=list(Severity)[n % 3])).id
        for n in range(7)
    ]
    seen, cursor = [], ""
    for size in (3, 3, 1):
        page = services.alerts.page(AlertFilter(), 3, cursor)
        assert len(page.items) == size
        seen += [alert.id for alert in page.items]
        cursor = page.next
    assert cursor == ""
    assert seen == ids[::-1]
    severe = services.alerts.page(AlertFilter(severity=Severity.WARNING)).items
    assert {alert.severity for alert in severe} == {Severity.WARNING, Severity.CRITICAL}
    assert len(services.alerts.page(AlertFilter(kind="verify.broken")).items) == 7
    assert services.alerts.page(AlertFilter(kind="other")).items == ()


def test_a_cursor_of_another_list_is_refused(services: Services) -> None:
    for n in range(2):
        raised(services, replace(BROKEN, key=f"k{n}"))
    cursor = services.alerts.page(AlertFilter(), 1).next
    forged = write_cursor("alerts", [False, "", "info", "", ""], ["yesterday", "1"])
    for wrong, wanted in ((cursor, AlertFilter(closed=True)), (forged, AlertFilter())):
        with pytest.raises(CursorRefused):
            services.alerts.page(wanted, 1, wrong)


def test_each_change_is_one_row_of_the_chain(store: Store, services: Services) -> None:
    first = raised(services)
    raised(services)
    raised(services, replace(BROKEN, severity=Severity.CRITICAL))
    services.alerts.assign(Request.new(), first.id, store.identity.login)
    services.alerts.acknowledge(Request.new(), first.id)
    rows = store.read(lambda unit: list(audit.rows_after(unit, 0)))
    acts = [(row.action, row.version) for row in rows if row.object == f"alert:{first.id}"]
    assert acts == [
        ("alerts.raise", 1), ("alerts.raise", 2), ("alerts.assign", 3), ("alerts.acknowledge", 4),
    ]  # fmt: skip


def three_of_each(services: Services) -> list[Alert]:
    """In the order they are to be looked at: the most severe first, of equals the newest."""
    made = [
        raised(services, replace(BROKEN, key=f"k{n}", severity=list(Severity)[n % 3]))
        for n in range(9)
    ]
    return sorted(made, key=lambda one: (one.severity.rank, one.raised_at, one.id), reverse=True)


def a_slice(services: Services, place: Place = TOP, **more: Any) -> Slice[Alert]:
    return services.alerts.slice(place=place, limit=4, **more)


@pytest.mark.parametrize("sort", AlertSort)
@pytest.mark.parametrize("descending", [True, False])
def test_slices_meet_in_both_directions(
    services: Services, sort: AlertSort, descending: bool
) -> None:
    expected = three_of_each(services)
    if sort is AlertSort.RAISED:
        expected.sort(key=lambda one: (one.raised_at, one.id), reverse=True)
    if not descending:
        expected.reverse()
    asked: dict[str, Any] = {"sort": sort, "descending": descending}
    first = a_slice(services, **asked)
    second = a_slice(services, Place(after=first.last), **asked)
    last = a_slice(services, Place(end=True), **asked)
    assert [*first.items, *second.items] == expected[:8]
    assert list(last.items) == expected[5:]
    assert a_slice(services, Place(before=last.first), **asked).items == tuple(expected[1:5])
    assert a_slice(services, Place(skip=5), **asked).items == tuple(expected[5:])
    assert a_slice(services, Place(after=last.last), **asked) == Slice(())


def test_a_place_in_another_list_of_alerts_is_refused(services: Services) -> None:
    three_of_each(services)
    place = Place(after=a_slice(services).last)
    for asked in ({"sort": AlertSort.RAISED}, {"descending": False}):
        with pytest.raises(CursorRefused):
            a_slice(services, place, **asked)
    told = [False, "", "info", "", "", "severity", True]
    for rank in ("x", "-1", "99"):
        forged = write_cursor("alerts", told, [rank, "2026-11-21T12:00:00.000000Z", str(new_id())])
        with pytest.raises(CursorRefused):
            a_slice(services, Place(after=forged))


def test_counting_alerts_stops_where_it_is_told(services: Services) -> None:
    three_of_each(services)
    severe = AlertFilter(severity=Severity.CRITICAL)
    assert services.alerts.count() == Counted(9)
    assert services.alerts.count(severe, None) == Counted(3)
    assert services.alerts.count(most=8) == Counted(8, more=True)


def test_alerts_are_found_by_words_of_their_message(services: Services) -> None:
    raised(services, replace(BROKEN, key="a", message="The job 100%_done FAILED."))
    raised(services, replace(BROKEN, key="b", message="The job ten failed."))
    for text, found in (("failed job", 2), ("100%_", 1), ("0_d", 0), ("", 2)):
        assert services.alerts.count(AlertFilter(text=text)) == Counted(found), text


def test_kinds_and_one_alert(services: Services) -> None:
    assert services.alerts.kinds() == ()
    first = raised(services)
    raised(services, replace(BROKEN, kind="job.failed"))
    services.alerts.acknowledge(Request.new(), first.id)
    assert services.alerts.kinds() == ("job.failed", "verify.broken")
    assert services.alerts.show(first.id).acknowledged_at is not None
    with pytest.raises(AlertNotFound):
        services.alerts.show(new_id())
