"""What has no screen must start without one: each part is imported in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass

import pytest

from tests.guards.project import ROOT

HEAVY = {"fpdf", "keyring", "stripe", "textual"}
STORES = {"alembic", "psycopg", "pysqlite3", "sqlalchemy", "sqlite3", "sqlmodel"}

# Alembic runs this file itself and gives it a context; it cannot be imported alone.
NOT_IMPORTABLE = {"storage.migrations.env"}

_IMPORT_ALL = """
import importlib, json, pkgutil, sys
package, skipped = sys.argv[1], set(sys.argv[2:])
names = [package]
for name in names:
    module = importlib.import_module(name)
    below = pkgutil.iter_modules(getattr(module, "__path__", ()), name + ".")
    names.extend(found.name for found in below if found.name not in skipped)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


@dataclass(frozen=True)
class Part:
    package: str
    without: frozenset[str]


PARTS = [
    Part("billing_tui.domain", frozenset(HEAVY | STORES)),
    Part("billing_tui.services", frozenset(HEAVY)),
    Part("billing_tui.bootstrap", frozenset(HEAVY)),
    Part("billing_tui.cli", frozenset(HEAVY | STORES)),
    Part("billing_tui.logs", frozenset(HEAVY | STORES)),
    Part("billing_tui.settings", frozenset(HEAVY | STORES)),
    Part("billing_tui.resources", frozenset(HEAVY | STORES)),
    Part("billing_tui.credentials", frozenset(HEAVY | STORES)),
    Part("billing_tui.sandbox", frozenset(HEAVY)),
    Part("storage", frozenset(HEAVY)),
]

# `--help` is typed often and must answer at once: the standard library and these only.
HELP_MAY_LOAD = {"billing_tui"}
HELP_MAY_NOT_LOAD = {"asyncio", "multiprocessing", "sqlite3", "ssl", "xml"}

_HELP = """
import json, sys
before = set(sys.modules)
from billing_tui.__main__ import main
try:
    code = main(["--help"])
except SystemExit as stopped:
    code = stopped.code
loaded = sorted({name.partition(".")[0] for name in set(sys.modules) - before})
sys.stderr.write(json.dumps({"code": code, "loaded": loaded}))
"""


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.package)
def test_parts_load_nothing_heavy(part: Part) -> None:
    done = _python(_IMPORT_ALL, part.package, *NOT_IMPORTABLE)
    assert done.returncode == 0, done.stderr
    came_along = part.without & set(json.loads(done.stdout))
    assert not came_along, f"{part.package} must work without {sorted(came_along)}"


def test_help_loads_nothing_heavy() -> None:
    done = _python(_HELP)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stderr)
    assert told["code"] in (0, None)
    assert "billing-tui" in done.stdout
    # The standard library's own build record has the machine in its name, so no list knows it.
    loaded = {name for name in told["loaded"] if not name.startswith("_sysconfigdata")}
    foreign = loaded - set(sys.stdlib_module_names) - HELP_MAY_LOAD
    assert not foreign, f"--help must not wait for {sorted(foreign)}"
    slow = set(told["loaded"]) & HELP_MAY_NOT_LOAD
    assert not slow, f"--help must not wait for {sorted(slow)}"
