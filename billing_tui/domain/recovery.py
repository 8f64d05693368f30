"""The recovery code: a 32-byte key written so that people can copy it by hand.

Fourteen groups of five. In each group four characters carry the key and the fifth checks them; the
last group checks the whole. The alphabet leaves out I, L, O and U, so that 1 and 0 are never in
doubt. The check is linear over 32 elements with a different factor at each place, so every single
wrong character and every exchange of two is found in its own group, and groups that changed places
are found too.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from .errors import InputError

KEY_BYTES = 32
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_SIZE = 5
_DATA = 13
GROUPS = _DATA + 1
_SPARE_BITS = _DATA * 4 * 5 - KEY_BYTES * 8
_FACTORS = (2, 3, 4, 5)
# Every kind of space, hyphen and dash that a mail program or a printer makes of a hyphen.
_BETWEEN = re.compile("[\\s\u00ad\u200b-\u200d\u2060\ufeff._\\-\u2010-\u2015\u2212]+")


class RecoveryCodeWrong(InputError):
    """`groups` are the numbers, from 1, of the groups that cannot be right; none if unknown."""

    def __init__(self, problem: str, groups: Sequence[int] = ()) -> None:
        self.groups = tuple(groups)
        super().__init__("Recovery code not right", problem)


def to_code(key: bytes) -> str:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a recovery code is made of {KEY_BYTES} bytes")
    number = int.from_bytes(key) << _SPARE_BITS
    shifts = range((_DATA * 4 - 1) * 5, -1, -5)
    values = [number >> shift & 31 for shift in shifts] + _whole_check(key)
    groups = [values[start : start + 4] for start in range(0, len(values), 4)]
    return "-".join(
        "".join(ALPHABET[value] for value in (*group, _check(place, group)))
        for place, group in enumerate(groups)
    )


def from_code(text: str) -> bytes:
    """The key of a code typed by hand: case, spaces, hyphens, O for 0 and I or L for 1 are fine."""
    letters = _letters(text)
    values = [_VALUES.get(letter, -1) for letter in letters]
    rows = [values[start : start + _SIZE] for start in range(0, len(values), _SIZE)]
    wrong = [
        place + 1
        for place, row in enumerate(rows)
        if -1 in row or _check(place, row[:-1]) != row[-1]
    ]
    if wrong:
        raise RecoveryCodeWrong(f"{_named(wrong)} cannot be right; compare with your copy.", wrong)
    number = 0
    for row in rows[:_DATA]:
        for value in row[:-1]:
            number = number << 5 | value
    key = (number >> _SPARE_BITS).to_bytes(KEY_BYTES)
    if number & ((1 << _SPARE_BITS) - 1) or _whole_check(key) != rows[_DATA][:-1]:
        raise RecoveryCodeWrong(
            "Every group reads well, but together they are no recovery code. Check whether all"
            f" {GROUPS} groups come from the same one."
        )
    return key


def confirms(typed: str, code: str) -> bool:
    """Whether this is the whole code or its last groups, in any of the spellings that are fine."""
    folded, whole = _folded(typed), _folded(code)
    return bool(folded) and len(folded) % _SIZE == 0 and whole.endswith(folded)


def _folded(text: str) -> str:
    letters = _BETWEEN.sub("", unicodedata.normalize("NFKC", text).upper())
    return letters.replace("O", "0").replace("I", "1").replace("L", "1")


def from_codes(text: str) -> list[bytes]:
    """The keys of several codes, one after the other."""
    letters = _BETWEEN.sub("", unicodedata.normalize("NFKC", text).upper())
    size = GROUPS * _SIZE
    return [from_code(letters[at : at + size]) for at in range(0, max(len(letters), 1), size)]


def _letters(text: str) -> str:
    groups = [each for each in _BETWEEN.split(unicodedata.normalize("NFKC", text).upper()) if each]
    letters = "".join(groups)
    if len(letters) == GROUPS * _SIZE:
        return letters
    wrong = [place for place, each in enumerate(groups, 1) if len(each) != _SIZE]
    if len(groups) == GROUPS and wrong:
        raise RecoveryCodeWrong(f"{_named(wrong)} must have {_SIZE} characters.", wrong)
    raise RecoveryCodeWrong(
        f"A recovery code has {GROUPS} groups of {_SIZE} characters, {GROUPS * _SIZE} in all;"
        f" {len(letters)} were given."
    )


def _named(groups: Sequence[int]) -> str:
    *most, last = map(str, groups)
    return f"Groups {', '.join(most)} and {last}" if most else f"Group {last}"


def _whole_check(key: bytes) -> list[int]:
    digest = hashlib.sha256(b"billing-tui recovery code 1" + key).digest()
    number = int.from_bytes(digest[:3]) >> 4
    return [number >> shift & 31 for shift in (15, 10, 5, 0)]


def _check(place: int, values: Sequence[int]) -> int:
    check = place + 1
    for factor, value in zip(_FACTORS, values, strict=True):
        check ^= _times(factor, value)
    return check


def _times(left: int, right: int) -> int:
    """The product of two of the 32 elements of GF(2^5), modulo x^5 + x^2 + 1."""
    product = 0
    for bit in range(3):
        product ^= (left >> bit & 1) * (right << bit)
    for bit in (6, 5):
        product ^= (product >> bit & 1) * (0b100101 << bit - 5)
    return product
