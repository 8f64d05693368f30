"""Amounts and numbers as people type them, read exactly or refused with the reason.

With both `.` and `,` the last one is decimal. One of them followed by exactly three digits is read
by the locale's decimal mark, else it is decimal. Groups are of three (or Indian), or refused.
"""

import re
from decimal import Decimal

from .currencies import CURRENCIES, currency
from .errors import InputError
from .money import LARGEST, AmountTooLarge, Money

LONGEST = 60
_SPACES = " \u00a0\u2007\u2009\u202f"
_APOSTROPHES = "'\u2019"
_SAME_MARK = str.maketrans(dict.fromkeys(_SPACES, " ") | dict.fromkeys(_APOSTROPHES, "'"))
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-", "\uff0d": "-"})
_BODY = re.compile(r"[0-9.,' ]*[0-9]", re.ASCII)
_SHORTENED = re.compile(r"([0-9.,]+) ?(k|m|mn|mio|b|bn|mrd|tsd|t|cr|lakh)\.?", re.IGNORECASE)
_SCIENTIFIC = re.compile(r"[0-9.,]+e[+-]?[0-9]+", re.IGNORECASE)
_SYMBOLS = {"€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₪": "ILS", "₫": "VND", "₺": "TRY"}
_SHARED_SYMBOLS = {"$": "D", "¥": "Y"}  # which dollar or yen is said by the field's currency
_WORD_AROUND = re.compile(
    r"([^\W\d_]{3}|[€£₹₩₪₫₺$¥])? ?(.*?) ?([^\W\d_]{3}|[€£₹₩₪₫₺$¥])?", re.DOTALL
)


class NumberRefused(InputError):
    """Any typed number that is not taken; `text` is what was typed."""

    def __init__(self, text: str, message: str) -> None:
        self.text = text
        super().__init__("Not an amount", message)


class NumberMissing(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text, "Type a number, like 1234.50.")


class NumberTooLong(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text[:LONGEST], f"A number has at most {LONGEST} characters.")


class NotANumber(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text, f"{text!r} is not a number; type digits, like 1234.50.")


class ShortenedNumber(NumberRefused):
    def __init__(self, text: str, unit: str) -> None:
        self.unit = unit
        super().__init__(text, f"{text!r} is not taken; write all zeros instead of {unit!r}.")


class ScientificNumber(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text, f"{text!r} has an exponent; write all digits.")


class OtherDigits(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text, f"{text!r}: type the digits 0 to 9.")


class SignUnclear(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(text, f"{text!r}: put one minus sign in front.")


class SeparatorsUnclear(NumberRefused):
    def __init__(self, text: str) -> None:
        super().__init__(
            text, f"{text!r} has separators that contradict each other; write it like 1234.50."
        )


class GroupsUnclear(NumberRefused):
    def __init__(self, text: str, mark: str) -> None:
        self.mark = mark
        super().__init__(
            text,
            f"{text!r}: {mark!r} would separate thousands here, but the groups are not of three "
            "digits; leave the thousands unseparated.",
        )


class TooManyDecimals(NumberRefused):
    def __init__(self, text: str, decimals: int, allowed: int, unit: str) -> None:
        self.decimals, self.allowed, self.unit = decimals, allowed, unit
        most = f"at most {allowed}" if allowed else "none"
        super().__init__(text, f"{text!r} has {decimals} decimals, but {unit} has {most}.")


class OtherCurrency(NumberRefused):
    def __init__(self, text: str, expected: str) -> None:
        self.expected = expected
        super().__init__(text, f"{text!r} names another currency; this field is in {expected}.")


class NumberTooLarge(NumberRefused):
    def __init__(self, text: str, largest: int) -> None:
        self.largest = largest
        super().__init__(text, f"{text!r} is too large; the most is {largest}.")


def parse_amount(
    text: str, code: str, decimal: str = ".", *, exponent: int | None = None, strict: bool = False
) -> Money:
    """Money of one currency. `decimal` is the decimal mark of the user's locale.

    `strict` is for files, where that mark holds for every row: the other one only groups.
    """
    known = currency(code)
    digits = known.iso if exponent is None else exponent
    negative, whole, fraction = _read(text, decimal, strict, known.code)
    if len(fraction) > digits:
        raise TooManyDecimals(_shown(text), len(fraction), digits, known.code)
    amount = int(whole + fraction.ljust(digits, "0"))
    if amount > LARGEST:
        raise AmountTooLarge(-amount if negative else amount)
    return Money(-amount if negative else amount, known.code)


def parse_decimal(
    text: str, decimal: str = ".", *, places: int = 6, largest: int = 10**12, strict: bool = False
) -> Decimal:
    """A quantity or rate by the same grammar, with at most `places` decimals."""
    negative, whole, fraction = _read(text, decimal, strict)
    if len(fraction) > places:
        raise TooManyDecimals(_shown(text), len(fraction), places, "this number")
    value = Decimal(f"{whole}.{fraction or 0}" if fraction else whole)
    if value > largest:
        raise NumberTooLarge(_shown(text), largest)
    return -value if negative and value else value


def parse_percent(text: str, decimal: str = ".", *, places: int = 6) -> Decimal:
    """A percentage, with or without its sign: `7.5 %` is 7.5."""
    bare = text.strip().removesuffix("%").rstrip()
    return parse_decimal(bare, decimal, places=places, largest=10**6)


def decimal_mark(locale: str) -> str:
    """`.` or `,`, as people of that locale write it."""
    from babel.numbers import get_decimal_symbol

    return "." if get_decimal_symbol(locale, numbering_system="latn") == "." else ","


def _read(text: str, decimal: str, strict: bool, code: str = "") -> tuple[bool, str, str]:
    """Whether it is negative, its whole digits and its decimals."""
    typed = text.translate(_SAME_MARK).translate(_MINUS).strip()
    if len(typed) > LONGEST:
        raise NumberTooLong(_shown(text))
    if not typed:
        raise NumberMissing(text)
    negative, unsigned = _without_sign(text, typed)
    if code:
        unsigned = _without_currency(text, unsigned, code)
        again, unsigned = _without_sign(text, unsigned)
        if again and negative:
            raise SignUnclear(_shown(text))
        negative = negative or again
    if _BODY.fullmatch(unsigned) is None:
        raise _why_not(_shown(text), unsigned)
    return negative, *_split(_shown(text), unsigned, decimal, strict)


def _without_sign(text: str, typed: str) -> tuple[bool, str]:
    """Minus in front or, as accountants write it, behind or as parentheses; plus in front."""
    if typed.startswith("(") and typed.endswith(")"):
        bare, negative = typed[1:-1].strip(), True
    elif typed.startswith(("-", "+")):
        bare, negative = typed[1:].strip(), typed[0] == "-"
    elif typed.endswith("-"):
        bare, negative = typed[:-1].strip(), True
    else:
        return False, typed
    if bare.startswith(("-", "+", "(")) or bare.endswith(("-", "+", ")")):
        raise SignUnclear(_shown(text))
    return negative, bare


def _without_currency(text: str, typed: str, code: str) -> str:
    found = _WORD_AROUND.fullmatch(typed)
    if found is None or not (found[1] or found[3]):
        return typed
    for word in filter(None, (found[1], found[3])):
        named = _SYMBOLS.get(word, word.upper())
        shared = _SHARED_SYMBOLS.get(word)
        if named != code and (shared is None or shared not in code):
            if named in CURRENCIES or shared:
                raise OtherCurrency(_shown(text), code)
            return typed
    return found[2]


def _split(text: str, typed: str, decimal: str, strict: bool) -> tuple[str, str]:
    marks = [c for c in typed if not c.isdigit()]
    mark = _decimal_mark_in(typed, marks, decimal, strict)
    whole, _, fraction = typed.rpartition(mark) if mark else (typed, "", "")
    group = {c for c in whole if not c.isdigit()}
    if len(group) > 1 or mark in group or (mark and not fraction.isdigit()):
        raise SeparatorsUnclear(text)
    if group:
        sign = group.pop()
        parts = whole.split(sign)
        if not _grouped([len(part) for part in parts], sign) or parts[0].startswith("0"):
            raise GroupsUnclear(text, sign)
        whole = "".join(parts)
    return whole or "0", fraction


def _decimal_mark_in(typed: str, marks: list[str], decimal: str, strict: bool) -> str:
    """Which mark is the decimal one, or none."""
    points = [c for c in marks if c in ".,"]
    if strict:
        return decimal if decimal in points else ""
    if not points:
        return ""
    last = points[-1]
    if len(set(points)) == 2:
        return last
    if len(points) > 1:
        return ""
    three_follow = len(typed) - typed.index(last) == 4
    if len(marks) == 1 and three_follow and last != decimal:
        return ""
    return last


def _grouped(sizes: list[int], mark: str) -> bool:
    first, middle, last = sizes[0], set(sizes[1:-1]), sizes[-1]
    western = 1 <= first <= 3 and middle <= {3}
    indian = mark == "," and 1 <= first <= 2 and middle == {2}
    return last == 3 and (western or indian)


def _why_not(shown: str, typed: str) -> NumberRefused:
    if any(c.isdigit() and not c.isascii() for c in typed):
        return OtherDigits(shown)
    if found := _SHORTENED.fullmatch(typed):
        return ShortenedNumber(shown, found[2])
    if _SCIENTIFIC.fullmatch(typed):
        return ScientificNumber(shown)
    if re.fullmatch(r"[0-9.,' ]+", typed, re.ASCII) and any(c.isdigit() for c in typed):
        return SeparatorsUnclear(shown)
    return NotANumber(shown)


def _shown(text: str) -> str:
    return text.strip()[:LONGEST]
