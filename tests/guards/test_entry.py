"""The console script: three packages of one place, or one clear sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from billing_tui.__main__ import scattered
from tests.guards.project import ROOT


def _start(*first_places: Path) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from billing_tui.__main__ import main\n"
        "sys.exit(main(['--help']))\n"
    )
    return subprocess.run(
        [sys.executable, "-c", program, *map(str, first_places)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_our_packages_belong_together() -> None:
    assert scattered() is None


@pytest.mark.parametrize("has_init", [True, False])
def test_a_stranger_of_the_same_name_is_named(tmp_path: Path, has_init: bool) -> None:
    stranger = tmp_path / "screens"
    stranger.mkdir()
    if has_init:
        (stranger / "__init__.py").write_text("raise SystemExit('the stranger ran')\n")
    else:
        # A folder without code only counts where no package of that name follows.
        (stranger / "note.txt").write_text("")
    done = _start(tmp_path)
    if has_init:
        assert done.returncode == 2
        assert str(tmp_path) in done.stderr
        assert done.stderr.count("\n") == 1
    else:
        assert "different places" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="core dumps are of Unix")
def test_a_crash_leaves_no_memory_on_disk() -> None:
    code = (
        "import resource; from billing_tui.__main__ import main; main([]);"
        " print(resource.getrlimit(resource.RLIMIT_CORE))"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.splitlines()[-1] == "(0, 0)"
