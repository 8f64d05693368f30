from pathlib import Path

import pytest

from billing_tui import resources
from tests.guards.project import ROOT


def test_the_checkouts_asset_is_found() -> None:
    assert resources.asset("help/exits.txt") == ROOT / "assets/help/exits.txt"
    kept = (ROOT / "assets/help/exits.txt").read_text(encoding="utf-8")
    assert resources.asset_text("help/exits.txt") == kept


def test_the_packaged_copy_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged, checkout = tmp_path / "packaged", tmp_path / "checkout"
    for folder in (packaged, checkout):
        folder.mkdir()
        (folder / "keys.txt").write_text(folder.name)
    (checkout / "only.txt").write_text("")
    monkeypatch.setattr(resources, "_FOLDERS", (packaged, checkout))
    assert resources.asset_text("keys.txt") == "packaged"
    assert resources.asset("only.txt") == checkout / "only.txt"


@pytest.mark.parametrize("name", ["no/such.txt", "../README.md", "/etc/hosts"])
def test_only_assets_are_given_out(name: str) -> None:
    with pytest.raises(resources.AssetMissing, match="carries no file"):
        resources.asset(name)
