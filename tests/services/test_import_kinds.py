"""A run of a kind that this program does not know waits, and stands in nobody's way."""

from __future__ import annotations

from billing_tui.domain.acts import Request
from billing_tui.domain.ids import new_id
from billing_tui.domain.imports.runs import ImportState
from billing_tui.services.imports import Imports
from storage.repos import imports
from storage.repos.imports import Run
from storage.store import Store
from storage.uow import Unit
from tests.stores import as_text


def test_a_run_of_another_program_is_left_alone(store: Store) -> None:
    def put(unit: Unit) -> str:
        run = Run(new_id(), "invoices", "f" * 64, ImportState.STAGED, 5, unit.actor.user, unit.now)
        imports.add_run(unit, run)
        return str(run.id)

    store.write(put, Request.new(), as_text())
    assert Imports(store).pending() == []
    assert Imports(store).finish_pending(Request.new()) == []
