"""The layout is fixed, so that anyone finds a behaviour by its noun."""

from pathlib import Path

import pytest

from tests.guards.project import PACKAGES, ROOT, files, refuse

LONGEST = 400
TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "assets",
    "billing_tui",
    "pyproject.toml",
    "requirements-dev.lock",
    "requirements.lock",
    "screens",
    "storage",
    "tests",
}
TEST_FLOORS = {"bench", "domain", "guards", "services", "sim", "store", "ui"}


def test_no_file_is_long() -> None:
    lengths = {
        path: len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in files()
        if path.suffix in {".py", ".tcss"}
    }
    refuse(
        f"An area that outgrows {LONGEST} lines becomes a folder of the same name:",
        (f"{path}: {length} lines" for path, length in lengths.items() if length > LONGEST),
    )


def test_nothing_new_at_the_top() -> None:
    refuse(
        "The top level is fixed; a new thing belongs into one of its folders:",
        {path.parts[0] for path in files()} - TOP_LEVEL,
    )


def test_the_top_is_complete() -> None:
    refuse("The project needs these at its top:", TOP_LEVEL - {path.parts[0] for path in files()})


def test_tests_mirror_the_floors() -> None:
    folders = {
        path.parts[1] for path in files() if path.parts[0] == "tests" and len(path.parts) > 2
    }
    refuse("Tests lie on the floor they test:", folders - TEST_FLOORS)


def test_tests_are_no_packages() -> None:
    refuse(
        "Tests are found by path (importlib mode); __init__.py would make equal names collide:",
        (str(path) for path in files() if path.parts[0] == "tests" and path.name == "__init__.py"),
    )


def test_code_folders_are_packages() -> None:
    folders = {
        path.parent for path in files() if path.suffix == ".py" and path.parts[0] in PACKAGES
    }
    refuse(
        "Without __init__.py a folder merges with any other of its name on the machine:",
        (str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()),
    )


@pytest.mark.parametrize("package", PACKAGES)
def test_packages_are_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").exists(), "Type checkers ignore a package without py.typed"


@pytest.mark.parametrize(
    ("name", "needed"),
    [
        ("README.md", "# "),
        ("CHANGELOG.md", "## [Unreleased]"),
        ("LICENSE", "MIT License"),
    ],
)
def test_papers_are_there(name: str, needed: str) -> None:
    paper = ROOT / name
    assert paper.exists(), f"{name} is missing"
    assert needed in Path(paper).read_text(encoding="utf-8"), f"{name} lacks {needed!r}"
