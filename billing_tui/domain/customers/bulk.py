"""One change to many customers: what it does to each, which is shown before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from billing_tui.domain.errors import BillingError, Refused
from billing_tui.domain.fields import FieldsRefused, Findings
from billing_tui.domain.history import Change
from billing_tui.domain.terms import PaymentTerms
from billing_tui.domain.text import sort_key

from .cases import BrakeIsSet, CustomerArchived, CustomerMerged
from .checks import REASON, TAG, TAGS
from .finding import CustomerFilter
from .records import Brake

MOST = 50_000
CHANGED_MEANWHILE = "Somebody changed it since it was looked at; look again."


class Outcome(StrEnum):
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    CONFLICT = "conflict"  # changed by somebody else in between
    LEFT = "left"  # not reached before it was stopped


@dataclass(frozen=True, slots=True)
class Chosen:
    """The customers with these numbers, or those a filter leaves `without` some."""

    numbers: tuple[str, ...] = ()
    asked: CustomerFilter | None = None
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BulkChange:
    """What is empty stays as it is; `reason` is that of the brake."""

    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    terms: str = ""
    brake: Brake | None = None
    reason: str = ""
    release: Brake | None = None

    @property
    def brakes(self) -> bool:
        return self.brake is not None or self.release is not None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a customer stands, as far as a bulk change looks at it."""

    id: UUID
    version: int
    number: str
    name: str
    merged_into: str
    archived: bool
    terms: str
    tags: tuple[str, ...]
    brakes: dict[Brake, str]


@dataclass(frozen=True, slots=True)
class BulkLine:
    """One customer at the version that was seen; `why` says what stands in the way.

    `steps` are the changes in small: of tags and brakes one for each that comes, with nothing
    before, or goes, with nothing after.
    """

    id: UUID
    number: str
    name: str
    version: int
    changes: tuple[Change, ...]
    outcome: Outcome
    why: str = ""
    steps: tuple[Change, ...] = ()

    @property
    def field(self) -> str:
        return ", ".join(change.field for change in self.changes)

    @property
    def before(self) -> str:
        return "; ".join(change.before for change in self.changes)

    @property
    def after(self) -> str:
        return "; ".join(change.after for change in self.changes)


@dataclass(frozen=True, slots=True)
class BulkDiff:
    lines: tuple[BulkLine, ...]

    def count(self, outcome: Outcome) -> int:
        return sum(line.outcome is outcome for line in self.lines)


@dataclass(frozen=True, slots=True)
class BulkReport(BulkDiff):
    stopped: bool = False


class TooManyChosen(Refused):
    def __init__(self) -> None:
        super().__init__(
            "Too many at once",
            f"A bulk change takes at most {MOST:,} customers. Ask for fewer, part after part.",
        )


class TooManyTags(Refused):
    def __init__(self, number: str, count: int) -> None:
        self.number, self.count = number, count
        super().__init__(
            "Too many tags", f"{number} would have {count} tags; at most {TAGS} are kept."
        )


def checked_change(change: BulkChange) -> BulkChange:
    """The change in the form that is kept, or all that is wrong with it."""
    on = Findings()
    kept = replace(
        change,
        add_tags=tuple(_tags(on, "add_tags", change.add_tags)),
        remove_tags=tuple(_tags(on, "remove_tags", change.remove_tags)),
        terms=on.tried("terms", lambda: _terms(change.terms), ""),
        reason=on.text("reason", change.reason, REASON, least=1 if change.brake else 0),
    )
    both = {sort_key(tag) for tag in kept.add_tags} & {sort_key(tag) for tag in kept.remove_tags}
    if both:
        on.say("remove_tags", "names a tag that is also added.")
    if kept.brake is not None and kept.brake is kept.release:
        on.say("release", f"{kept.release.value} is also set.")
    if not (change.add_tags or change.remove_tags or change.terms or change.brakes):
        on.say("change", "names nothing to change; add or remove tags, set terms or a brake.")
    if on.errors:
        raise FieldsRefused("The bulk change", on.errors)
    return kept


def lines(change: BulkChange, standings: Iterable[Standing]) -> Iterator[BulkLine]:
    """What a checked change does to each."""
    for one in standings:
        try:
            values = changed(change, one)
        except BillingError as error:
            yield _line(one, {}, Outcome.REFUSED, error.message)
            continue
        yield _line(one, values, Outcome.CHANGED if values else Outcome.SAME)


def changed(change: BulkChange, one: Standing) -> dict[str, Any]:
    """The fields that come to differ, or the case that stands in the way of all of them."""
    if one.merged_into:
        raise CustomerMerged(one.number, one.merged_into)
    # What holds nobody back any more may also be taken off one that was put away.
    if one.archived and (change.add_tags or change.remove_tags or change.terms or change.brake):
        raise CustomerArchived(one.number)
    values = {
        "tags": _tags_after(change, one),
        "terms": change.terms or one.terms,
        "brakes": _brakes_after(change, one),
    }
    return {field: value for field, value in values.items() if value != getattr(one, field)}


def _tags_after(change: BulkChange, one: Standing) -> tuple[str, ...]:
    gone = {sort_key(tag) for tag in change.remove_tags}
    kept = [tag for tag in one.tags if sort_key(tag) not in gone]
    there = {sort_key(tag) for tag in kept}
    kept += [tag for tag in change.add_tags if sort_key(tag) not in there]
    if len(kept) > max(TAGS, len(one.tags)):
        raise TooManyTags(one.number, len(kept))
    return tuple(kept)


def _brakes_after(change: BulkChange, one: Standing) -> dict[Brake, str]:
    brakes = {brake: why for brake, why in one.brakes.items() if brake is not change.release}
    if change.brake is None:
        return brakes
    if brakes.get(change.brake, change.reason) != change.reason:
        raise BrakeIsSet(one.number, change.brake, brakes[change.brake])
    return brakes | {change.brake: change.reason}


def _line(one: Standing, values: dict[str, Any], outcome: Outcome, why: str = "") -> BulkLine:
    changes, steps = [], []
    for field, value in values.items():
        before, after = _parts(getattr(one, field)), _parts(value)
        changes.append(Change(field, ", ".join(before), ", ".join(after)))
        if isinstance(value, str):
            steps.append(changes[-1])
            continue
        steps += [Change(field, "", part) for part in after if part not in before]
        steps += [Change(field, part, "") for part in before if part not in after]
    return BulkLine(
        one.id, one.number, one.name, one.version, tuple(changes), outcome, why, tuple(steps)
    )


def _parts(value: Any) -> list[str]:
    match value:
        case dict():
            return [f"{brake.value}: {why}" for brake, why in sorted(value.items())]
        case tuple():
            return list(value)
    return [str(value)]


def _tags(on: Findings, field: str, tags: Sequence[str]) -> Iterator[str]:
    if len(tags) > TAGS:
        on.say(field, f"has {len(tags)} entries; at most {TAGS} are kept.")
        return
    seen: set[str] = set()
    for n, tag in enumerate(tags):
        kept = on.text(f"{field}[{n}]", tag, TAG, least=1)
        if sort_key(kept) not in seen:
            seen.add(sort_key(kept))
            yield kept


def _terms(text: str) -> str:
    return str(PaymentTerms.parse(text)) if text else ""
