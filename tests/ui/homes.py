"""Homes that are made once and put back as they were before each test.

A home stays at its path, since keys are filed under the path of their store.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from tests.ui.terminals import ROOT, environment_of

# Paths are seen on screen, so they are equally long everywhere.
_TEMP = "/tmp" if os.name == "posix" else None
PREFIX = "office-"


class Kept:
    """One home, and how it looked when it was done."""

    def __init__(self) -> None:
        self.home = new_home()
        self._copy = new_home()

    def keep(self) -> None:
        shutil.copytree(self.home, self._copy, dirs_exist_ok=True, symlinks=True)

    def put_back(self) -> Path:
        shutil.rmtree(self.home)
        shutil.copytree(self._copy, self.home, symlinks=True)
        return self.home


def new_home() -> Path:
    home = Path(mkdtemp(prefix=PREFIX, dir=_TEMP))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def run(home: Path, *words: str, **environment: str) -> Any:
    """A command in a process of its own, which has to work; gives the document it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "billing_tui", *words, "--json"],
        cwd=ROOT,
        env=environment_of(home) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def secret(home: Path, text: str) -> Path:
    """A file only its owner can read."""
    path = home / "secret"
    path.write_text(f"{text}\n", encoding="utf-8")
    path.chmod(0o600)
    return path
