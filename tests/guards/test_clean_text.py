"""Nothing in the project may depend on the machine or the network it was written on."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guards.project import ROOT, files, refuse

# Written in pieces, so that this file does not find itself.
_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "ana" + "conda.org")
_OPTIONS = ("--index" + "-url", "--extra-index" + "-url", "--find" + "-links")
_USERS = ("/ho" + "me/", "/ro" + "ot/", "/Us" + "ers/")
_USER_PATH = re.compile(rf"(?<![\w.])(?:[A-Z]:)?(?:{'|'.join(_USERS)})\w")


def lines() -> Iterator[tuple[str, str]]:
    for path in files():
        text = (ROOT / path).read_bytes()
        if b"\0" in text:  # a font or a picture
            continue
        for number, line in enumerate(text.decode(errors="replace").splitlines(), 1):
            yield f"{path}:{number}", line


def machine_path(line: str) -> bool:
    here = [str(place) for place in (ROOT, Path(sys.prefix)) if len(place.parts) > 2]
    return bool(_USER_PATH.search(line.replace("\\", "/"))) or any(place in line for place in here)


def test_no_registry_is_named() -> None:
    refuse(
        "Which package index is used is the machine's business:",
        (
            place
            for place, line in lines()
            if any(name in line for name in _HOSTS)
            or (any(option in line for option in _OPTIONS) and "--no-emit" not in line)
        ),
    )


def test_no_path_of_one_machine() -> None:
    refuse(
        "A path of one machine is wrong on every other:",
        (place for place, line in lines() if machine_path(line)),
    )


@pytest.mark.parametrize("start", [*_USERS, "C:\\" + _USERS[-1][1:]])
def test_machine_paths_are_seen(start: str) -> None:
    assert machine_path(f"open('{start}ada/x')")


@pytest.mark.parametrize("harmless", ["GET /v1/home/x", "usr/share", "a/home/b", "~/.config"])
def test_other_paths_are_not(harmless: str) -> None:
    assert not machine_path(harmless)
