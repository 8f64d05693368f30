"""An import that is killed anywhere leaves nothing, or is finished to exactly the file's rows."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from billing_tui.adapters.csv_files import open_csv
from billing_tui.domain.acts import Request
from billing_tui.services.imports import TARGETS, Imports, Wanted
from billing_tui.services.verify import Verify
from storage.repos import customers
from storage.store import Store
from storage.uow import Unit
from tests.stores import PASSWORD

ROOT = Path(__file__).parents[2]
ROWS = 450
TEXT = "number,name,currency,parent\n" + "".join(
    f"K{n},Firm {n},EUR,{f'K{n + 1}' if n % 10 == 0 else ''}\n" for n in range(ROWS)
)
PLACES = [
    ("run", 1), ("unit", 3), ("staged", 1), ("taken", 1), ("taken", 3), ("appended", 3),
    ("once", 3), ("staged", 2),
]  # fmt: skip


def killed(store: Store, file: Path, place: str, nth: int) -> int:
    identity, url = store.identity, store.engine.url
    address = url.render_as_string(hide_password=False)
    child = [sys.executable, str(Path(__file__).with_name("import_and_die.py"))]
    given = [address, PASSWORD, str(identity.organisation), identity.login, str(file), place]
    done = subprocess.run(
        [*child, *given, str(nth)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def written(unit: Unit) -> list[str]:
    return sorted(customers.ids_of(unit, [f"K{n}" for n in range(ROWS + 10)]))


@pytest.mark.parametrize(("place", "nth"), PLACES, ids=str)
def test_it_is_finished_after_a_kill(store: Store, tmp_path: Path, place: str, nth: int) -> None:
    file = tmp_path / "customers.csv"
    file.write_text(TEXT, encoding="utf-8")
    store.engine.dispose()
    assert killed(store, file, place, nth) == -signal.SIGKILL
    imports = Imports(store)
    assert len(store.read(written)) % 200 in (0, ROWS % 200)
    assert imports.finish_pending(Request.new()) == []
    table = open_csv(file.read_bytes(), [column.name for column in TARGETS["customers"].columns])
    imports.take_in(Request.new(), "customers", table, Wanted())
    assert store.read(written) == sorted(f"K{n}" for n in range(ROWS))
    assert imports.pending() == []
    assert Verify(store).run().exit == 0
