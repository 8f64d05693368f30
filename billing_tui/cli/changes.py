"""Changed fields as commands take them: one JSON object, or `--set field=value`."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from billing_tui.domain.errors import InputError

from .parsing import argument

if TYPE_CHECKING:
    from .context import Context

_LISTS = frozenset({"tags"})


class NothingToChange(InputError):
    def __init__(self) -> None:
        super().__init__("Nothing to change", "Name what changes with --set or --file.")


class SettingUnclear(InputError):
    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__("Change not understood", f"{text[:60]!r}: write it as field=value.")


def changing(parser: ArgumentParser) -> None:
    parser.add_argument("--file", metavar="FILE", help="one JSON object of what changes, - = stdin")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="one field; tags between commas, meta_data.key=value for one key",
    )


VERSION = argument(
    "--version", type=int, help="the version you saw; without it the one there is now"
)


def changes_from(
    context: Context, args: Namespace, whole: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """What is asked for. `whole` holds the objects of which one member may be set alone."""
    found: dict[str, Any] = {}
    if args.file:
        data = context.read_json(args.file)
        if not isinstance(data, dict):
            raise SettingUnclear(str(data))
        found |= data
    for text in args.set:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise SettingUnclear(text)
        area, dot, member = name.partition(".")
        if dot and area in whole:
            found.setdefault(area, dict(whole[area]))
            _set_member(found[area], member, value)
        elif name in _LISTS:
            found[name] = [part.strip() for part in value.split(",") if part.strip()]
        else:
            found[name] = value
    if not found:
        raise NothingToChange
    return found


def _set_member(members: dict[str, Any], member: str, value: str) -> None:
    """An empty value takes the member away."""
    if value:
        members[member] = value
    else:
        members.pop(member, None)
