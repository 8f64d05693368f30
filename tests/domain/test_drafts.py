from __future__ import annotations

import pytest

from billing_tui.domain.drafts import DraftTooLong, checked_place, kept_body
from billing_tui.domain.errors import InputError
from tests.hostile import CARD, TEXTS


def test_what_was_typed_is_kept_as_it_was_typed() -> None:
    typed = {"name": " Äsop  ", "tags": ["a", ""], "lines": [{"qty": "1,", "price": "12k"}]}
    assert kept_body(typed) == typed
    for text in TEXTS.values():
        assert kept_body({"note": text}) == {"note": text}


def test_card_numbers_secrets_and_unreadable_text_are_left_out() -> None:
    typed = {
        "name": "Acme",
        "note": f"card {CARD}",
        "nul": "a\0b",
        "half": "\ud800",
        "password": "hunter2",
        "recovery_code": "AAAAA-BBBBB",
        "api_token": "x",
        "rows": [{"text": CARD, "unit": "h"}, CARD, "last"],
    }
    assert kept_body(typed) == {"name": "Acme", "rows": [{"unit": "h"}, "", "last"]}


def test_a_draft_holds_texts_of_a_bounded_length() -> None:
    with pytest.raises(TypeError):
        kept_body({"amount": 5})
    with pytest.raises(DraftTooLong):
        kept_body({"note": "x" * 100_001})


@pytest.mark.parametrize("form", ["", "Customers", "a.b.c", "x" * 100, "a b", "\0"])
def test_a_form_has_a_plain_name(form: str) -> None:
    with pytest.raises(InputError):
        checked_place(form, "")


def test_what_a_form_is_about_is_a_number() -> None:
    assert checked_place("customers.edit", "C-00001") == ("customers.edit", "C-00001")
    for about in ("x" * 81, "\0", CARD):
        with pytest.raises(InputError):
            checked_place("customers.edit", about)
