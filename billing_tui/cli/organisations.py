"""`billing-tui organisations`, `entities` and `settings`: who bills, and by which rules."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from billing_tui.domain.errors import InputError
from billing_tui.domain.organisations import (
    Address,
    Entity,
    EntityChange,
    EntityDraft,
    Organisation,
    OrganisationChange,
)
from billing_tui.domain.tax_ids import TaxId

from .listing import listed
from .parsing import Argument, Commands, argument, paged

if TYPE_CHECKING:
    from .context import Context

_VERSION = argument("--version", type=int, help="refuse if it is no longer this version")
_CODE = argument("code", help="the entity's short code, such as MAIN")
_DETAILS: tuple[Argument, ...] = (
    argument("--country", metavar="CODE", help="two letters, such as DE"),
    argument("--currency", metavar="CODE", help="what it bills in unless told otherwise"),
    argument("--line", action="append", metavar="TEXT", help="a line of its address; repeat it"),
    argument("--postcode", help="of its address"),
    argument("--city", help="of its address"),
    argument("--region", help="of its address"),
    argument(
        "--tax-id", action="append", metavar="COUNTRY:NUMBER", help="such as DE:136695976; repeat"
    ),
)


class TaxIdUnclear(InputError):
    def __init__(self, text: str) -> None:
        super().__init__("Tax number unclear", f"{text[:60]!r} must be COUNTRY:NUMBER.")


def register(tree: Commands) -> None:
    group = tree.group("organisations", "the organisation you work for")
    group.add("list", list_organisations, "organisations you belong to", paged)
    group.add("show", show_organisation, "show the organisation")
    group.add(
        "create",
        create_organisation,
        "found another one in this store; you are its first admin",
        argument("--name", required=True, help="what it is called"),
        argument("--entity", metavar="NAME", help="its legal entity, if not called the same"),
        argument("--currency", metavar="CODE", help="such as EUR; else as here, like the rest"),
        argument("--country", metavar="CODE", help="of the legal entity, such as DE"),
        argument("--locale", help="such as en or de"),
        argument("--zone", help="such as Europe/Berlin"),
        cases=("organisations.create",),
    )
    group.add(
        "edit",
        edit_organisation,
        "change the organisation",
        argument("--name", help="a new name"),
        argument("--currency", metavar="CODE", help="only while the books are empty"),
        argument("--locale", help="such as en or de"),
        argument("--zone", help="such as Europe/Berlin; dates already given stay, say why"),
        argument("--production", action="store_true", default=None, help="its books become real"),
        _VERSION,
        cases=("organisations.edit",),
    )
    entities = tree.group("entities", "legal entities that issue documents")
    entities.add("list", list_entities, "list legal entities", paged)
    entities.add("show", show_entity, "show a legal entity", _CODE)
    entities.add(
        "create",
        create_entity,
        "add a legal entity",
        _CODE,
        argument("--name", required=True, help="as on the invoice"),
        *_DETAILS,
        cases=("entities.create",),
    )
    entities.add(
        "edit",
        edit_entity,
        "change a legal entity",
        _CODE,
        argument("--name", help="a new name"),
        *_DETAILS,
        _VERSION,
        cases=("entities.edit",),
    )
    settings = tree.group("settings", "settings of the organisation")
    name = argument("name", help="as `settings list` shows it")
    settings.add("list", list_settings, "show all settings")
    settings.add("show", show_setting, "show one setting and what it takes", name)
    settings.add(
        "set",
        set_setting,
        "change a setting",
        name,
        argument("value", help="as `settings show` says"),
        cases=("settings.set",),
    )


def list_organisations(context: Context, args: Namespace) -> None:
    from billing_tui.bootstrap import organisations_of

    found = organisations_of(context.settings, context.credentials)
    columns = [("name", lambda one: one.name), ("id", lambda one: one.id)]
    listed(context.out, args, found, lambda one: str(one.id), columns)


def show_organisation(context: Context, _args: Namespace) -> None:
    _show_organisation(context, context.services.organisations.show())


def create_organisation(context: Context, args: Namespace) -> None:
    from billing_tui.services.setup import Founding

    here = context.services.organisations.show()
    founding = Founding(
        args.name,
        args.entity or args.name,
        args.currency or here.currency,
        (here.entities[0].country if here.entities else "")
        if args.country is None
        else args.country,
        args.locale or here.locale,
        args.zone or here.zone,
    )
    made = context.services.organisations.create(context.request(), founding)
    _show_organisation(context, made)
    context.out.aside(f"Work there by `--organisation {made.id}`, and here by `{here.id}`.")


def edit_organisation(context: Context, args: Namespace) -> None:
    change = OrganisationChange(
        args.name, args.currency, args.locale, args.zone, args.production, args.version
    )
    _show_organisation(context, context.services.organisations.edit(context.request(), change))


def _show_organisation(context: Context, found: Organisation) -> None:
    context.out.show(
        found,
        [
            ("name", found.name),
            ("currency", found.currency),
            ("locale", found.locale),
            ("zone", found.zone),
            ("production", found.production),
            ("entities", [entity.code for entity in found.entities]),
            ("id", found.id),
            ("version", found.version),
        ],
    )


def list_entities(context: Context, args: Namespace) -> None:
    listed(
        context.out,
        args,
        context.services.entities.list(),
        lambda one: one.code,
        [
            ("code", lambda one: one.code),
            ("name", lambda one: one.name),
            ("country", lambda one: one.country),
            ("currency", lambda one: one.currency),
        ],
    )


def show_entity(context: Context, args: Namespace) -> None:
    _show_entity(context, context.services.entities.show(args.code))


def create_entity(context: Context, args: Namespace) -> None:
    draft = EntityDraft(
        args.code,
        args.name,
        args.country or "",
        args.currency or context.services.organisations.show().currency,
        _address(args) or Address(),
        _tax_ids(args) or (),
    )
    _show_entity(context, context.services.entities.create(context.request(), draft))


def edit_entity(context: Context, args: Namespace) -> None:
    before = context.services.entities.show(args.code)
    change = EntityChange(
        args.name,
        args.country,
        args.currency,
        _address(args, before.address),
        _tax_ids(args),
        args.version,
    )
    after = context.services.entities.edit(context.request(), args.code, change)
    _show_entity(context, after)


def _address(args: Namespace, before: Address = Address()) -> Address | None:  # noqa: B008 - frozen
    given = (args.line, args.postcode, args.city, args.region)
    if all(part is None for part in given):
        return None
    return Address(
        before.lines if args.line is None else tuple(args.line),
        before.postcode if args.postcode is None else args.postcode,
        before.city if args.city is None else args.city,
        before.region if args.region is None else args.region,
    )


def _tax_ids(args: Namespace) -> tuple[TaxId, ...] | None:
    if args.tax_id is None:
        return None
    parts = [(text, *text.partition(":")) for text in args.tax_id if text]
    for text, place, _, number in parts:
        if not place or not number:
            raise TaxIdUnclear(text)
    return tuple(TaxId(place, number) for _, place, _, number in parts)


def _show_entity(context: Context, found: Entity) -> None:
    address = found.address
    place = " ".join(part for part in (address.postcode, address.city, address.region) if part)
    context.out.show(
        found,
        [
            ("code", found.code),
            ("name", found.name),
            ("address", "\n".join([*address.lines, place]).strip()),
            ("country", found.country),
            ("currency", found.currency),
            ("tax ids", [f"{one.country}:{one.number}" for one in found.tax_ids]),
            ("closed through", found.closed_through),
            ("version", found.version),
        ],
    )


def show_setting(context: Context, args: Namespace) -> None:
    one = context.services.settings.get(args.name)
    facts = [("value", one.value), ("default", one.default), ("takes", one.takes)]
    context.out.show(one, [("name", one.name), *facts, ("about", one.about)])


def list_settings(context: Context, _args: Namespace) -> None:
    found = context.services.settings.list()
    rows = [(one.name, str(one.value), str(one.default), one.about) for one in found]
    context.out.page(found, None, ("name", "value", "default", "about"), rows)


def set_setting(context: Context, args: Namespace) -> None:
    one = context.services.settings.set(context.request(), args.name, args.value)
    context.out.show(one, [("name", one.name), ("value", one.value)])
