"""Every screen as it stands, at three sizes: in characters, and in its colours in each look."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.actions import parse
from textual.dom import DOMNode
from textual.strip import Strip

from tests.ui import pictures
from tests.ui.office import Office
from tests.ui.pictures import LOOKS, NO_COLOR, colours, draw_anew, styles_of, wear, worn
from tests.ui.scenes import SCENES, Scene
from tests.ui.seat import Seat, seated
from tests.ui.stage import strips, words
from tests.ui.worlds import office_like

SIZES = [(120, 36), (80, 24), (200, 60)]
_HOME = re.compile("office-[a-z0-9_]{8}")
# Hashes of salted values and of paths are others each time; what is left of one at the end of a
# line is too.
_HASH = re.compile(r"\b(?=[0-9a-f]*[0-9])[0-9a-f]{8,64}\b")
_BY_NAME = {scene.name: scene for scene in SCENES}


def _sized(size: tuple[int, int]) -> str:
    return "x".join(map(str, size))


class AsText(SingleFileSnapshotExtension):
    """One file a scene and size, so that a change reads as the screen does, and one for what it
    looks like in all of them."""

    _write_mode = WriteMode.TEXT
    file_extension = "txt"


@pytest.fixture(autouse=True)
def _still(monkeypatch: pytest.MonkeyPatch) -> None:
    pictures.stand_still(monkeypatch)


@asynccontextmanager
async def playing(scene: Scene, size: tuple[int, int] = SIZES[0]) -> AsyncIterator[Seat]:
    async with seated(size) as seat:
        await scene.drive(seat)
        await seat.settled()
        yield seat


def with_office(scenes: list[Scene]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        ("scene", "office"),
        [pytest.param(scene, scene.world, id=scene.name) for scene in scenes],
        indirect=["office"],
    )


@with_office(SCENES)
async def test_scene(scene: Scene, office: Office, snapshot: SnapshotAssertion) -> None:
    texts: dict[str, str] = {}
    looks: dict[str, list[list[list[str]]]] = {}
    async with playing(scene) as seat:
        assert _called(type(seat.app.screen)) == scene.shows
        refuse_two_meanings(seat)
        for size in SIZES:
            await seat.pilot.resize_terminal(*size)
            await seat.settled()
            taken = await in_each_look(seat)
            looks[_sized(size)] = [styles_of(taken[look]) for look in LOOKS]
            texts |= _different({look: text_of(taken[look]) for look in LOOKS}, _sized(size))
    for name, text in texts.items():
        assert still(text) + "\n" == snapshot(name=name, extension_class=AsText)
    assert colours(looks) == snapshot(name="colours", extension_class=AsText)


async def in_each_look(seat: Seat) -> dict[str, list[Strip]]:
    """Beginning with the one it is in, since another one is drawn anew as a whole."""
    taken = {}
    for look in LOOKS if worn(seat.app) == LOOKS[0] else reversed(LOOKS):
        wear(seat.app, look)
        taken[look] = await drawn(seat)
    return taken


async def drawn(seat: Seat) -> list[Strip]:
    """What stands behind a dialog is laid out in several steps, as its lines come to be known."""
    before: list[Strip] = []
    while True:
        await seat.settled()
        draw_anew(seat.app)
        now = strips(seat.app)
        if now == before or len(seat.app.screen_stack) == 1:
            return now
        before = now


def text_of(drawn: Sequence[Strip]) -> str:
    return "\n".join(words(drawn))


def _different(texts: Mapping[str, str], size: str) -> dict[str, str]:
    """Once, where the words are the same in each look."""
    if len(set(texts.values())) == 1:
        return {size: texts[LOOKS[0]]}
    return {f"{size} {look}": text for look, text in texts.items()}


@pytest.mark.parametrize("size", SIZES[1:], ids=_sized)
@pytest.mark.parametrize("name", ["home", "customers", "failed", "wizard-code"])
async def test_a_terminal_made_larger_or_smaller_shows_what_one_that_began_so_does(
    name: str, size: tuple[int, int]
) -> None:
    scene = _BY_NAME[name]
    with office_like(scene.world):
        async with playing(scene) as seat:
            await seat.pilot.resize_terminal(*size)
            resized = await drawn(seat)
    with office_like(scene.world):
        async with playing(scene, size) as seat:
            assert resized == await drawn(seat)


@pytest.mark.parametrize("name", ["customers", "customer-wrong"])
async def test_a_look_taken_off_is_the_one_that_the_environment_asks_for(name: str) -> None:
    """What is kept of NO_COLOR is drawn in a console that began with colours."""
    scene = _BY_NAME[name]
    with office_like(scene.world):
        async with playing(scene) as seat:
            wear(seat.app, NO_COLOR)
            worn = await drawn(seat)
    with office_like(scene.world) as office:
        office.patch.setenv("NO_COLOR", "1")
        async with playing(scene) as seat:
            assert seat.app.no_color
            assert worn == await drawn(seat)


def _called(kind: type[object]) -> str:
    return f"{kind.__module__}.{kind.__name__}".removeprefix("screens.")


def still(drawn: str) -> str:
    """Without what is drawn by lot."""
    named = _HOME.sub("office-00000000", drawn)
    return _HASH.sub(lambda found: "0" * len(found[0]), named)


def _does_something(node: DOMNode, action: str) -> bool:
    _where, name, given = parse(action)
    return node.check_action(name, given) is not False


def refuse_two_meanings(seat: Seat) -> None:
    """Of what has the focus up to the program, one key in the footer means one thing."""
    seen: dict[str, str] = {}
    for node, bindings in seat.app.screen._modal_binding_chain:
        ours = type(node).__module__.startswith(("screens", "billing_tui"))
        for key, found in bindings.key_to_bindings.items() if ours else ():
            if found[0].show and _does_something(node, found[0].action):
                said = seen.setdefault(key, found[0].action)
                assert said == found[0].action, f"{key} is {said}, and {found[0].action} of {node}"
