"""The settings of an organisation: one table of what there is, what each may say and its default.

What belongs to one machine (the store's address, the state folder, the log) is no part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .errors import InputError, NotFound
from .money import Rounding
from .retention import LONGEST_DAYS, RETENTION, checked_days, setting_name

Value = int | str


class UnknownSetting(NotFound):
    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(
            "Unknown setting",
            f"{name[:60]!r} is no setting. See them all with `billing-tui settings list`.",
        )


class SettingRefused(InputError):
    def __init__(self, name: str, takes: str) -> None:
        self.name, self.takes = name, takes
        super().__init__("Setting not usable", f"{name} takes {takes}.")


@dataclass(frozen=True, slots=True)
class Known:
    """`read` makes the value of what was typed, or raises ValueError."""

    name: str
    about: str
    takes: str
    default: Value
    read: Callable[[str], Value]


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError
        return int(text)

    return read


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError
        return text.lower()

    return read


def _days(kind: str) -> Callable[[str], int]:
    return lambda text: checked_days(kind, _whole(0, LONGEST_DAYS)(text))


_ROUNDINGS = tuple(mode.value for mode in Rounding)

SETTINGS = {
    one.name: one
    for one in (
        Known(
            "console.idle_lock",
            "minutes without a key until the console locks; 0 never",
            "0 to 480 minutes",
            15,
            _whole(0, 480),
        ),
        Known(
            "money.rounding",
            "how halves are rounded on documents made from now on",
            " or ".join(_ROUNDINGS),
            Rounding.HALF_AWAY.value,
            _one_of(*_ROUNDINGS),
        ),
        Known(
            "provider.ugx_exponent",
            "decimal places the payment provider counts in UGX; none refuses it",
            "0, 2 or none",
            "none",
            _one_of("0", "2", "none"),
        ),
        *(
            Known(
                setting_name(kind),
                f"days to keep {kept.about}",
                f"{kept.least_days} to {LONGEST_DAYS} days",
                kept.days,
                _days(kind),
            )
            for kind, kept in RETENTION.items()
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: Value
    default: Value
    about: str
    takes: str


def known_setting(name: str) -> Known:
    if name not in SETTINGS:
        raise UnknownSetting(name)
    return SETTINGS[name]


def checked_setting(name: str, text: str) -> Value:
    one = known_setting(name)
    try:
        return one.read(text.strip())
    except (ValueError, InputError):
        raise SettingRefused(name, one.takes) from None


def effective(name: str, stored: Value) -> Value:
    """A stored value that no longer holds counts as absent, so that no typo stops a program."""
    one = known_setting(name)
    try:
        return one.read(str(stored))
    except (ValueError, InputError):
        return one.default
