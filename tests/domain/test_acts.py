import pytest

from billing_tui.domain.acts import LONGEST_REASON, ReasonTooLong, Request
from billing_tui.domain.text import CardNumberRefused, LoneSurrogate, NulCharacter


def test_a_reason_is_kept_as_it_was_given() -> None:
    hostile = "as agreed\x1b]52;c;aGk=\x07 \u202e"
    assert Request.new(hostile).reason == hostile


@pytest.mark.parametrize(
    ("reason", "refusal"),
    [
        ("paid with 4242 4242 4242 4242", CardNumberRefused),
        ("half \ud800", LoneSurrogate),
        ("nothing \0", NulCharacter),
        ("x" * (LONGEST_REASON + 1), ReasonTooLong),
    ],
)
def test_what_the_chain_must_not_keep_is_refused(reason: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        Request.new(reason)
