"""The states of a file that is taken in."""

from __future__ import annotations

from enum import StrEnum

from billing_tui.domain.machine import Machine


class ImportState(StrEnum):
    CHECKED = "checked"  # every row is good; its units are being put down
    STAGED = "staged"  # all units are down, so it can be finished without the file
    DONE = "done"


class ImportEvent(StrEnum):
    STAGE = "staging"
    FINISH = "finishing"
    GIVE_UP = "giving_up"


IMPORT_RUN = Machine(
    "an import",
    {
        (ImportState.CHECKED, ImportEvent.STAGE): ImportState.STAGED,
        (ImportState.STAGED, ImportEvent.FINISH): ImportState.DONE,
        (ImportState.STAGED, ImportEvent.GIVE_UP): ImportState.DONE,
    },
)
# While a run can still be staged, none of its units is written.
WRITING = frozenset(ImportState) - IMPORT_RUN.sources(ImportEvent.STAGE)
