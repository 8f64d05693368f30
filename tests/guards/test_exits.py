"""The exit codes are a promise to scripts: help and README tell the same."""

import re

from billing_tui.resources import asset_text
from tests.guards.project import ROOT


def test_readme_tells_every_exit_code() -> None:
    promised = dict(line.split(maxsplit=1) for line in asset_text("help/exits.txt").splitlines())
    assert list(promised) == [str(code) for code in range(10)]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (\d) \| (.+?) \|$", readme, flags=re.MULTILINE))
    assert told == promised, "README.md and assets/help/exits.txt differ"
