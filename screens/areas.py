"""The areas of the console: one mode each, one letter after `g`, loaded when first seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Area:
    name: str
    title: str
    letter: str
    module: str
    screen: str

    def make(self) -> Screen[Any]:
        made: Screen[Any] = getattr(import_module(f"screens.{self.module}"), self.screen)()
        return made


AREAS = (
    Area("home", "Home", "h", "home", "HomeScreen"),
    Area("customers", "Customers", "c", "customers", "CustomersScreen"),
    Area("departments", "Departments", "d", "departments", "DepartmentsScreen"),
    Area("audit", "Audit", "a", "audit", "AuditScreen"),
    Area("alerts", "Alerts", "l", "alerts", "AlertsScreen"),
    Area("settings", "Settings", "s", "settings", "SettingsScreen"),
)
BY_NAME = {area.name: area for area in AREAS}
BY_LETTER = {area.letter: area for area in AREAS}


def modes() -> dict[str, Callable[[], Screen[Any]]]:
    return {area.name: area.make for area in AREAS}
