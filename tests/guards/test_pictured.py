"""A screen of which no picture is kept can lose its look without anybody noticing."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from textual.screen import Screen

import screens
from screens.settings.pages import PAGES
from tests.ui.scenes import SCENES


def below(kind: type[Any]) -> Iterator[type[Any]]:
    for one in kind.__subclasses__():
        yield one
        yield from below(one)


def last_ones() -> set[str]:
    """The screens that nothing else is made of."""
    for module in pkgutil.walk_packages(screens.__path__, "screens."):
        import_module(module.name)
    ours = (one for one in below(Screen) if one.__module__.startswith("screens."))
    kinds = (one for one in ours if not one.__subclasses__())
    return {f"{one.__module__}.{one.__name__}".removeprefix("screens.") for one in kinds}


def test_every_screen_is_in_a_scene() -> None:
    missing = last_ones() - {scene.shows for scene in SCENES}
    assert not missing, f"of these no picture is kept; give each a scene: {sorted(missing)}"


def test_every_page_of_the_settings_is_in_a_scene() -> None:
    names = {scene.name for scene in SCENES}
    missing = {page.name for page in PAGES if f"settings-{page.name}" not in names}
    assert not missing, f"of these no picture is kept; give each a scene: {sorted(missing)}"


def test_no_two_scenes_have_one_name() -> None:
    names = [scene.name for scene in SCENES]
    assert len(names) == len(set(names))
