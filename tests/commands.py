"""A machine of its own for commands: an empty home, no keyring, quick password hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from billing_tui import bootstrap
from billing_tui.adapters.passwords import Argon2, Cost
from billing_tui.cli import run
from billing_tui.credentials import ring
from storage.engine import sqlite_module
from tests.stores import PASSWORD

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def doc(self) -> Any:
        return json.loads(self.out)


def bare(home: Path, patch: pytest.MonkeyPatch) -> None:
    """Make this process one of somebody at home in `home`, where nothing was set up yet."""
    for name in [name for name in os.environ if name.startswith(("BILLING_TUI_", "XDG_", "PG"))]:
        patch.delenv(name)
    patch.setenv("HOME", str(home))
    patch.setenv("LANG", "C.UTF-8")
    patch.delenv("LC_ALL", raising=False)
    patch.setattr(ring, "ALLOWED", {})
    patch.setattr(ring, "ALLOWED_ELSEWHERE", ())
    patch.setattr(bootstrap, "hasher", lambda: Argon2(Cost(1, 8, 1)))


class Machine:
    """Runs commands in this process, as somebody at home in `home` would."""

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, capture: pytest.CaptureFixture[str]
    ) -> None:
        self.home, self.patch, self._capture = home, patch, capture
        bare(home, patch)

    @property
    def store(self) -> Path:
        return self.home / ".local/share/billing-tui/billing.db"

    @property
    def state(self) -> Path:
        return self.home / ".local/state/billing-tui"

    def __call__(self, *argv: str | Path) -> Ran:
        self._capture.readouterr()
        code = run([str(word) for word in argv])
        told = self._capture.readouterr()
        assert "Traceback" not in told.out + told.err
        return Ran(code, told.out, told.err)

    def does(self, *argv: str | Path) -> Any:
        """The document of a command that has to work."""
        ran = self(*argv, "--json")
        assert ran.code == 0, ran
        return ran.doc

    def alone(self, *argv: str | Path, **variables: str) -> Ran:
        """The same in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "billing_tui", *map(str, argv)],
            cwd=ROOT,
            env=dict(os.environ) | variables,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert "Traceback" not in done.stdout + done.stderr
        return Ran(done.returncode, done.stdout, done.stderr)

    def behind_its_back(self, *statements: str, store: Path | None = None) -> list[Any]:
        """Change the store with no program between; gives the rows of the last statement."""
        with closing(sqlite_module().connect(store or self.store)) as raw, raw:
            rows: list[list[Any]] = [raw.execute(each).fetchall() for each in statements]
        return rows[-1]

    def secret(self, text: str = PASSWORD, name: str = "secret") -> Path:
        """A file only its owner can read."""
        path = self.home / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path
