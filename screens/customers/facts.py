"""What a pane or page tells of one customer, and how it is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from billing_tui.domain.customers import Address, Allocation, Contact, Customer, Note
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.history import Act, Change
from screens.formatting import amount, field_name, moment, readable, recorded_amount
from screens.widgets.pane import Changed, Event, Fact, Part, Rule, Title, Words

from .columns import BRAKES, badge_of

if TYPE_CHECKING:
    from billing_tui.services.bundle import Services

_VERBS = {
    "customers.create": "added",
    "customers.edit": "edited",
    "customers.brake": "brake set",
    "customers.release": "brake released",
    "customers.merge": "merged",
    "customers.unmerge": "split off again",
    "customers.archive": "archived",
    "customers.unarchive": "brought back",
    "customers.note": "note written",
    "customers.edit_note": "note changed",
    "customers.delete_note": "note deleted",
    "customers.import": "imported",
    "customers.bulk": "changed with others",
}
# What the line of the act says already, or the record keeps for itself.
_BESIDE = frozenset({"author", "customer", "written_at", "deleted_at", "archived_at"})
_TEXTS = frozenset({"name", "text", "reason"})
_LOUD = {"customers.brake": "error", "customers.merge": "warning", "customers.archive": "warning"}


@dataclass(frozen=True, slots=True)
class Known:
    """One customer with its newest notes and acts."""

    customer: Customer
    notes: tuple[Note, ...]
    acts: tuple[Act, ...]


def read(services: Services, number: str, notes: int, acts: int) -> Known:
    return Known(
        services.customers.show(number),
        services.customers.notes(number, limit=notes).items,
        services.customers.history(number, limit=acts).items,
    )


def parts(known: Known, zone: str, today: date, locale: str) -> Iterator[Part]:
    """Everything in short, for the pane beside a list."""
    yield from about(known, zone, today, locale)
    yield Rule()
    yield Words("Timeline", "muted")
    for act in known.acts:
        yield _happened(act, zone, today)


def about(known: Known, zone: str, today: date, locale: str) -> Iterator[Part]:
    one = known.customer
    yield Title(one.name, badge_of(one.status, tuple(one.brakes)))
    yield Words(" · ".join(filter(None, (one.number, one.currency, one.terms))), "muted")
    for brake, why in one.brakes.items():
        badge = BRAKES[brake]
        yield Words(f"{badge.text}: {why}", badge.style)
    if one.merged_into:
        yield Words(f"↪ merged into {one.merged_into}", "warning")
    yield Rule()
    yield Fact("Credit limit", amount(one.credit_limit, locale) or "none")
    yield Fact("Delivery", f"{one.delivery.value} · {one.language}")
    yield from _given("Parent", one.parent)
    yield from _given("Tags", ", ".join(one.tags))
    for tax_id in one.tax_ids:
        yield Fact("Tax number", f"{tax_id.country} {tax_id.number}")
    for address in one.addresses:
        yield Fact(address.kind.value.capitalize(), _address(address))
    for contact in one.contacts:
        yield Fact(contact.role or "Contact", _contact(contact))
    if one.allocations:
        yield Fact("Cost shares", _shares(one.allocations))
    for key, value in one.meta_data.items():
        yield Fact(key, value, "muted")
    if known.notes:
        yield Rule()
        yield Words("Notes", "muted")
        for note in known.notes:
            yield Event(moment(note.written_at, zone, today), note.text, note.author, "warning")


def history(acts: Sequence[Act], zone: str, today: date, locale: str) -> Iterator[Part]:
    """Every act with what it changed, before and after."""
    for place, act in enumerate(acts):
        if place:
            yield Words("")
        yield _happened(act, zone, today, fields=False)
        yield from (changed(one, locale) for one in act.changes if one.field not in _BESIDE)


def changed(change: Change, locale: str) -> Changed:
    """What is text stays as it was given, whatever it looks like."""
    if change.field in _TEXTS:
        return Changed(change.field, change.before, change.after)
    if change.field == "credit_limit":
        before, after = (recorded_amount(one, locale) for one in (change.before, change.after))
        return Changed(field_name(change.field), before, after)
    return Changed(field_name(change.field), readable(change.before), readable(change.after))


def _happened(act: Act, zone: str, today: date, *, fields: bool = True) -> Event:
    what = _VERBS.get(act.action, act.action)
    if fields and act.action == "customers.edit" and act.changes:
        what = f"{what}: {', '.join(field_name(one.field) for one in act.changes[:4])}"
    reason = f" ({act.reason})" if act.reason else ""
    at = moment(parse_utc(act.at), zone, today)
    return Event(at, what + reason, act.who, _LOUD.get(act.action, "accent"))


def _given(label: str, value: str) -> Iterator[Part]:
    if value:
        yield Fact(label, value)


def _address(address: Address) -> str:
    place = " ".join(filter(None, (address.postcode, address.city)))
    region = ", ".join(filter(None, (address.region, address.country)))
    return "\n".join(filter(None, (*address.lines, place, region)))


def _contact(contact: Contact) -> str:
    return "\n".join(filter(None, (contact.name, contact.email, contact.phone)))


def _shares(allocations: Sequence[Allocation]) -> str:
    return "\n".join(f"{share.department} {share.percent:f} %" for share in allocations)
