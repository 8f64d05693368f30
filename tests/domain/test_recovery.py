import itertools

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from billing_tui.domain.recovery import (
    ALPHABET,
    GROUPS,
    KEY_BYTES,
    RecoveryCodeWrong,
    confirms,
    from_code,
    to_code,
)

KEYS = st.binary(min_size=KEY_BYTES, max_size=KEY_BYTES)
GROUP = st.integers(0, GROUPS - 1)
PLACE = st.integers(0, 4)


def test_the_form_never_changes() -> None:
    # Codes lie on paper for years, so the form of two of them is fixed here.
    assert to_code(bytes(32)) == (
        "00001-00002-00003-00004-00005-00006-00007-00008-00009-0000A-0000B-0000C-0000D-9A8JQ"
    )
    assert to_code(bytes(range(32))) == (
        "000GV-40R4H-0M30P-E209P-185GH-R38E0-1W814-24GKZ-2GAHA-C5RR5-34D1N-P70XA-3RFG5-4FKK4"
    )


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_only_keys_of_the_right_size(size: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        to_code(bytes(size))


@given(KEYS)
def test_round_trip(key: bytes) -> None:
    code = to_code(key)
    assert [len(group) for group in code.split("-")] == [5] * GROUPS
    assert from_code(code) == key


@given(KEYS, st.sampled_from(["", " ", "-", " - ", "\n", "\u2013", "\u00a0", "."]), st.data())
def test_typed_by_hand(key: bytes, between: str, data: st.DataObject) -> None:
    code = to_code(key).replace("-", between)
    typed = "".join(
        data.draw(st.sampled_from({"0": "0Oo", "1": "1IiLl"}.get(letter, letter + letter.lower())))
        for letter in code
    )
    assert from_code(f"  {typed}\r\n") == key
    wide = str.maketrans({letter: chr(ord(letter) + 0xFEE0) for letter in ALPHABET})
    assert from_code(code.translate(wide)) == key


@given(KEYS, GROUP, PLACE, st.sampled_from(ALPHABET + "U*é"))
def test_one_wrong_character_is_found_in_its_group(
    key: bytes, group: int, place: int, letter: str
) -> None:
    code = to_code(key)
    at = group * 6 + place
    assume(code[at] != letter)
    with pytest.raises(RecoveryCodeWrong) as caught:
        from_code(code[:at] + letter + code[at + 1 :])
    assert caught.value.groups == (group + 1,)
    assert f"Group {group + 1} " in caught.value.message


@given(KEYS, GROUP, PLACE, PLACE)
def test_two_characters_exchanged_are_found_in_their_group(
    key: bytes, group: int, left: int, right: int
) -> None:
    letters = list(to_code(key))
    left, right = group * 6 + left, group * 6 + right
    assume(letters[left] != letters[right])
    letters[left], letters[right] = letters[right], letters[left]
    with pytest.raises(RecoveryCodeWrong) as caught:
        from_code("".join(letters))
    assert caught.value.groups == (group + 1,)


@given(KEYS, GROUP, GROUP)
def test_two_groups_exchanged_are_found(key: bytes, left: int, right: int) -> None:
    assume(left != right)
    groups = to_code(key).split("-")
    groups[left], groups[right] = groups[right], groups[left]
    with pytest.raises(RecoveryCodeWrong) as caught:
        from_code("-".join(groups))
    assert caught.value.groups == tuple(sorted((left + 1, right + 1)))


@given(KEYS, GROUP, PLACE)
def test_a_missing_character_is_found_in_its_group(key: bytes, group: int, place: int) -> None:
    groups = to_code(key).split("-")
    groups[group] = groups[group][:place] + groups[group][place + 1 :]
    with pytest.raises(RecoveryCodeWrong) as caught:
        from_code("-".join(groups))
    assert caught.value.groups == (group + 1,)
    with pytest.raises(RecoveryCodeWrong, match="69 were given"):
        from_code("".join(groups))


@given(KEYS, KEYS, st.integers(1, GROUPS - 1))
def test_halves_of_two_codes_are_no_code(left: bytes, right: bytes, cut: int) -> None:
    mixed = [*to_code(left).split("-")[:cut], *to_code(right).split("-")[cut:]]
    assume("-".join(mixed) not in {to_code(left), to_code(right)})
    with pytest.raises(RecoveryCodeWrong, match="same one") as caught:
        from_code("-".join(mixed))
    assert caught.value.groups == ()


def test_bits_that_belong_to_no_key_are_refused() -> None:
    groups = to_code(bytes(32)).split("-")
    refused = 0
    for last, check in itertools.product(ALPHABET, ALPHABET):
        groups[12] = f"000{last}{check}"
        try:
            from_code("-".join(groups))
        except RecoveryCodeWrong:
            refused += 1
    assert refused == 32 * 32 - 1


@given(st.text(max_size=120))
def test_other_text_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(RecoveryCodeWrong) as caught:
        from_code(text)
    assert len(text.strip()) < 8 or text.strip() not in caught.value.message


@given(KEYS, st.integers(1, GROUPS))
def test_the_last_groups_in_any_spelling_confirm_a_code(key: bytes, count: int) -> None:
    code = to_code(key)
    groups = code.split("-")[-count:]
    for spelled in ("-".join(groups), " ".join(groups).lower(), "".join(groups).replace("0", "o")):
        assert confirms(spelled, code)


@given(KEYS, st.text(max_size=12))
def test_nothing_else_confirms_it(key: bytes, text: str) -> None:
    code = to_code(key)
    assume(not text.upper().endswith(code[-1]))
    assert not confirms(text, code)
    assert not confirms(code[:5], code) or code.endswith(code[:5])
    assert not confirms(code[-4:], code)
    assert not confirms("", code)
