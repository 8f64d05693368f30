"""Verifying the record: every invariant that rows, chain and remembered checkpoints can show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from billing_tui.adapters.signing import Checkpoint, SignedCheckpoint, SigningKey
from billing_tui.domain.chain import TABLE, Start, Walk
from billing_tui.domain.invariants import Findings, Outcome, Report, listed
from billing_tui.domain.rights import Right
from storage.repos.audit import Seal
from storage.repos.checks import books, chain, links, reading, rows, search, summaries
from storage.store import Store
from storage.uow import Unit

from .cases import Service, reads, writes

Progress = Callable[[str, int], None]


class Remembered(Protocol):
    """Where this machine keeps checkpoints, such as `adapters.checkpoints.CheckpointFile`."""

    def remember(self, store: str, signed: SignedCheckpoint) -> None: ...
    def latest(
        self, store: str, organisation: UUID, public: str | None = None
    ) -> SignedCheckpoint | None: ...
    def all(self, store: str) -> list[SignedCheckpoint]: ...


@dataclass(frozen=True, slots=True)
class Witness:
    """What this machine can compare with: the checkpoints under the store's name, and its own key,
    without which none is made and nothing counts as verified before."""

    checkpoints: Remembered
    store: str
    signer: SigningKey | None = None


class Verify(Service):
    """`keys` are audit keys of before; the store's own is always used."""

    def __init__(
        self, store: Store, witness: Witness | None = None, keys: Sequence[Seal] = ()
    ) -> None:
        super().__init__(store)
        self.witness = witness
        held = [*keys, *([store.seal] if store.seal else [])]
        self._keys = {seal.key_id.encode(): seal.key for seal in held} if store.sqlite else None

    def run(self, recent: bool = False, progress: Progress = lambda _what, _done: None) -> Report:
        """Check everything, or what came after the last verified checkpoint; when all of it
        holds, the checkpoint is renewed."""
        report, now = self._look(self._known(), self._verified() if recent else None, progress)
        if report.exit == 0:
            self._remember(report, now)
        return report

    @writes("verify.rebuild", Right.CLOSE_BOOKS)
    def rebuild(self, unit: Unit) -> str:
        """Write the summaries anew from the postings."""
        summaries.rebuild(unit)
        unit.note("verify.rebuild", "summaries")
        return "summaries"

    def _known(self) -> list[SignedCheckpoint]:
        """All that is remembered of this organisation, lowest first."""
        if self.witness is None:
            return []
        ours = self.store.identity.organisation
        known = self.witness.checkpoints.all(self.witness.store)
        of_ours = (signed for signed in known if signed.checkpoint.organisation == ours)
        return sorted(of_ours, key=lambda signed: signed.checkpoint.seq)

    def _verified(self) -> Checkpoint | None:
        """Only our own signature says that we verified up to here."""
        witness = self.witness
        if witness is None or witness.signer is None:
            return None
        ours, public = self.store.identity.organisation, witness.signer.public
        signed = witness.checkpoints.latest(witness.store, ours, public)
        return None if signed is None else signed.checkpoint

    def _remember(self, report: Report, now: datetime) -> None:
        witness = self.witness
        if witness is None or witness.signer is None or not report.last:
            return
        ours = self.store.identity.organisation
        last = self._verified()
        if last is None or (last.seq, last.head) != (report.last, report.head):
            checkpoint = Checkpoint(ours, report.last, report.head, now)
            witness.checkpoints.remember(witness.store, witness.signer.sign(checkpoint))

    @reads("verify.run", Right.VERIFY, snapshot=True)
    def _look(
        self,
        unit: Unit,
        known: list[SignedCheckpoint],
        verified: Checkpoint | None,
        progress: Progress,
    ) -> tuple[Report, datetime]:
        with reading(unit):
            since = verified.seq if verified and _stands(unit, verified) else 0
            walk, chained = self._walk(unit, since, progress)
            outcomes = [chained, _extends(unit, known, walk.seq)]
            outcomes += _rows_and_books(unit, since, progress)
            if not since:
                outcomes += _between(unit, progress)
        sealed = None if self._keys is None else not (walk.unsealed or walk.unknown_key)
        report = Report(listed(outcomes), sealed, since, walk.seq, walk.hash.decode())
        return report, unit.now

    def _walk(self, unit: Unit, since: int, progress: Progress) -> tuple[Walk, Outcome]:
        found = Findings()
        start = chain.start_after(unit, since) if since else Start()
        walk = Walk(unit.organisation, self._keys, found, start)
        for page in chain.rows(unit, since):
            walk.page(page)
            found.checked += len(page)
            progress(TABLE, found.checked)
        _compare_head(unit, walk, found)
        note = ""
        if walk.unsealed or walk.unknown_key:
            note = (
                f"links hold, seal not checked: {walk.unsealed} rows have none, "
                f"{walk.unknown_key} need a key that is not here"
            )
        return walk, Outcome.of("I13", found, note)


def _stands(unit: Unit, verified: Checkpoint) -> bool:
    return chain.hash_at(unit, verified.seq) == verified.head


def _compare_head(unit: Unit, walk: Walk, found: Findings) -> None:
    head = chain.head(unit)
    if head is None:
        found.add("audit_head", "", "the row is missing")
    elif head.seq > walk.seq:
        walk.missing(walk.seq + 1, head.seq)
    elif head.seq < walk.seq:
        found.add(TABLE, head.seq + 1, f"it stands behind the head, which is row {head.seq}")
    elif head.hash.encode() != walk.hash:
        found.add("audit_head", head.seq, "its hash is not that of the last row")


def _extends(unit: Unit, known: Sequence[SignedCheckpoint], last: int) -> Outcome:
    found = Findings(checked=len(known))
    for signed in known:
        seq, head = signed.checkpoint.seq, signed.checkpoint.head
        if not signed.holds(signed.key):
            found.add("checkpoint", seq, "its signature does not hold")
        elif seq > last:
            what = f"the chain ends at {last}: its tail was cut, or an old backup brought back"
            found.add(TABLE, seq, what)
        elif chain.hash_at(unit, seq) != head:
            found.add(TABLE, seq, "it is not the row that was remembered")
    return Outcome.of("I14", found, "" if known else "no checkpoint is remembered here")


def _rows_and_books(unit: Unit, since: int, progress: Progress) -> list[Outcome]:
    balance, cached, chained = Findings(), Findings(), Findings()
    changed = chain.changed_objects(unit, since) if since else None
    for table in rows.business_tables():
        ids = None if changed is None else changed.get(table.name, [])
        rows.check(unit, table, chained, ids)
        progress(table.name, chained.checked)
    books.Books(unit, since, balance, chained).check()
    progress("ledger_entry", balance.checked)
    search.check(unit, cached, None if changed is None else changed.get("customer", []))
    if changed is None:
        summaries.check(unit, cached)
    progress("summaries", cached.checked)
    return [Outcome.of("I1", balance), Outcome.of("I2", cached), Outcome.of("I12", chained)]


def _between(unit: Unit, progress: Progress) -> list[Outcome]:
    """What can only be said of all rows together."""
    checks = {
        "I8": links.states,
        "I16": links.numbers,
        "I19": links.shares,
        "I20": links.currencies,
        "I23": links.references,
    }
    outcomes = []
    for id, check in checks.items():
        found = Findings()
        check(unit, found)
        progress(id, found.checked)
        outcomes.append(Outcome.of(id, found))
    return outcomes
