"""The wheel is what people install: it must carry three packages, the assets and nothing else."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.project import PACKAGES, ROOT, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    folder = tmp_path_factory.mktemp("wheel")
    # The backend of this environment builds directly: no isolation, so no network.
    build = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert build.returncode == 0, build.stderr
    (made,) = folder.glob("*.whl")
    with zipfile.ZipFile(made) as opened:
        yield opened


def test_top_level_names(wheel: zipfile.ZipFile) -> None:
    tops = {Path(name).parts[0] for name in wheel.namelist()}
    (info,) = {top for top in tops if top.endswith(".dist-info")}
    assert tops - {info} == set(PACKAGES), "These names land in everybody's site-packages"
    assert info.startswith("billing_tui-")


def test_assets_are_inside(wheel: zipfile.ZipFile) -> None:
    inside = set(wheel.namelist())
    expected = {f"billing_tui/{path.as_posix()}" for path in files() if path.parts[0] == "assets"}
    assert expected, "the project has assets"
    assert expected <= inside


def test_types_and_code_are_inside(wheel: zipfile.ZipFile) -> None:
    expected = {
        path.as_posix()
        for path in files()
        if path.parts[0] in PACKAGES and (path.suffix == ".py" or path.name == "py.typed")
    }
    assert expected <= set(wheel.namelist())


def test_the_console_script(wheel: zipfile.ZipFile) -> None:
    (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "billing-tui = billing_tui.__main__:main" in wheel.read(entry).decode()
