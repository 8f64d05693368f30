"""Every screen as it stands, in characters at three sizes, and a few of them in their colours."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from tests.ui.office import Office
from tests.ui.pictures import svg_of
from tests.ui.scenes import SCENES, Scene
from tests.ui.seat import Seat, seated

SIZES = [(80, 24), (120, 36), (200, 60)]
LOOKS = ["billing-dark", "billing-light", "no-color"]
_HOME = re.compile("office-[a-z0-9_]{8}")
# Hashes of salted values and of paths are others each time; what is left of one at the end of a
# line is too.
_HASH = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}\b")


class AsText(SingleFileSnapshotExtension):
    """One file a scene and size, so that a change reads as the screen does."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


class AsSvg(AsText):
    file_extension = "svg"


@asynccontextmanager
async def playing(scene: Scene, size: tuple[int, int], **more: Any) -> AsyncIterator[Seat]:
    async with seated(size, **more) as seat:
        await scene.drive(seat)
        await seat.settled()
        yield seat


def named(value: Any) -> str:
    return value.name if isinstance(value, Scene) else "x".join(map(str, value))


def with_office(scenes: list[Scene]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("scene", "office"),
        [pytest.param(scene, scene.world, id=scene.name) for scene in scenes],
        indirect=["office"],
    )


@pytest.mark.parametrize("size", SIZES, ids=named)
@with_office([scene for scene in SCENES if not scene.local])
async def test_screen(
    scene: Scene, size: tuple[int, int], office: Office, snapshot: SnapshotAssertion
) -> None:
    async with playing(scene, size) as seat:
        refuse_two_meanings(seat)
        text = seat.text
    assert len(text.split("\n")) == size[1]
    assert still(text) + "\n" == snapshot(extension_class=AsText)


@pytest.mark.parametrize("look", LOOKS)
@with_office([scene for scene in SCENES if scene.looks])
async def test_look(scene: Scene, look: str, office: Office, snapshot: SnapshotAssertion) -> None:
    theme = look
    if look == "no-color":
        office.patch.setenv("NO_COLOR", "1")
        theme = ""
    async with playing(scene, (100, 30), theme=theme) as seat:
        svg = svg_of(seat.app)
    assert still(svg) == snapshot(extension_class=AsSvg)


def still(drawn: str) -> str:
    """Without what is drawn by lot."""
    named = _HOME.sub("office-00000000", drawn)
    return _HASH.sub(lambda found: "0" * len(found[0]), named)


def refuse_two_meanings(seat: Seat) -> None:
    """Of what has the focus up to the program, one key in the footer means one thing."""
    seen: dict[str, str] = {}
    for node, bindings in seat.app.screen._modal_binding_chain:
        ours = type(node).__module__.startswith(("screens", "billing_tui"))
        for key, found in bindings.key_to_bindings.items() if ours else ():
            if found[0].show:
                said = seen.setdefault(key, found[0].action)
                assert said == found[0].action, f"{key} is {said}, and {found[0].action} of {node}"
