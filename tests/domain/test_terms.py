from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.terms import NotPaymentTerms, PaymentTerms, TermsKind


@pytest.mark.parametrize(
    ("terms", "issued", "due"),
    [
        ("net30", "2026-11-21", "2026-12-21"),
        ("net0", "2026-11-21", "2026-11-21"),
        ("net365", "2026-11-21", "2027-11-21"),
        ("eom", "2026-11-21", "2026-11-30"),
        ("eom", "2026-11-30", "2026-11-30"),
        ("eom+10", "2026-11-21", "2026-12-10"),
        ("eom+30", "2027-01-31", "2027-03-02"),
        ("dom15", "2026-11-14", "2026-11-15"),
        ("dom15", "2026-11-15", "2026-12-15"),
        ("dom15", "2026-12-20", "2027-01-15"),
        ("dom31", "2027-01-31", "2027-02-28"),
        ("dom31", "2027-02-27", "2027-02-28"),
        ("dom31", "2027-02-28", "2027-03-31"),
    ],
)
def test_due_dates(terms: str, issued: str, due: str) -> None:
    assert PaymentTerms.parse(terms).due(date.fromisoformat(issued)) == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("Net 30", "net30"),
        (" NET30 ", "net30"),
        ("eom + 10", "eom+10"),
        ("eom+0", "eom"),
        ("net007", "net7"),
    ],
)
def test_terms_are_read_as_typed(text: str, form: str) -> None:
    assert str(PaymentTerms.parse(text)) == form


@pytest.mark.parametrize(
    "text",
    [
        *("", "30", "net", "net-5", "net+30", "net366", "dom", "dom0", "dom32", "dom+5"),
        *("eom-1", "eom+366", "net1e3", "net٣٠", "net 30 days", "2/10 net 30", "net99999", "\0"),
    ],
)
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(NotPaymentTerms):
        PaymentTerms.parse(text)


def made(kind: TermsKind, days: int) -> PaymentTerms:
    return PaymentTerms(kind, days % 31 + 1 if kind is TermsKind.DAY_OF_MONTH else days)


TERMS = st.builds(made, st.sampled_from(TermsKind), st.integers(0, 365))


@given(TERMS)
def test_terms_are_written_and_read_back(terms: PaymentTerms) -> None:
    assert PaymentTerms.parse(str(terms)) == terms
    assert terms.said()


@given(TERMS, st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_nothing_is_due_before_it_is_issued(terms: PaymentTerms, issued: date) -> None:
    assert issued <= terms.due(issued)
