"""What is told of one act: who, from where, what it changed, and how it hangs in the chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from billing_tui.domain.audit_log import AuditEntry, AuditLine
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.invariants import Report
from screens.formatting import count, moment, readable
from screens.widgets.pane import Changed, Fact, Part, Rule, Title, Words

_SHORT = 16
_TEXTS = frozenset({"name", "text", "reason", "title", "message"})


def named(line: AuditLine) -> str:
    """The object as people call it, with its kind."""
    kind, _, rest = line.object.partition(":")
    return f"{kind.replace('_', ' ')} {line.label or rest}".strip()


def parts(entry: AuditEntry, zone: str, today: date, *, whole: bool = False) -> Iterator[Part]:
    line, origin = entry.line, entry.origin
    yield Title(line.action)
    yield Words(f"{named(line)} · number {count(line.seq)}", "muted")
    yield Rule()
    yield Fact("When", moment(parse_utc(line.at), zone, today))
    yield Fact("Who", line.who or entry.actor)
    if entry.database_user and entry.database_user != line.who:
        yield Fact("Signed in as", entry.database_user)
    yield Fact("From", " · ".join(filter(None, (origin.kind, origin.host, origin.program))))
    if line.version is not None:
        yield Fact("Version", str(line.version))
    if line.reason:
        yield Fact("Reason", line.reason)
    if entry.changes or entry.facts:
        yield Rule()
    for change in entry.changes:
        told = str if change.field in _TEXTS else readable
        yield Changed(change.field, told(change.before), told(change.after))
    for fact in entry.facts:
        yield Fact(fact.name, readable(fact.value))
    yield Rule()
    yield from _links(entry, whole=whole)


def _links(entry: AuditEntry, *, whole: bool) -> Iterator[Part]:
    request = entry.line.request
    for label, value in (("Hash", entry.hash), ("Hash before", entry.prev)):
        yield Fact(label, value if whole else f"{value[:_SHORT]}…", "muted")
    if entry.sealed is not None:
        style = "muted" if entry.sealed else "warning"
        yield Fact("Seal", "● sealed" if entry.sealed else "○ none", style)
    if request:
        yield Fact("Request", request if whole else f"{request[:_SHORT]}…", "muted")


def sentence(report: Report) -> str:
    if not report.holds:
        broken = [outcome.id for outcome in report.outcomes if not outcome.holds]
        return f"{', '.join(broken)} broken; see the report."
    if report.sealed is False:
        return "links hold, but the seal could not be checked."
    return f"everything holds, to number {count(report.last)}."
