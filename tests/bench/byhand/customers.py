"""What both hand-written sides share: a file's rows checked by the same rules, as tuples to insert.

Names of tables and columns are written out, nothing is looked up, and there is no way to go on
after a crash: that is what the product's own import is measured against.
"""

import csv
import hashlib
import io
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing_tui.domain.cards import refuse_cards
from billing_tui.domain.countries import COUNTRIES
from billing_tui.domain.currencies import CURRENCIES
from billing_tui.domain.customers.finding import compact, number_sort
from billing_tui.domain.ids import new_id
from billing_tui.domain.lookalike import skeleton
from billing_tui.domain.tax_ids import TaxId, checked_tax_id, tax_id_keys
from billing_tui.domain.terms import PaymentTerms
from billing_tui.domain.text import search_words, sort_key

CUSTOMER = (
    "organisation, id, version, number, name, parent, currency, terms, credit_limit, delivery,"
    " language, addresses, contacts, tax_ids, allocations, brakes, tags, meta_data, merged_into,"
    " archived_at, sort_name, sort_number, skeleton, created_at"
)
CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._/#+-]*[A-Za-z0-9.#+])?")
EMAIL = re.compile(
    r"[^\s@\"<>(),;:\\\[\]]{1,64}@[^\s@\"<>(),;:\\\[\]]+\.[^\s@\"<>(),;:\\\[\].]{2,}"
)
META_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}")
ENCODE = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
GUARD = re.compile(
    r"(?:^|(?<=[;\t\r\n]))'(?='*[ \u00a0\u2007\u202f\u200b\ufeff]*[=+@−＝＋－＠\-\t\r\0])"
)


@dataclass(slots=True)
class Customer:
    """One row of the file after its checks."""

    id: UUID
    number: str
    name: str
    parent: str
    currency: str
    terms: str
    limit: int | None
    delivery: str
    language: str
    addresses: list[dict[str, Any]]
    contacts: list[dict[str, str]]
    tax_ids: list[dict[str, Any]]
    allocations: list[dict[str, str]]
    tags: list[str]
    meta_data: dict[str, str]
    sort: str
    look: str


class Wrong(ValueError):
    pass


def text(value: str, most: int) -> str:
    if "\0" in value or len(value) > most:
        raise Wrong(value)
    if not value.isascii():
        value.encode()
    return refuse_cards(value, "")


def code(value: str) -> str:
    if CODE.fullmatch(text(value, 32)) is None:
        raise Wrong(value)
    return value


def read(data: bytes) -> list[Customer]:
    """Every row, checked against the rules and the file; parents before their children."""
    found: list[Customer] = []
    numbers: dict[str, Customer] = {}
    looks: dict[str, str] = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True):
        one = customer({k: GUARD.sub("", v) if "'" in v else v for k, v in row.items()})
        if one.number:
            if one.number in numbers:
                raise Wrong(one.number)
            numbers[one.number] = one
        looks.setdefault(one.look, one.sort)
        found.append(one)
    return sorted(found, key=lambda one: depth(one, numbers))


def depth(one: Customer, numbers: dict[str, Customer]) -> int:
    steps = 0
    while one.parent:
        one = numbers[one.parent]
        steps += 1
        if steps > 9:
            raise Wrong(one.number)
    return steps


def customer(row: dict[str, str]) -> Customer:
    name, currency, limit = text(row["name"], 200), row["currency"], row["credit_limit"]
    if not name.strip() or currency not in CURRENCIES:
        raise Wrong(row)
    amount = int(Decimal(limit).scaleb(CURRENCIES[currency].iso)) if limit else None
    delivery, language = row["delivery"] or "email", row["language"] or "en"
    if delivery not in ("email", "post", "download") or (amount or 0) < 0:
        raise Wrong(row)
    allocations = [allocation(each) for each in filter(None, row["allocations"].split("; "))]
    if allocations and sum(Decimal(each["percent"]) for each in allocations) != 100:
        raise Wrong(row)
    if LANGUAGE.fullmatch(language) is None:
        raise Wrong(row)
    return Customer(
        id=new_id(),
        number=code(row["number"]) if row["number"] else "",
        name=name,
        parent=code(row["parent"]) if row["parent"] else "",
        currency=currency,
        terms=str(PaymentTerms.parse(row["terms"] or "net30")),
        limit=amount,
        delivery=delivery,
        language=language,
        addresses=[address(each) for each in addresses(row)],
        contacts=[contact(each) for each in contacts(row)],
        tax_ids=[tax_id(each) for each in filter(None, row["tax_ids"].split("; "))],
        allocations=allocations,
        tags=[text(tag, 40) for tag in filter(None, row["tags"].split("; "))],
        meta_data=meta_data(row["meta_data"]),
        sort=sort_key(name)[:300],
        look=skeleton(name)[:300],
    )


def tax_id(given: str) -> dict[str, Any]:
    checked = checked_tax_id(*given.split(":", 1))
    return {"country": checked.country, "number": checked.number, "checked": checked.checked}


def meta_data(given: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(given) if given else {}
    for key, value in found.items():
        if META_KEY.fullmatch(key) is None:
            raise Wrong(key)
        text(value, 500)
    return found


def addresses(row: dict[str, str]) -> Iterator[dict[str, Any]]:
    if row["street"] or row["country"]:
        lines = row["street"].split("\n") if row["street"] else []
        yield {"kind": "billing", "country": row["country"], "lines": lines} | {
            name: row[name] for name in ("postcode", "city", "region")
        }
    if row["more_addresses"]:
        yield from json.loads(row["more_addresses"])


def address(given: dict[str, Any]) -> dict[str, Any]:
    if given["country"] not in COUNTRIES or len(given["lines"]) > 6:
        raise Wrong(given)
    for line in given["lines"]:
        text(line, 100)
    text(given["postcode"], 16)
    text(given["city"], 100)
    text(given["region"], 100)
    return given


def contacts(row: dict[str, str]) -> Iterator[dict[str, str]]:
    if row["contact_name"] or row["contact_email"]:
        yield {name: row[f"contact_{name}"] for name in ("name", "email", "phone", "role")}
    if row["more_contacts"]:
        yield from json.loads(row["more_contacts"])


def contact(given: dict[str, str]) -> dict[str, str]:
    text(given["name"], 100)
    text(given["phone"], 40)
    text(given["role"], 100)
    email = text(given["email"], 254)
    if email and (EMAIL.fullmatch(email) is None or not email.isprintable()):
        raise Wrong(given)
    return given


def allocation(given: str) -> dict[str, str]:
    department, _, percent = given.rpartition("=")
    if not 0 < Decimal(percent) <= 100:
        raise Wrong(given)
    return {"department": code(department), "percent": percent}


def keys(one: Customer) -> set[tuple[str, str]]:
    found = {("word", word[:200]) for word in search_words(one.name)}
    found.add(("number", compact(one.number)))
    found |= {("email", sort_key(each["email"])) for each in one.contacts if each["email"]}
    for each in one.tax_ids:
        known = TaxId(each["country"], each["number"])
        found |= {("tax_id", key) for key in tax_id_keys(known)}
    found |= {("tag", sort_key(tag)) for tag in one.tags}
    return found | {("department", sort_key(each["department"])) for each in one.allocations}


def row(organisation: str, one: Customer, parent: str | None, now: Any) -> tuple[Any, ...]:
    return (
        organisation, str(one.id), 1, one.number, one.name, parent, one.currency, one.terms,
        one.limit, one.delivery, one.language, ENCODE(one.addresses), ENCODE(one.contacts),
        ENCODE(one.tax_ids), ENCODE(one.allocations), "{}", ENCODE(one.tags), ENCODE(one.meta_data),
        None, None, one.sort, number_sort(one.number), one.look, now,
    )  # fmt: skip


def body(one: Customer, parent: str | None, personal: list[tuple[str, str, str, str]]) -> str:
    """The text of its audit row; what is personal stands in it as a salted hash."""
    name = f"customer:{one.id}"

    def hidden(value: Any) -> Any:
        if not value:
            return value
        text = ENCODE(value)
        text = text if text.isascii() else unicodedata.normalize("NFC", text)
        salt = os.urandom(16).hex()
        digest = hashlib.sha256(f"{salt}:{text}".encode()).hexdigest()
        personal.append((digest, name, salt, text))
        return f"sha256:{digest}"

    told = ENCODE(
        {
            "after": {
                "number": one.number, "name": one.name, "parent": parent, "currency": one.currency,
                "terms": one.terms, "credit_limit": one.limit, "delivery": one.delivery,
                "language": one.language, "addresses": hidden(one.addresses),
                "contacts": hidden(one.contacts), "tax_ids": one.tax_ids,
                "allocations": one.allocations, "brakes": {}, "tags": one.tags,
                "meta_data": one.meta_data, "merged_into": None, "archived_at": None,
            }
        }
    )  # fmt: skip
    return told if told.isascii() else unicodedata.normalize("NFC", told)
