"""Which code of the general ledger holds: a table of mappings, asked on many days."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing_tui.domain.gl import (
    GlCodeRefused,
    GlMapping,
    UnknownAccount,
    checked_account,
    checked_gl_code,
    code_for,
    unmapped,
)
from billing_tui.domain.ledger import ACCOUNTS


def mapping(line: str) -> GlMapping:
    entity, account, department, day, code = line.split()
    part = "" if department == "all" else department
    return GlMapping(
        entity,
        account,
        part,
        date(2026, 1, int(day)),
        "" if code == "ends" else code,
        UUID(int=0),
        1,
    )


# Legal entity, account, department, day of January, code.
MAPPINGS = [
    mapping(line)
    for line in """
    MAIN  revenue:*    all  1   4000
    MAIN  revenue:*    MKT  5   4100
    MAIN  revenue:ads  all  10  4010
    MAIN  revenue:ads  MKT  15  4110
    MAIN  revenue:ads  MKT  20  ends
    MAIN  revenue:ads  all  25  ends
    MAIN  receivable   all  1   1200
    MAIN  receivable   all  10  1210
    NORTH receivable   all  3   1300
    """.strip().splitlines()
]


@pytest.mark.parametrize(
    ("account", "department", "day", "code"),
    [
        ("revenue:ads", "", 1, "4000"),
        ("revenue:ads", "MKT", 4, "4000"),
        ("revenue:ads", "MKT", 5, "4100"),
        ("revenue:ads", "OPS", 5, "4000"),
        # An account of its own comes before the family, also the family's department.
        ("revenue:ads", "MKT", 10, "4010"),
        ("revenue:ads", "MKT", 15, "4110"),
        ("revenue:ads", "OPS", 15, "4010"),
        # What ends leaves the answer to the next wider one.
        ("revenue:ads", "MKT", 20, "4010"),
        ("revenue:ads", "MKT", 25, "4100"),
        ("revenue:ads", "", 25, "4000"),
        ("revenue:usage", "MKT", 25, "4100"),
        ("receivable", "", 9, "1200"),
        ("receivable", "MKT", 10, "1210"),
        ("tax_payable:DE", "", 31, None),
    ],
)
def test_the_code_that_holds(account: str, department: str, day: int, code: str | None) -> None:
    for known in (MAPPINGS, MAPPINGS[::-1]):
        assert code_for(known, account, "MAIN", department, date(2026, 1, day)) == code


def test_entities_do_not_share() -> None:
    assert code_for(MAPPINGS, "receivable", "NORTH", "", date(2026, 1, 2)) is None
    assert code_for(MAPPINGS, "receivable", "NORTH", "", date(2026, 1, 3)) == "1300"


def test_what_has_no_code() -> None:
    found = unmapped(MAPPINGS, "MAIN", ["revenue:ads", "tax_payable:DE"], date(2026, 1, 31))
    names = {one.account: one.posted for one in found}
    assert names.keys() == (ACCOUNTS | {"tax_payable:DE"}) - {"revenue:*", "receivable"}
    assert names["tax_payable:DE"]
    assert not names["bad_debt"]


def test_accounts_are_those_of_the_books() -> None:
    for account in ("receivable", "revenue:*", "revenue:ads", "bank:DE 01"):
        assert checked_account(account) == account
    for account in (
        "",
        "revenue",
        "revenue:",
        "x",
        "receivable:x",
        "revenue:\x1b",
        "revenue:" + "x" * 90,
    ):
        with pytest.raises(UnknownAccount):
            checked_account(account)
    assert checked_gl_code("4000/10") == "4000/10"
    for code in ("", " ", "\x1b[31m", "4" * 41, "4111111111111111"):
        with pytest.raises(GlCodeRefused):
            checked_gl_code(code)
