"""The pages of the settings: what each is called and about, loaded when first seen."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .part import Part


@dataclass(frozen=True, slots=True)
class SettingsPage:
    name: str
    title: str
    about: str
    module: str
    part: str

    def make(self) -> Part[Any]:
        made: Part[Any] = getattr(import_module(f"{__package__}.{self.module}"), self.part)()
        return made


PAGES = (
    SettingsPage("organisation", "Organisation", "whose books these are",
                 "organisation", "OrganisationPart"),
    SettingsPage("entities", "Legal entities", "who issues documents", "entities", "EntitiesPart"),
    SettingsPage("people", "People", "who works here, with which roles", "people", "PeoplePart"),
    SettingsPage("roles", "Roles", "what each role may do", "roles", "RolesPart"),
    SettingsPage("general", "General", "rules of the organisation", "values", "GeneralPart"),
    SettingsPage("features", "Features", "what is switched on, and for whom",
                 "features", "FeaturesPart"),
    SettingsPage("jobs", "Jobs", "what runs by itself, and when", "jobs", "JobsPart"),
    SettingsPage("retention", "Retention", "how long technical rows are kept",
                 "values", "RetentionPart"),
    SettingsPage("credentials", "Credentials", "where this machine keeps secrets",
                 "credentials", "CredentialsPart"),
    SettingsPage("appearance", "Appearance", "the colours of this console",
                 "appearance", "AppearancePart"),
    SettingsPage("you", "You", "your name, roles, password and lock", "you", "YouPart"),
    SettingsPage("about", "About", "versions, and where things lie", "about", "AboutPart"),
)  # fmt: skip
BY_NAME = {page.name: page for page in PAGES}
