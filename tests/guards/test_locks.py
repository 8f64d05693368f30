"""The locks decide what is installed: complete, pinned by hash, the same in both files."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.guards.project import ROOT, refuse

LOCKS = ("requirements.lock", "requirements-dev.lock")
_PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)")


@dataclass(frozen=True)
class Pin:
    name: str
    version: Version
    hashes: int


@cache
def pins(lock: str) -> dict[str, list[Pin]]:
    """Name to its pins; a universal lock may pin one name differently per platform."""
    found: dict[str, list[Pin]] = {}
    text = (ROOT / lock).read_text(encoding="utf-8")
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text):
        if match := _PIN.match(entry):
            name = canonicalize_name(match["name"])
            pin = Pin(name, Version(match["version"]), entry.count("--hash=sha256:"))
            found.setdefault(name, []).append(pin)
    return found


def wanted(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = list(project["project"]["dependencies"])
    if lock == "requirements-dev.lock":
        names += project["project"]["optional-dependencies"]["dev"]
        names += project["build-system"]["requires"]
    return [Requirement(name) for name in names]


@pytest.mark.parametrize("lock", LOCKS)
def test_dependencies_are_locked(lock: str) -> None:
    locked = pins(lock)
    refuse(
        f"{lock} no longer fits pyproject.toml; run make lock:",
        (
            str(requirement)
            for requirement in wanted(lock)
            if not any(
                requirement.specifier.contains(pin.version, prereleases=True)
                for pin in locked.get(canonicalize_name(requirement.name), ())
            )
        ),
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_pins_have_hashes(lock: str) -> None:
    refuse(
        "A pin without a hash is whatever the index says today:",
        (pin.name for found in pins(lock).values() for pin in found if not pin.hashes),
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address_of_an_index(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text, f"{lock} names an address; where packages come from is set outside"


def test_one_version_for_running_and_developing() -> None:
    running, developing = (pins(lock) for lock in LOCKS)
    refuse(
        "What is tested must be what runs; run make lock:",
        (
            name
            for name, pin in running.items()
            if _versions(developing.get(name)) != _versions(pin)
        ),
    )


def _versions(found: list[Pin] | None) -> set[Version]:
    return {pin.version for pin in found or ()}


def test_the_build_backend_is_locked() -> None:
    # Installing ourselves without build isolation needs both.
    assert {"hatchling", "editables"} <= set(pins("requirements-dev.lock"))
