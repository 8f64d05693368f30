"""Every key of the console, found in the classes that have it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType

from textual.binding import Binding, BindingType
from textual.dom import DOMNode

import screens
from billing_tui import app


def modules(package: ModuleType) -> Iterator[ModuleType]:
    yield package
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield importlib.import_module(found.name)


@cache
def classes() -> tuple[type[DOMNode], ...]:
    """Whatever can have keys, each once, in the file that defines it."""
    return tuple(
        found
        for module in (*modules(screens), *modules(app))
        for _name, found in inspect.getmembers(module, inspect.isclass)
        if issubclass(found, DOMNode) and found.__module__ == module.__name__
    )


def own_bindings(owner: type[DOMNode]) -> list[Binding]:
    written: list[BindingType] = vars(owner).get("BINDINGS", [])
    return list(Binding.make_bindings(written))


def every_key() -> list[str]:
    """Those of our classes and of what they are made from, each once."""
    owners = {base for owner in classes() for base in owner.__mro__ if issubclass(base, DOMNode)}
    return sorted({binding.key for owner in owners for binding in own_bindings(owner)})
