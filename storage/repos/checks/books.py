"""The books beside what the chain says of them, and the summaries beside the books."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from billing_tui.domain.audit import HASH_VERSION
from billing_tui.domain.chain import frame
from billing_tui.domain.invariants import Findings
from billing_tui.domain.ledger import MIRRORS, REVERSALS, EntryKind, line_fault, telling
from storage.models import LedgerEntry, Posting
from storage.models.base import table_of
from storage.repos.history import entries_told
from storage.repos.ledger import POSTED
from storage.uow import Unit

from . import as_bytes, as_text, names, pages, run

_ENTRY, _POSTING = table_of(LedgerEntry), table_of(Posting)
_HEAD = [_ENTRY.c[name] for name in (
    "seq", "at", "request", "entity", "booked_on", "kind", "currency", "document", "reverses",
)]  # fmt: skip
_LINE = [_POSTING.c[name] for name in (
    "entry", "line", "currency", "account", "amount", "customer", "due_on",
)]  # fmt: skip
_SAID = (
    "SELECT seq, body FROM audit_log WHERE organisation = :o AND seq > :after"
    " AND action = :action ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as it lies in the tables: cells as bytes, amounts as numbers."""

    seq: int
    cells: tuple[bytes | None, ...]
    lines: tuple[tuple[Any, ...], ...]  # line, currency, account, amount, customer, due_on

    @property
    def kind(self) -> str:
        return as_text(self.cells[5])

    def hash(self) -> bytes:
        """The same bytes that the domain hashes when an entry is booked."""
        parts = [HASH_VERSION, *map(frame, self.cells), frame(b"%d" % len(self.lines))]
        for _, _, account, amount, customer, due_on in self.lines:
            parts += frame(account), frame(b"%d" % amount), frame(customer), frame(due_on)
        return sha256(b"".join(parts)).digest()


def entries(unit: Unit, first: int) -> Iterator[Kept]:
    """From number `first` on, in order, with their postings."""
    where, values = ("AND {} >= :first", {"first": first}) if first else ("", {})
    heads = (
        f"SELECT {names(unit, _HEAD)} FROM ledger_entry WHERE organisation = :o"  # noqa: S608
        f" {where.format('seq')} ORDER BY seq"
    )
    lines = (
        f"SELECT {names(unit, _LINE)} FROM posting WHERE organisation = :o"  # noqa: S608
        f" {where.format('entry')} ORDER BY entry, line"
    )
    postings = groupby((row for page in pages(unit, lines, values) for row in page), itemgetter(0))
    number, group = next(postings, (None, iter(())))
    for page in pages(unit, heads, values):
        for row in page:
            while number is not None and number < row[0]:
                number, group = next(postings, (None, iter(())))
            mine = tuple(_line(each) for each in group) if number == row[0] else ()
            yield Kept(row[0], tuple(map(as_bytes, row)), mine)


def _line(row: Sequence[Any]) -> tuple[Any, ...]:
    _, n, currency, account, amount, customer, due_on = row
    texts = map(as_bytes, (currency, account))
    return (n, *texts, amount, as_bytes(customer), as_bytes(due_on))


class Books:
    """Walks entries and what the chain says of them, in step."""

    def __init__(self, unit: Unit, after: int, balance: Findings, chain: Findings) -> None:
        self._unit, self._balance, self._chain = unit, balance, chain
        self._said = self._posted(after)
        self._range = next(self._said, None)
        self._hashes: list[bytes] = []
        self.first = self._range["first"] if after and self._range else 1
        self._whole = not after
        self.last = self.first - 1

    def check(self) -> None:
        if self._whole or self._range:
            for kept in entries(self._unit, 0 if self._whole else self.first):
                if kept.seq != self.last + 1:
                    self._missing(kept.seq)
                self._balance.checked += 1
                for what in faults(kept, self._original(kept)):
                    self._balance.add(_ENTRY.name, kept.seq, what)
                self._compare(kept)
                self.last = kept.seq
        while self._range is not None:
            self._close()

    def _posted(self, after: int) -> Iterator[dict[str, Any]]:
        for page in pages(self._unit, _SAID, {"after": after, "action": POSTED}):
            for seq, body in page:
                said = entries_told(body)
                if said is None:
                    self._chain.add("audit_log", seq, "what it says of the books cannot be read")
                else:
                    yield said

    def _missing(self, seq: int) -> None:
        if seq <= self.last:
            self._balance.add(_ENTRY.name, seq, "it stands before the first entry")
        else:
            self._balance.add(_ENTRY.name, self.last + 1, "the entry is missing")

    def _compare(self, kept: Kept) -> None:
        while self._range is not None and kept.seq > self._range["last"]:
            self._close()
        if self._range is None or kept.seq < self._range["first"]:
            self._chain.add(_ENTRY.name, kept.seq, "it does not stand in the chain")
        else:
            self._hashes.append(kept.hash())

    def _close(self) -> None:
        said, hashes = self._range or {}, self._hashes
        self._range, self._hashes = next(self._said, None), []
        first, got = said["first"], telling(said["first"], hashes)
        self._chain.checked += len(hashes)
        if all(got[name] == said[name] for name in ("last", "marks", "digest")):
            return
        if got["last"] != said["last"]:
            self._chain.add(_ENTRY.name, f"{first}-{said['last']}", "the chain names more or fewer")
            return
        marks = zip(_parts(got["marks"]), _parts(said["marks"]), strict=False)
        changed = [str(n) for n, (ours, theirs) in enumerate(marks, first) if ours != theirs]
        for key in changed or [f"{first}-{said['last']}"]:
            self._chain.add(_ENTRY.name, key, "it is not what the chain says")

    def _original(self, kept: Kept) -> Kept | None:
        reverses = kept.cells[8]
        if reverses is None or not reverses.isdigit():
            return None
        return next(entries_at(self._unit, int(reverses)), None)


def _parts(marks: str) -> list[str]:
    return [marks[at : at + 8] for at in range(0, len(marks), 8)]


def entries_at(unit: Unit, seq: int) -> Iterator[Kept]:
    head = f"SELECT {names(unit, _HEAD)} FROM ledger_entry WHERE organisation = :o AND seq = :n"  # noqa: S608
    lines = (
        f"SELECT {names(unit, _LINE)} FROM posting WHERE organisation = :o AND entry = :n"  # noqa: S608
        " ORDER BY line"
    )
    for row in run(unit, head, {"n": seq}):
        found = run(unit, lines, {"n": seq})
        yield Kept(seq, tuple(map(as_bytes, row)), tuple(map(_line, found)))


def faults(kept: Kept, original: Kept | None) -> Iterator[str]:
    """What is wrong with a kept entry by itself, or as the mirror of another."""
    if len(kept.lines) < 2 or sum(line[3] for line in kept.lines) != 0:
        yield "its postings do not sum to zero"
    if any(line[1] != kept.cells[6] for line in kept.lines):
        yield "a posting is in another currency"
    if [line[0] for line in kept.lines] != list(range(1, len(kept.lines) + 1)):
        yield "its postings are not numbered from one"
    for _, _, account, amount, customer, due_on in kept.lines:
        why = _table_fault(kept.kind, account, amount > 0, customer is None, due_on is None)
        if why:
            yield why
    if (kept.kind in MIRRORS) != (kept.cells[8] is not None):
        yield "a reversal, and only a reversal, names the entry that it reverses"
    elif kept.cells[8] is not None and (original is None or not _mirrors(kept, original)):
        yield "it is not the mirror of the entry that it reverses"


@lru_cache(maxsize=4096)
def _table_fault(kind: str, account: bytes, debit: bool, nobody: bool, never: bool) -> str:
    try:
        known = EntryKind(kind)
    except ValueError:
        return f"{kind!r} is no kind of entry"
    customer, due_on = None if nobody else 1, None if never else 1
    return line_fault(known, as_text(account), debit, customer, due_on)


def _mirrors(kept: Kept, original: Kept) -> bool:
    turned = tuple((n, c, a, -amount, *rest) for n, c, a, amount, *rest in original.lines)
    named = {of.value: kind.value for kind, of in REVERSALS.items()}
    same = all(kept.cells[n] == original.cells[n] for n in (3, 6, 7))
    kind = named.get(original.kind, EntryKind.REVERSAL.value)
    return same and kept.lines == turned and kept.kind == kind and original.kind not in MIRRORS
