"""The one render boundary: text from data becomes visible and inert before anybody sees it.

Everything shown, printed or logged passes `safe`. Stored text stays as it was given, so a hostile
name can still be searched, exported and explained.
"""

import re

# Marks that reorder, hide or smuggle text. A test compares this with the whole of Unicode.
_INVISIBLE = (
    "\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
HIDDEN = re.compile(f"[{_INVISIBLE}]")

# Persian and the scripts of India write with joiners: between two of their letters one is spelling.
_JOINERS = "\u200c\u200d"
_JOINING_SCRIPTS = range(0x0600, 0x1900)


def safe(text: str, multiline: bool = False) -> str:
    """`text` with every control, bidi and invisible character shown as `␛` or `<U+202E>`.

    A newline stays one only where several lines are expected.
    """
    if (text.isascii() and text.isprintable()) or HIDDEN.search(text) is None:
        return text
    return HIDDEN.sub(_shown_in_lines if multiline else _shown, text)


def safe_in_place(text: str) -> str:
    """As `safe`, but one character for each, where a cursor counts them."""
    return HIDDEN.sub(_shown_in_place, text)


def _shown_in_place(match: re.Match[str]) -> str:
    shown = _shown(match)
    return shown if len(shown) == 1 else "\ufffd"


def _shown_in_lines(match: re.Match[str]) -> str:
    return "\n" if match[0] == "\n" else _shown(match)


def _shown(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if character in _JOINERS and _spells(match.string, match.start()):
        return character
    return f"<U+{code:04X}>"


def _spells(text: str, at: int) -> bool:
    if at == 0 or at + 1 == len(text):
        return False
    before, after = text[at - 1], text[at + 1]
    return ord(before) in _JOINING_SCRIPTS and ord(after) in _JOINING_SCRIPTS and after.isalpha()
