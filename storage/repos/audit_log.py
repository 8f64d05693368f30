"""Slices of the audit trail, the newest first, at any size and for any filter.

An index gives one kind of act in the order of the trail, by everybody or by one person: several are
as many streams, merged. Any other filter that leaves few rows is looked up and sorted; where it
leaves many, the trail is walked and each row tried, since the next match is never far.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    and_,
    bindparam,
    false,
    func,
    select,
    true,
    union_all,
)

from billing_tui.domain.audit_log import MOST_CHANGED, AuditFilter, AuditLine, moments
from billing_tui.domain.pages import (
    Counted,
    CursorRefused,
    Place,
    Slice,
    page_size,
    read_cursor,
    write_cursor,
)
from billing_tui.domain.text import clean
from storage.models import AppUser, AuditLog
from storage.models.base import table_of
from storage.uow import Unit

from . import audit, labels

FEW = NEAR = 5_000
_LIST = "audit"
_LOG = table_of(AuditLog)
_USER = table_of(AppUser)
_OURS = _LOG.c.organisation == bindparam("o")
_LINE = [
    _LOG.c[name]
    for name in ("seq", "at", "actor", "action", "object", "version", "reason", "request")
]
_ROWS = select(*_LINE).where(_OURS, _LOG.c.seq.in_(bindparam("seqs", expanding=True)))
_PERSON = select(_USER.c.id).where(
    _USER.c.organisation == bindparam("o"), _USER.c.login == bindparam("login")
)
_CHANGED = (
    select(_LOG.c.object)
    .where(_OURS, _LOG.c.seq > bindparam("after"))
    .order_by(_LOG.c.seq.desc())
    .limit(MOST_CHANGED)
)


def _each_action(*by: ColumnElement[bool]) -> Select[Any]:
    """Every kind of act there ever was once, by jumping from one to the next."""
    jump = select(func.min(_LOG.c.action).label("action")).where(_OURS, *by)
    known = jump.cte("known", recursive=True)
    further = select(func.min(_LOG.c.action)).where(_OURS, *by, _LOG.c.action > known.c.action)
    known = known.union_all(select(further.scalar_subquery()).where(known.c.action.is_not(None)))
    return select(known.c.action).where(known.c.action.is_not(None))


_ACTIONS = _each_action()
_ACTIONS_OF = _each_action(_LOG.c.actor == bindparam("by"))


# The same in a form for which no planner finds an index, to sort rows by.
_AS_SORTED = func.coalesce(_LOG.c.seq, 0)


def _tried(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """A condition to try rows by: no planner finds an index for it, nor takes it for rare."""
    return func.coalesce(condition, false(), type_=Boolean())


@dataclass(frozen=True, slots=True)
class _Criterion:
    """`hits` is what an index gives; `streams` are the same together, each in the order of the
    trail; what `spans` lies in one stretch of it."""

    hits: ColumnElement[bool]
    streams: tuple[ColumnElement[bool], ...] = ()
    spans: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where rows are read from, how each is tried, and whether they must be sorted first; none
    lies outside the stretch of what `spans`."""

    streams: tuple[ColumnElement[bool], ...]
    probes: tuple[ColumnElement[bool], ...] = ()
    sorted: bool = False
    spans: ColumnElement[bool] | None = None

    @property
    def key(self) -> ColumnElement[int]:
        return _AS_SORTED if self.sorted else _LOG.c.seq


def slice_of(unit: Unit, asked: AuditFilter, place: Place, limit: int) -> Slice[AuditLine]:
    cursor = place.after or place.before
    seen = _seen(cursor, asked) if cursor else 0
    plan = _plan(unit, asked)
    seqs = _seqs(unit, plan, asked, place, seen, page_size(limit)) if plan else []
    if not seqs:
        return Slice(())
    first, last = (write_cursor(_LIST, asdict(asked), [str(seq)]) for seq in (seqs[0], seqs[-1]))
    return Slice(lines(unit, _rows(unit, seqs)), first, last)


def count(unit: Unit, asked: AuditFilter, most: int) -> Counted:
    """How many entries a filter leaves; all of them together are known exactly."""
    if asked == AuditFilter():
        return Counted(head(unit))
    criteria = _criteria(unit, asked)
    if criteria is None:
        return Counted(0)
    plan = _Plan((criteria[0].hits,)) if len(criteria) == 1 else _chosen(unit, criteria)
    within = () if plan.spans is None else (_stretch(unit, plan.spans),)
    found = sum(
        _so_many(unit, (stream, *plan.probes, *within), most + 1) for stream in plan.streams
    )
    return Counted(min(found, most), more=found > most)


def head(unit: Unit) -> int:
    found = audit.head_of(unit)
    return 0 if found is None else found.seq


def changed_since(unit: Unit, seq: int) -> tuple[str, ...]:
    """What the newest entries behind this one are about, each once."""
    return tuple(dict.fromkeys(row.object for row in _execute(unit, _CHANGED, after=seq)))


def lines(unit: Unit, rows: Sequence[Any]) -> tuple[AuditLine, ...]:
    people = labels.of_kind(
        unit, _USER.name, (id for row in rows if (id := labels.as_id(row.actor)))
    )
    names = labels.labels(unit, [row.object for row in rows])
    logins = {str(id): login for id, login in people.items()}
    return tuple(
        AuditLine(
            seq=row.seq,
            at=row.at,
            who=logins.get(row.actor, row.actor),
            action=row.action,
            object=row.object,
            label=names.get(row.object, ""),
            version=row.version,
            reason=row.reason,
            request=row.request or "",
        )
        for row in rows
    )


def _execute(unit: Unit, statement: Any, **given: Any) -> Any:
    return unit.connection.execute(statement, {"o": unit.organisation} | given)


def _rows(unit: Unit, seqs: Sequence[int]) -> list[Any]:
    rows = {row.seq: row for row in _execute(unit, _ROWS, seqs=seqs)}
    return [rows[seq] for seq in seqs]


def _seqs(
    unit: Unit, plan: _Plan, asked: AuditFilter, place: Place, seen: int, size: int
) -> list[int]:
    """The sequence numbers of a slice, the newest first."""
    if place.after:
        return _read(unit, plan, size, [plan.key < seen], near=(seen - NEAR, seen))
    if place.before:
        return _read(unit, plan, size, [plan.key > seen], near=(seen, seen + NEAR), newest=False)
    if place.end:
        return _read(unit, plan, size, newest=False)
    if asked.until or place.skip:
        if asked != AuditFilter():
            return _read(unit, plan, size, skip=place.skip)
        # Nothing is missing in between, so the place is known without counting.
        return _read(unit, plan, size, [plan.key <= head(unit) - place.skip])
    last = head(unit)
    return _read(unit, plan, size, near=(last - NEAR, last))


def _read(
    unit: Unit,
    plan: _Plan,
    size: int,
    bounds: Sequence[ColumnElement[bool]] = (),
    *,
    skip: int = 0,
    near: tuple[int, int] | None = None,
    newest: bool = True,
) -> list[int]:
    """The rows that follow in one direction. Where the far end of a stretch would have to be
    looked for, the rows `near` the place are tried first, since they mostly are enough."""
    found: list[int] = []
    if plan.spans is not None:
        if near is not None:
            close = [*bounds, plan.key.between(*near)]
            found = _ordered(unit, plan, size, close, skip, newest)
        if len(found) == size:
            return found
        bounds = [*bounds, _stretch(unit, plan.spans)]
    return _ordered(unit, plan, size, bounds, skip, newest)


def _ordered(
    unit: Unit,
    plan: _Plan,
    size: int,
    bounds: Sequence[ColumnElement[bool]],
    skip: int,
    newest: bool,
) -> list[int]:
    statement = _merged(plan, bounds, size + skip, newest).limit(size).offset(skip)
    found = [row.seq for row in _execute(unit, statement)]
    return found if newest else found[::-1]


def _merged(plan: _Plan, bounds: Sequence[ColumnElement[bool]], most: int, newest: bool) -> Any:
    """At most so many of all streams together, in order."""

    def ordered(found: Any, key: ColumnElement[Any]) -> Any:
        return found.order_by(key.desc() if newest else key).limit(most)

    parts = [
        ordered(select(_LOG.c.seq).where(_OURS, stream, *plan.probes, *bounds), plan.key)
        for stream in plan.streams
    ]
    if len(parts) == 1:
        return parts[0]
    each = union_all(*(select(part.subquery().c.seq) for part in parts)).subquery()
    return ordered(select(each.c.seq), each.c.seq)


def _seen(cursor: str, asked: AuditFilter) -> int:
    (seq,) = read_cursor(cursor, _LIST, asdict(asked), 1)
    if not (seq.isascii() and seq.isdecimal()) or len(seq) > 18:
        raise CursorRefused
    return int(seq)


def _plan(unit: Unit, asked: AuditFilter) -> _Plan | None:
    criteria = _criteria(unit, asked)
    return None if criteria is None else _chosen(unit, criteria)


def _chosen(unit: Unit, criteria: Sequence[_Criterion]) -> _Plan:
    """Read what the narrowest criterion leaves, if that is few; else a stream, else everything."""
    best, fewest = None, FEW + 1
    if len(criteria) > 1 or not all(one.streams for one in criteria):
        for criterion in criteria:
            found = _so_many(unit, [criterion.hits], fewest)
            if found < fewest:
                best, fewest = criterion, found
    if best is not None and not best.streams:
        probes = tuple(_tried(one.hits) for one in criteria if one is not best)
        return _Plan((best.hits,), probes, sorted=True)
    best = best or next((one for one in criteria if one.streams), None)
    probes = tuple(_tried(one.hits) for one in criteria if one is not best)
    spans = next((one.hits for one in criteria if one.spans), None)
    return _Plan(best.streams if best else (true(),), probes, spans=spans)


def _so_many(unit: Unit, conditions: Iterable[ColumnElement[bool]], most: int) -> int:
    some = select(1).where(_OURS, *conditions).limit(most).subquery()
    found: int = _execute(unit, select(func.count()).select_from(some)).scalar_one()
    return found


def _stretch(unit: Unit, hits: ColumnElement[bool]) -> ColumnElement[bool]:
    """From the first to the last of these. Clocks are set, so the times in the trail need not rise
    as its numbers do."""
    ends = select(func.min(_AS_SORTED), func.max(_AS_SORTED)).where(_OURS, hits)
    first, last = _execute(unit, ends).one()
    return _LOG.c.seq.between(first or 0, last or 0)


def _criteria(unit: Unit, asked: AuditFilter) -> list[_Criterion] | None:
    """What a filter wants, or None where nothing can fit it."""
    found = []
    if asked.object:
        found.append(_by_object(unit, clean(asked.object, "object")))
    if asked.request:
        request = clean(asked.request, "request").lower()
        found.append(_Criterion(_LOG.c.request == request))
    if asked.action or asked.who:
        acts = _by_acts(unit, clean(asked.action, "action"), clean(asked.who, "who"))
        if acts is None:
            return None
        found.append(acts)
    if asked.since or asked.until:
        found.append(_by_time(*moments(asked.since, asked.until, unit.zone)))
    return found


def _by_acts(unit: Unit, action: str, who: str) -> _Criterion | None:
    """Acts that begin so, by one person if one is named."""
    own: list[ColumnElement[bool]] = []
    if who:
        person = str(_execute(unit, _PERSON, login=who).scalar_one_or_none())
        own = [_LOG.c.actor == person]
        known = _execute(unit, _ACTIONS_OF, by=person)
    else:
        known = _execute(unit, _ACTIONS)
    names = [row.action for row in known if row.action.startswith(action)]
    if not names:
        return None
    hits = and_(*own) if own and not action else and_(*own, _LOG.c.action.in_(names))
    return _Criterion(hits, tuple(and_(*own, _LOG.c.action == name) for name in names))


def _by_object(unit: Unit, wanted: str) -> _Criterion:
    """A kind, one of it by its id or by what people call it, or a thing there is once."""
    kind, _, label = wanted.partition(":")
    if label:
        return _Criterion(_LOG.c.object.in_([wanted, *labels.objects_called(unit, kind, label)]))
    # A colon sorts right after the digits, with which no kind goes on.
    return _Criterion(and_(_LOG.c.object >= kind, _LOG.c.object < f"{kind};"))


def _by_time(first: str, last: str) -> _Criterion:
    before = _LOG.c.at < last if last else true()
    return _Criterion(and_(_LOG.c.at >= first, before), spans=True)
