"""Settings on screen: the organisation, its people, what runs by itself, and this machine."""

from .screen import SettingsScreen

__all__ = ["SettingsScreen"]
