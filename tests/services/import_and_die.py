"""Takes a file in and is killed at one point: run as a process of its own by the crash tests.

Arguments: URL, password, organisation, login, file, the function to die in, and at which call.
"""

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from billing_tui.adapters.csv_files import open_csv
from billing_tui.domain.acts import Request
from billing_tui.services.imports import TARGETS, Imports, Wanted
from storage import store as store_module
from storage.engine import open_engine
from storage.repos import audit, imports, requests
from storage.repos.audit import Seal
from storage.store import Identity, Store
from tests.stores import ORIGIN

PLACES = {
    "run": (imports, "add_run"),
    "unit": (imports, "add_unit"),
    "staged": (imports, "change_state"),
    "taken": (imports, "take"),
    "appended": (audit, "append"),
    "kept": (requests, "keep"),
    "once": (store_module.Store, "_write_once"),
}


def main(url: str, password: str, organisation: str, login: str, *rest: str) -> None:
    file, place, nth = rest
    owner, name = PLACES[place]
    real, calls = getattr(owner, name), [0]

    def deadly(*given: Any, **named: Any) -> Any:
        done = real(*given, **named)
        calls[0] += 1
        if calls[0] == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    setattr(owner, name, deadly)
    engine = open_engine(url, lambda: password)
    sealed = Seal("test-key", b"k" * 32) if url.startswith("sqlite") else None
    identity = Identity(UUID(organisation), login, ORIGIN)
    store = Store(engine, identity, lambda: datetime.now(UTC), sealed)
    known = [column.name for column in TARGETS["customers"].columns]
    table = open_csv(Path(file).read_bytes(), known)
    Imports(store).take_in(Request.new(), "customers", table, Wanted())


if __name__ == "__main__":
    main(*sys.argv[1:])
