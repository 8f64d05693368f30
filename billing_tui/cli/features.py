"""Features that can be switched on and off."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError
from billing_tui.domain.features import GATES, RESERVED, Feature, FeatureChange, PercentageRefused
from billing_tui.domain.rights import Role

from .parsing import Commands, argument

if TYPE_CHECKING:
    from .context import Context


class NothingToSet(InputError):
    def __init__(self) -> None:
        super().__init__("Nothing to set", "Say --on, --off, --role, --everybody or --percentage.")


def register(tree: Commands) -> None:
    group = tree.group("features", "what is switched on, and for whom")
    group.add("list", list_features, "show all features, and the names kept for later")
    group.add(
        "set",
        change,
        "switch a feature on or off, for all or for some",
        argument("name", help="as `features list` shows it"),
        _switch,
        _people,
        argument("--percentage", metavar="N", help="on for N of 100 people, always the same ones"),
        cases=("features.set",),
    )


def _switch(parser: ArgumentParser) -> Action:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--on", action="store_const", const=True, dest="enabled", help="switch it on"
    )
    return either.add_argument(
        "--off", action="store_const", const=False, dest="enabled", help="switch it off"
    )


def _people(parser: ArgumentParser) -> Action:
    either = parser.add_mutually_exclusive_group()
    either.add_argument(
        "--role", action="append", metavar="ROLE", help="only for this role; repeat it for more"
    )
    return either.add_argument(
        "--everybody", action="store_const", const=[], dest="role", help="for all roles"
    )


def list_features(context: Context, _args: Namespace) -> None:
    features = context.services.features.all()
    kept = [{"name": name, "reserved": True} for name in RESERVED]
    rows = [(*_row(each), GATES[each.name]) for each in features]
    rows += [(name, "", "", "", "kept for later") for name in RESERVED]
    columns = ("feature", "on", "roles", "percentage", "about")
    context.out.page([*features, *kept], None, columns, rows)


def _row(feature: Feature) -> tuple[str, bool | str, object, int | str]:
    return feature.name, feature.enabled, feature.roles or "everybody", feature.percentage


def change(context: Context, args: Namespace) -> None:
    wanted = FeatureChange(args.enabled, _roles(args.role), _percentage(args.percentage))
    if wanted == FeatureChange():
        raise NothingToSet
    feature = context.services.features.set(context.request(), args.name, wanted)
    labels = ("feature", "on", "roles", "percentage")
    context.out.show(feature, list(zip(labels, _row(feature), strict=True)))


def _roles(typed: list[str] | None) -> tuple[Role, ...] | None:
    from billing_tui.domain.users import roles_named

    return None if typed is None else tuple(roles_named(typed))


def _percentage(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise PercentageRefused
    return int(text)
