"""What a draft must be before it may be saved; everything that is wrong is said at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar

from billing_tui.domain.countries import country
from billing_tui.domain.currencies import currency
from billing_tui.domain.fields import (
    FieldError,
    FieldRefused,
    FieldsRefused,
    Findings,
    checked_code,
    checked_text,
)
from billing_tui.domain.tax_ids import TaxId, checked_tax_id
from billing_tui.domain.terms import PaymentTerms
from billing_tui.domain.text import refuse_cards, sort_key

from .records import EDITABLE, Address, Allocation, Contact, CustomerDraft

R = TypeVar("R")
NAME, NUMBER, NOTE, REASON = 200, 32, 10_000, 500
ADDRESSES, ADDRESS_LINES, ADDRESS_TEXT, POSTCODE = 20, 6, 100, 16
CONTACTS, CONTACT_TEXT, PHONE, EMAIL = 50, 100, 40, 254
TAX_IDS, ALLOCATIONS, PERCENT_PLACES = 10, 100, 6
TAGS, TAG = 20, 40
META_DATA, META_VALUE = 50, 500
_META_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
_RESERVED = frozenset({"metadata"})
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
_EMAIL = re.compile(
    r"[^\s@\"<>(),;:\\\[\]]{1,64}@[^\s@\"<>(),;:\\\[\]]+\.[^\s@\"<>(),;:\\\[\].]{2,}"
)


class DraftRefused(FieldsRefused):
    """A customer's draft cannot be used; `errors` says why, field by field."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        super().__init__("The customer", errors)


def checked_draft(draft: CustomerDraft) -> CustomerDraft:
    """The draft in the form that is kept, or DraftRefused with all its errors."""
    kept, errors = examined(draft)
    if errors:
        raise DraftRefused(errors)
    return kept


def checked_changes(draft: CustomerDraft, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changed fields in the form that is kept; what stays is not judged again."""
    strange = [
        FieldError(name, "cannot be changed here.") for name in changes if name not in EDITABLE
    ]
    if strange:
        raise DraftRefused(strange)
    kept, errors = examined(replace(draft, **changes))
    asked = set(changes) | ({"credit_limit"} if "currency" in changes else set())
    told = [error for error in errors if re.split(r"[.\[]", error.field)[0] in asked]
    if told:
        raise DraftRefused(told)
    return {name: getattr(kept, name) for name in changes}


def examined(draft: CustomerDraft) -> tuple[CustomerDraft, tuple[FieldError, ...]]:
    """The draft as it would be kept, and what stands in the way."""
    on = Findings()
    code = on.tried("currency", lambda: currency(draft.currency).code, draft.currency)
    kept = CustomerDraft(
        name=on.text("name", draft.name, NAME, least=1),
        currency=code,
        number=_optional_code(on, "number", draft.number),
        parent=_optional_code(on, "parent", draft.parent),
        terms=on.tried("terms", lambda: str(PaymentTerms.parse(draft.terms)), draft.terms),
        credit_limit=draft.credit_limit,
        delivery=draft.delivery,
        language=on.tried("language", lambda: checked_language(draft.language), draft.language),
        addresses=_each(on, "addresses", draft.addresses, ADDRESSES, _address),
        contacts=_each(on, "contacts", draft.contacts, CONTACTS, _contact),
        tax_ids=_each(on, "tax_ids", draft.tax_ids, TAX_IDS, _tax_id),
        allocations=_each(on, "allocations", draft.allocations, ALLOCATIONS, _allocation),
        tags=_tags(on, draft.tags),
        meta_data=_meta_data(on, draft.meta_data),
    )
    _check_credit_limit(on, kept)
    _check_shares(on, kept.allocations)
    if kept.number and kept.parent == kept.number:
        on.say("parent", "is the customer itself.")
    return kept, tuple(on.errors)


def checked_note(text: str) -> str:
    on = Findings()
    kept = on.text("text", text.rstrip(" \t\r\n"), NOTE, least=1)
    if on.errors:
        raise FieldsRefused("The note", on.errors)
    return kept


def checked_reason(text: str) -> str:
    on = Findings()
    kept = on.text("reason", text, REASON, least=1)
    if on.errors:
        raise FieldsRefused("The brake", on.errors)
    return kept


def _optional_code(on: Findings, field: str, value: str) -> str:
    return on.tried(field, lambda: checked_code(value, field, NUMBER), "") if value else ""


def checked_language(text: str) -> str:
    if _LANGUAGE.fullmatch(text) is None:
        raise FieldRefused("must be a language code, like en or de-AT.")
    return text


def _each(
    on: Findings,
    field: str,
    items: tuple[R, ...],
    most: int,
    check: Callable[[Findings, str, R], R],
) -> tuple[R, ...]:
    if len(items) > most:
        on.say(field, f"has {len(items)} entries; at most {most} are kept.")
        return ()
    return tuple(check(on, f"{field}[{n}]", item) for n, item in enumerate(items))


def _address(on: Findings, at: str, given: Address) -> Address:
    if len(given.lines) > ADDRESS_LINES:
        on.say(f"{at}.lines", f"has {len(given.lines)} lines; at most {ADDRESS_LINES} are kept.")
    return Address(
        kind=given.kind,
        country=on.tried(f"{at}.country", lambda: country(given.country), given.country),
        lines=tuple(
            on.text(f"{at}.lines[{n}]", line, ADDRESS_TEXT)
            for n, line in enumerate(given.lines[:ADDRESS_LINES])
        ),
        postcode=on.text(f"{at}.postcode", given.postcode, POSTCODE),
        city=on.text(f"{at}.city", given.city, ADDRESS_TEXT),
        region=on.text(f"{at}.region", given.region, ADDRESS_TEXT),
    )


def _contact(on: Findings, at: str, given: Contact) -> Contact:
    return Contact(
        name=on.text(f"{at}.name", given.name, CONTACT_TEXT, least=0 if given.email else 1),
        email=on.tried(f"{at}.email", lambda: checked_email(given.email, f"{at}.email"), ""),
        phone=on.text(f"{at}.phone", given.phone, PHONE),
        role=on.text(f"{at}.role", given.role, CONTACT_TEXT),
    )


def checked_email(text: str, field: str = "email") -> str:
    address = checked_text(text, field, EMAIL).strip()
    if address and (_EMAIL.fullmatch(address) is None or not address.isprintable()):
        raise FieldRefused("is not an e-mail address; write one like ada@example.com.")
    return address


def _tax_id(on: Findings, at: str, given: TaxId) -> TaxId:
    return on.tried(at, lambda: checked_tax_id(given.country, given.number), given)


def _allocation(on: Findings, at: str, given: Allocation) -> Allocation:
    department = on.tried(
        f"{at}.department", lambda: checked_code(given.department, f"{at}.department", NUMBER), ""
    )
    return Allocation(department, on.tried(f"{at}.percent", lambda: _percent(given), Decimal(0)))


def _percent(given: Allocation) -> Decimal:
    value = given.percent
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 < value <= 100:
        raise FieldRefused("must be above 0 and at most 100.")
    plain = value.normalize()
    if -int(plain.as_tuple().exponent) > PERCENT_PLACES:
        raise FieldRefused(f"has more than {PERCENT_PLACES} decimals.")
    return Decimal(format(plain, "f"))


def _check_shares(on: Findings, shares: tuple[Allocation, ...]) -> None:
    if not shares or any(error.field.startswith("allocations") for error in on.errors):
        return
    codes = [sort_key(share.department) for share in shares]
    if len(set(codes)) < len(codes):
        on.say("allocations", "names a department twice; add its shares up.")
    total = sum(share.percent for share in shares)
    if total != 100:
        on.say("allocations", f"sums to {total:f} percent; the shares must sum to exactly 100.")


def _check_credit_limit(on: Findings, draft: CustomerDraft) -> None:
    limit = draft.credit_limit
    if limit is None or any(error.field == "currency" for error in on.errors):
        return
    if limit.currency != draft.currency:
        on.say("credit_limit", f"is in {limit.currency}; write it in {draft.currency}.")
    elif limit.amount < 0:
        on.say("credit_limit", "must not be negative; leave it out for no limit.")


def _tags(on: Findings, tags: tuple[str, ...]) -> tuple[str, ...]:
    kept = _each(on, "tags", tags, TAGS, lambda on, at, tag: on.text(at, tag, TAG, least=1))
    return tuple({sort_key(tag): tag for tag in reversed(kept)}.values())[::-1]


def _meta_data(on: Findings, given: Mapping[str, str]) -> dict[str, str]:
    if len(given) > META_DATA:
        on.say("meta_data", f"has {len(given)} keys; at most {META_DATA} are kept.")
        return {}
    for key in given:
        if not isinstance(key, str) or _META_KEY.fullmatch(key) is None:
            on.say("meta_data", f"{str(key)[:40]!r} is not a key; use letters, digits and . _ -.")
        elif key.lower() in _RESERVED:
            on.say("meta_data", f"the key {key} is reserved; choose another.")
        else:
            on.tried("meta_data", partial(refuse_cards, key, "meta_data"), key)
    return {key: on.text(f"meta_data.{key}", value, META_VALUE) for key, value in given.items()}
