"""Every key of the console has a name in assets/keymap.toml, by which people may change it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen

from billing_tui.app import BillingApp, keymap
from screens.lock import LockScreen
from tests.guards.project import refuse
from tests.keys import classes, own_bindings

# Keys that mean the same everywhere, so nothing on a screen takes them for something else.
OWNED = {binding.key for binding in BillingApp.BINDINGS if isinstance(binding, Binding)}


def everything() -> Iterator[tuple[type[DOMNode], Binding]]:
    for owner in classes():
        for binding in own_bindings(owner):
            yield owner, binding


def written(owner: type[DOMNode]) -> list[Binding]:
    """As they stand in the file: one key, or several joined by commas."""
    return [one for one in vars(owner).get("BINDINGS", []) if isinstance(one, Binding)]


def test_the_file_names_every_key() -> None:
    there = {one.id: one.key for owner in classes() for one in written(owner) if one.id}
    kept = keymap.defaults()
    refuse(
        "assets/keymap.toml and the bindings with an id must say the same:",
        (
            f"{id} is {there.get(id, 'none')!r} in the code and {kept.get(id, 'none')!r} there"
            for id in there.keys() | kept.keys()
            if there.get(id) != kept.get(id)
        ),
    )


def test_one_id_is_one_action() -> None:
    seen: dict[str, str] = {}
    refuse(
        "An id that stands for two actions cannot be given one key:",
        (
            f"{binding.id} is {binding.action!r} in {owner.__name__}, {seen[binding.id]!r} before"
            for owner, binding in everything()
            if binding.id and seen.setdefault(binding.id, binding.action) != binding.action
        ),
    )


def dialogs(owner: type[DOMNode]) -> bool:
    """They have no footer: their keys stand in their border and are always the same."""
    return issubclass(owner, ModalScreen)


def test_what_is_told_can_be_named_and_understood() -> None:
    refuse(
        "A key in the footer has an id to change it by and a tooltip that explains it:",
        (
            f"{owner.__module__}.{owner.__name__}: {binding.key}"
            for owner, binding in everything()
            if binding.show and binding.description and not dialogs(owner)
            if not (binding.id and binding.tooltip)
        ),
    )


@pytest.mark.parametrize("owner", classes(), ids=lambda owner: owner.__name__)
def test_no_key_means_two_things(owner: type[DOMNode]) -> None:
    keys = [binding.key for binding in own_bindings(owner)]
    refuse(f"{owner.__name__} binds a key twice:", {key for key in keys if keys.count(key) > 1})
    # What F1 opened it may close.
    taken = {one.key for one in own_bindings(owner) if one.action != "cancel"}
    # Behind the lock the keys of the program do nothing, so it has its own.
    if not issubclass(owner, BillingApp | LockScreen):
        refuse("These keys mean the same everywhere:", OWNED & taken)
