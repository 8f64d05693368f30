"""Text as people type it: what is refused, how it sorts, and which words find it."""

import re
import unicodedata

from .cards import CardNumberRefused, card_number_in, refuse_cards
from .errors import InputError

__all__ = [
    "CardNumberRefused",
    "LoneSurrogate",
    "NulCharacter",
    "card_number_in",
    "clean",
    "refuse_cards",
    "search_words",
    "sort_key",
]

# Letters Unicode does not take apart, written as people without that key type them.
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ŧ": "t", "ŋ": "n"}
    | {"æ": "ae", "œ": "oe", "þ": "th", "ĸ": "k", "ɖ": "d", "ŀ": "l"}
)
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile("['`\u00b4\u02bc\u2018\u2019]")
_INITIALS = re.compile(r"(?<![^\W_]{2})(?<=[^\W_])\.(?=[^\W_](?![^\W_]))")
_SURROGATE = re.compile("[\ud800-\udfff]")


class NulCharacter(InputError):
    def __init__(self, field: str, position: int) -> None:
        self.field, self.position = field, position
        super().__init__(
            "Text not readable",
            f"{field}: character {position + 1} is a NUL, which no store keeps. "
            "Remove it, or check the encoding of the file it came from.",
        )


class LoneSurrogate(InputError):
    def __init__(self, field: str, position: int) -> None:
        self.field, self.position = field, position
        super().__init__(
            "Text not readable",
            f"{field}: character {position + 1} is half of a character. "
            "Type it again, or check the encoding of the file it came from.",
        )


def clean(text: str, field: str) -> str:
    """`text` exactly as given, or refused because a store could not give it back."""
    if "\0" in text:
        raise NulCharacter(field, text.index("\0"))
    if not text.isascii() and (half := _SURROGATE.search(text)):
        raise LoneSurrogate(field, half.start())
    return text


def sort_key(text: str) -> str:
    """How a name sorts and is found: without case, accents and outer spaces."""
    if text.isascii():
        return text.lower().strip()
    folded = _decomposed(_decomposed(text).casefold()).translate(_PLAIN_LETTERS)
    return "".join(c for c in folded if not unicodedata.combining(c)).strip()


def search_words(text: str) -> tuple[str, ...]:
    """The words of a text in the form of `sort_key`, each once, in the order they stand."""
    key = _INITIALS.sub("", _APOSTROPHES.sub("", sort_key(text)))
    if not key.isascii():
        key = "".join(map(_word_character, key))
        return tuple(dict.fromkeys(key.split()))
    return tuple(dict.fromkeys(_WORD.findall(key)))


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFKD", text)


def _word_character(character: str) -> str:
    """Vowel signs belong to their word although they are no letters; joiners are not typed."""
    if character.isalnum():
        return character
    category = unicodedata.category(character)
    if category[0] == "M":
        return character
    return "" if category == "Cf" else " "
