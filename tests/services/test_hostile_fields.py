"""Every text field there is, from the dataclasses themselves: hostile text is kept or refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from billing_tui.cli.output import told
from billing_tui.domain.acts import Request
from billing_tui.domain.customers import (
    Address,
    AddressKind,
    Brake,
    Contact,
    CustomerDraft,
    draft_given,
)
from billing_tui.domain.departments import DepartmentDraft, department_given
from billing_tui.domain.errors import InputError, NotFound, Refused
from billing_tui.domain.ids import new_id
from billing_tui.services.customers import Customers
from billing_tui.services.departments import Departments
from billing_tui.services.verify import Verify
from storage.store import Store
from tests.consoles import local_console
from tests.hostile import ACTS, CARD, TEXTS, UNREADABLE, WRONG, places, put, taken
from tests.stores import sqlite_store

FULL: dict[str, dict[str, Any]] = {
    "customers": {
        "name": "Acme", "currency": "EUR", "number": "N1", "parent": "P1", "terms": "net30",
        "credit_limit": "100.00", "delivery": "email", "language": "en",
        "addresses": [{
            "kind": "billing", "country": "DE", "lines": ["x"], "postcode": "1", "city": "B",
            "region": "r",
        }],
        "contacts": [{"name": "n", "email": "a@example.com", "phone": "1", "role": "r"}],
        "tax_ids": [{"country": "DE", "number": "136695976"}],
        "allocations": [{"department": "OPS", "percent": "100"}],
        "tags": ["t"], "meta_data": {"key": "v"},
    },
    "departments": {"code": "D1", "name": "n", "parent": "OPS", "owner": ""},
}  # fmt: skip
KEYS = {"customers": "number", "departments": "code"}
FIELDS = [(kind, at) for kind, whole in FULL.items() for at in places(whole)]
Do = Callable[..., tuple[int, str]]


@pytest.fixture
def do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Do:
    from billing_tui import cli

    local_console(tmp_path, monkeypatch)

    def run(*argv: str, given: Any = None) -> tuple[int, str]:
        if given is not None:
            file = tmp_path / "given.json"
            file.write_bytes(given if isinstance(given, bytes) else json.dumps(given).encode())
            argv = (*argv, "--file", str(file))
        capfd.readouterr()
        code = cli.run(argv)
        told = "".join(capfd.readouterr())
        assert ACTS.search(told) is None, ascii(told)
        return code, told

    return run


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = sqlite_store(tmp_path_factory.mktemp("hostile") / "store.db")
    Departments(store).create(Request.new(), DepartmentDraft("OPS", "Ops"))
    Customers(store).create(Request.new(), CustomerDraft("P", "EUR", "P1"))
    yield store
    store.close()


@cache
def known() -> dict[str, set[str]]:
    drafts: dict[str, Any] = {"customers": CustomerDraft, "departments": DepartmentDraft}
    return {kind: {field.name for field in fields(draft)} for kind, draft in drafts.items()}


def test_no_field_is_left_out() -> None:
    assert {kind: set(whole) for kind, whole in FULL.items()} == known()


@pytest.mark.parametrize(("kind", "at"), FIELDS, ids=[f"{k}-{a}" for k, a in FIELDS])
def test_what_is_given_is_kept_or_refused(shop: Store, kind: str, at: tuple[Any, ...]) -> None:
    whole, key = FULL[kind], KEYS[kind]
    cases = [*TEXTS.values(), *UNREADABLE.values(), "x" * 100_000, CARD, "NaN", "1e308", *WRONG]
    for value in cases:
        number = f"X{new_id().hex[-12:]}"
        given = put(whole | {key: number}, at, value)
        try:
            made = create(shop, kind, given)
        except (InputError, NotFound, Refused):
            continue
        assert value not in [*UNREADABLE.values(), CARD]
        if isinstance(value, str) and at not in ((key,), ("credit_limit",)):
            assert taken(told(made), at) in (value, value.upper())


def create(store: Store, kind: str, given: Any) -> Any:
    """As the command does; gives what is then found."""
    if kind == "customers":
        customers = Customers(store)
        saved = customers.create(Request.new(), draft_given(given), confirmed=True)
        return customers.show(saved.number)
    departments = Departments(store)
    return departments.show(departments.create(Request.new(), department_given(given)).code)


def test_nothing_of_it_hurts_the_store(store: Store) -> None:
    customers = Customers(store)
    for n, text in enumerate(TEXTS.values()):
        contact = Contact(text[:100], role=text[:100])
        address = Address(AddressKind.BILLING, "DE", (text[:100],), city=text[:100])
        draft = CustomerDraft(
            text, "EUR", f"H{n}", contacts=(contact,), addresses=(address,),
            tags=(text[:40],), meta_data={"key": text},
        )  # fmt: skip
        customers.create(Request.new(text), draft, confirmed=True)
        customers.add_note(Request.new(text), f"H{n}", text)
        customers.set_brake(Request.new(text), f"H{n}", Brake.HOLD, text)
        shown = customers.show(f"H{n}")
        assert (shown.name, shown.meta_data, shown.brakes) == (text, {"key": text}, {"hold": text})
        assert (shown.contacts, shown.addresses, shown.tags) == ((contact,), (address,), draft.tags)
        assert customers.notes(f"H{n}").items[0].text == text
        assert customers.history(f"H{n}").items[0].reason == text
    assert len(customers.list().items) == len(TEXTS)
    assert Verify(store).run().exit == 0


@pytest.mark.parametrize("kind", FULL)
@pytest.mark.parametrize(
    "text",
    [
        b'{"name":"a","name":"b"', b'{"name":NaN', b'{"name":"\\u0000"', b'{"name":"\\ud800"',
        b'{"name":"\xff"', b'{"name":' + b"[" * 50_000, b'{"name":1.5', b'{"name":1e308',
        b'{"name":' + b"9" * 5000,
    ],
    ids=ascii,
)  # fmt: skip
def test_json_that_is_none_is_refused(do: Do, kind: str, text: bytes) -> None:
    end = b"]" * text.count(b"[") + b',"currency":"EUR","code":"Z"}'
    code, told = do(kind, "create", given=text + end)
    assert (code, len(told) < 500) == (2, True)
