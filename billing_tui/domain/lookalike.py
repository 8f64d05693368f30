"""Names that look like another name: one skeleton for all that a tired eye takes for the same.

After Unicode TR39: characters are replaced by the one they are confused with, then case, accents
and invisible characters go. A skeleton is only ever compared with skeletons, never shown. Names
that differ in case alone are found by their sort key.
"""

import re
import unicodedata
from functools import cache

from .safe import HIDDEN

# What the rules below make of ASCII, so that most names need no table; a test compares the two.
_ASCII = str.maketrans(
    {chr(code): chr(code).lower() for code in range(128)}
    | {"m": "rn", "M": "rn", "i": "l", "I": "l", "1": "l", "|": "l", "0": "o", "`": "'", '"': "''"}
    | {"%": "o/o"}
)
# Accents, vowel points and overlays; vowel and voicing signs of other scripts tell words apart.
_ACCENTS = {1, *range(10, 37), *range(200, 256)}
_EAST_ASIAN = {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO", "LATIN"}
_NO_SCRIPT = {"MODIFIER", "IDEOGRAPHIC"}
_BETWEEN_WORDS = re.compile(r"[\W\d_]+")


def skeleton(name: str) -> str:
    if name.isascii():
        return _spaced(HIDDEN.sub("", " ".join(name.split())).translate(_ASCII))
    table = _prototypes()
    seen = HIDDEN.sub("", " ".join(name.split()))
    seen = unicodedata.normalize("NFD", seen).translate(table)
    seen = unicodedata.normalize("NFKD", seen).casefold().translate(table)
    seen = unicodedata.normalize("NFKD", seen).casefold().replace("i", "l")
    return _spaced("".join(c for c in seen if unicodedata.combining(c) not in _ACCENTS))


def mixed_scripts(name: str) -> tuple[str, ...]:
    """The scripts that meet inside one word, such as Cyrillic and Latin; empty if none do.

    Words of different scripts side by side are common, and so is any East Asian mixture.
    """
    if name.isascii():
        return ()
    for word in _BETWEEN_WORDS.split(unicodedata.normalize("NFKC", HIDDEN.sub("", name))):
        scripts = {_script(c) for c in word} - {""}
        if len(scripts) > 1 and not scripts <= _EAST_ASIAN:
            return tuple(sorted(script.capitalize() for script in scripts))
    return ()


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _script(character: str) -> str:
    if not character.isalpha():
        return ""
    first = unicodedata.name(character, "").partition(" ")[0]
    return "" if first in _NO_SCRIPT else first


@cache
def _prototypes() -> dict[int, str]:
    """Each character that can be mistaken, and the text that stands for all of its kind.

    The data lists for every text the ones it is confused with; the one that lists most stands for
    its kind.
    """
    import json
    from importlib.resources import files

    source = files("confusable_homoglyphs").joinpath("confusables.json")
    listed = {
        _bare(text): {_bare(other["c"]) for other in others}
        for text, others in json.loads(source.read_text("utf-8")).items()
    }

    def rank(text: str) -> tuple[int, int, str]:
        return -len(listed.get(text, ())), -len(text), text

    best = {text: min(others, key=rank) for text, others in listed.items()}
    return {
        ord(text): other
        for text, other in best.items()
        if len(text) == 1 and rank(other) < rank(text)
    }


def _bare(text: str) -> str:
    """The data wraps right-to-left text in direction marks."""
    return text.replace("\u200e", "") or text
