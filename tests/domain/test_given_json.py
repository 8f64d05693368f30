from __future__ import annotations

from decimal import Decimal

import pytest

from billing_tui.domain.customers import CustomerDraft, DraftRefused, checked_draft, draft_given
from billing_tui.domain.given_json import NotJson, read_json
from billing_tui.domain.organisations import EntityDraft, checked_entity

CARD = "4111111111111111"


def test_numbers_keep_every_digit() -> None:
    found = read_json(b'{"a": 0.10, "b": 12345678901234567890.123456789, "c": 1e5, "d": 7}')
    told = ("0.10", "12345678901234567890.123456789", "1E+5", 7)
    assert [found["a"], found["b"], found["c"], found["d"]] == [*map(Decimal, told[:3]), told[3]]


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 1}', '{"x": [{"a": 1, "b": 2, "a": 3}]}', "NaN", "[Infinity]",
        '{"a": -Infinity}', "9" * 5000, "-" + "9" * 5000, "1e" + "9" * 30, "[" * 100_000, "", "{",
        "[1,]", b"\xff", "'a'",
    ],
)  # fmt: skip
def test_what_could_be_lost_or_bent_is_refused(text: str | bytes) -> None:
    with pytest.raises(NotJson) as refused:
        read_json(text)
    assert refused.value.why
    assert len(refused.value.why) < 100


@pytest.mark.parametrize("text", ["1.5", "1e308", "-0.0", "true", "7", "[]", "null"])
@pytest.mark.parametrize("field", ["name", "number", "parent", "terms", "language", "currency"])
def test_a_number_is_no_text(field: str, text: str) -> None:
    data = {"name": "Acme", "currency": "EUR"} | {field: read_json(text)}
    with pytest.raises(DraftRefused, match=field):
        draft_given(data)


def test_amounts_may_be_numbers() -> None:
    given = read_json('{"name": "A", "currency": "EUR", "credit_limit": 12.50}')
    limit = draft_given(given).credit_limit
    assert limit is not None
    assert limit.amount == 1250


@pytest.mark.parametrize("key", [f"k{CARD}", f"note.{CARD}", "a4111-1111-1111-1111"])
def test_no_card_number_is_the_name_of_a_value(key: str) -> None:
    with pytest.raises(DraftRefused, match="card number") as refused:
        checked_draft(CustomerDraft("Acme", "EUR", meta_data={key: "x"}))
    assert "1111" not in str(refused.value)


def test_no_card_number_is_the_code_of_a_legal_entity() -> None:
    with pytest.raises(Exception, match="card number"):
        checked_entity(EntityDraft("501800000009", "Acme", currency="EUR"))
