"""Payment card numbers, which are never kept: found in any text and refused.

A card number is a whole run of digits, however spaced, with a brand's prefix, its length and a
right check digit. Numbers that pass a check of their own are not taken for one.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from .errors import InputError

# Brand: first and last prefix, then the lengths in use.
_BRANDS = """
Visa              4      4       13 16 19
Mastercard        51     55      16
Mastercard        2221   2720    16
American_Express  34     34      15
American_Express  37     37      15
Diners_Club       300    305     14 16 17 18 19
Diners_Club       3095   3095    14 16 17 18 19
Diners_Club       36     36      14 15 16 17 18 19
Diners_Club       38     39      14 16 17 18 19
Discover          6011   6011    16 17 18 19
Discover          644    659     16 17 18 19
JCB               3528   3589    16 17 18 19
UnionPay          62     62      16 17 18 19
Mir               2200   2204    16 17 18 19
RuPay             60     60      16
RuPay             81     82      16
RuPay             508    508     16
Troy              9792   9792    16
Verve             506099 506198  16 18 19
Verve             507865 507964  16 18 19
Elo               5067   5067    16
Dankort           5019   5019    16
InstaPayment      637    639     16
Maestro           5018   5018    12 13 14 15 16 17 18 19
Maestro           5020   5020    12 13 14 15 16 17 18 19
Maestro           5038   5038    12 13 14 15 16 17 18 19
Maestro           5893   5893    12 13 14 15 16 17 18 19
Maestro           6304   6304    12 13 14 15 16 17 18 19
Maestro           6759   6759    12 13 14 15 16 17 18 19
Maestro           6761   6763    12 13 14 15 16 17 18 19
"""
_SHORTEST, _LONGEST = 12, 19
# Besides even groups of four or fewer; wider pairs are order numbers side by side.
_ODD_GROUPS = {(4, 6, 5), (4, 6, 4), (4, 4, 5), (4, 12)}
_ENOUGH_DIGITS = re.compile(r"(?:\d[^0-9]{0,3}){11}\d")
_GROUP = re.compile(r"\d+")
_GAP = re.compile(r"[\s\-._*/|:]{1,3}")
_UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE
)
_IBAN = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?<![A-Z0-9])RF\d{2}(?:[A-Z0-9]{1,21}|(?: [A-Z0-9]{1,4}){1,6})", re.IGNORECASE
)
_TAX_ID = re.compile(r"(?<![A-Z0-9])([A-Z]{2})([A-Z0-9][A-Z0-9.-]{7,19})(?![A-Z0-9])")
_PACKAGES = {"in": "in_", "is": "is_", "el": "gr"}  # where python-stdnum avoids a keyword


class CardNumberRefused(InputError):
    """Holds the field only: the number itself must not travel on in an error."""

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__(
            "Card number refused",
            f"{field}: this looks like a payment card number, and those are never kept here. "
            "Remove it; brand and last four digits are enough to tell a card.",
        )


def refuse_cards(text: str, field: str, country: str = "") -> str:
    """`text` itself, or refused. A tax id passes by the checks of its `country` (two letters)."""
    if card_number_in(text, country):
        raise CardNumberRefused(field)
    return text


def card_number_in(text: str, country: str = "") -> bool:
    folded = text if text.isascii() else "".join(map(_folded, text))
    if _ENOUGH_DIGITS.search(folded) is None:
        return False
    found = list(_card_spans(folded))
    if not found:
        return False
    if country and _is_tax_id(country, folded.strip()):
        return False
    exempt = list(_exempt_spans(folded))
    return any(not any(a <= start and end <= b for a, b in exempt) for start, end in found)


def _folded(character: str) -> str:
    """Any script's digit as 0 to 9, any dash or space as a plain one, invisible ones gone."""
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me"):
        return ""
    return "-" if category == "Pd" or character in "\u2212\u00b7\u2022" else character


def _card_spans(text: str) -> Iterator[tuple[int, int]]:
    """Where whole groups of digits, alone or spaced like a card, read as a card number."""
    groups = list(_GROUP.finditer(text))
    for first, start in enumerate(groups):
        sizes: list[int] = []
        digits = ""
        for at in range(first, len(groups)):
            group = groups[at]
            if sizes and not _GAP.fullmatch(text, groups[at - 1].end(), group.start()):
                break
            sizes.append(len(group[0]))
            digits += group[0]
            if len(digits) > _LONGEST:
                break
            if not _spaced_like_a_card(sizes) or not _is_card(digits):
                continue
            if not _is_other(text, start, digits):
                yield start.start(), group.end()


def _spaced_like_a_card(sizes: list[int]) -> bool:
    if len(sizes) == 1 or tuple(sizes) in _ODD_GROUPS:
        return True
    return sizes[0] <= 4 and sizes[-1] <= sizes[0] and set(sizes[:-1]) == {sizes[0]}


def _is_other(text: str, start: re.Match[str], digits: str) -> bool:
    """A telephone number with its plus, or an article number (GTIN-13) by its own check digit."""
    if text[: start.start()].endswith("+") and len(digits) <= 15:
        return True
    if len(start[0]) != 13 or len(digits) != 13:
        return False
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(digits)) % 10 == 0


def _is_card(digits: str) -> bool:
    return digits.startswith(_first_digits(len(digits))) and _luhn(digits)


@cache
def _first_digits(length: int) -> tuple[str, ...]:
    rows = [line.split() for line in _BRANDS.strip().splitlines()]
    ranges = [(int(low), int(high)) for _, low, high, *sizes in rows if str(length) in sizes]
    return tuple(str(prefix) for low, high in ranges for prefix in range(low, high + 1)) or ("x",)


def _luhn(digits: str) -> bool:
    doubled = "0246813579"
    return (
        sum(int(d) for d in digits[-1::-2]) + sum(int(doubled[int(d)]) for d in digits[-2::-2])
    ) % 10 == 0


def _exempt_spans(text: str) -> Iterator[tuple[int, int]]:
    """Our own ids, and numbers that name their kind and pass its check. Rarely reached."""
    from stdnum import get_cc_module, iban, iso11649

    for found in _UUID.finditer(text):
        yield found.span()
    for found in _IBAN.finditer(text):
        for end in range(found.end(), found.start() + 14, -1):
            if iban.is_valid(text[found.start() : end]):
                yield found.start(), end
                break
    for found in _REFERENCE.finditer(text):
        if iso11649.is_valid(found[0]):
            yield found.span()
    for found in _TAX_ID.finditer(text):
        kind = get_cc_module(found[1].lower(), "vat")
        if kind is not None and kind.is_valid(found[2]):
            yield found.span()


def _is_tax_id(country: str, number: str) -> bool:
    """Whether any kind of number of that country, as python-stdnum knows them, accepts it."""
    import pkgutil
    from importlib import import_module

    package = _PACKAGES.get(country.lower(), country.lower())
    if not re.fullmatch(r"[a-z]{2}_?", package):
        return False
    try:
        kinds = import_module(f"stdnum.{package}")
    except ModuleNotFoundError:
        return False
    names = [found.name for found in pkgutil.iter_modules(kinds.__path__)]
    modules = (import_module(f"{kinds.__name__}.{name}") for name in names)
    return any(kind.is_valid(number) for kind in modules if hasattr(kind, "is_valid"))
