import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.safe import HIDDEN, safe, safe_in_place

# Format characters that draw something themselves, such as the Arabic number sign.
VISIBLE_FORMAT = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Müller & Söhne", "Müller & Söhne"),
        ("", ""),
        ("\x1b[31mred", "␛[31mred"),
        ("\x1b]52;c;Zm9v\x07", "␛]52;c;Zm9v␇"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\tb\r\nc", "a␉b␍␊c"),
        ("a\x00b\x7f", "a␀b␡"),
        ("abc\u202etxt.exe", "abc<U+202E>txt.exe"),
        ("\u2066x\u2069\u061c\u200e\u200f", "<U+2066>x<U+2069><U+061C><U+200E><U+200F>"),
        ("pay\u200bpal\ufeff", "pay<U+200B>pal<U+FEFF>"),
        ("a\U000e0041b", "a<U+E0041>b"),
        ("a\ud800b", "a<U+D800>b"),
        ("a\u2028b\u2029c\x85d", "a<U+2028>b<U+2029>c<U+0085>d"),
        ("\u3164\u115f\uffa0", "<U+3164><U+115F><U+FFA0>"),
        ("[link=https://x]@click[/]", "[link=https://x]@click[/]"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("ad\u200cmin", "ad<U+200C>min"),
        ("\u200cمی\u200c", "<U+200C>می<U+200C>"),
        ("مي\u200c\u200cخ", "مي<U+200C><U+200C>خ"),
    ],
)
def test_hostile_text_is_visible_and_inert(given: str, shown: str) -> None:
    assert safe(given) == shown


def test_a_newline_stays_only_where_lines_are_expected() -> None:
    assert safe("a\nb\x1b", multiline=True) == "a\nb␛"
    assert safe("a\nb") == "a␊b"


def test_no_control_or_hidden_character_of_unicode_gets_through() -> None:
    leaking = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        category = unicodedata.category(character)
        hidden = category in {"Cc", "Cs", "Zl", "Zp", "Cf"} and code not in VISIBLE_FORMAT
        if hidden and safe(character) == character:
            leaking.append(f"{code:04X}")
    assert leaking == []


def test_letters_digits_and_marks_of_every_script_stay_as_they_are() -> None:
    changed = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Lu", "Ll", "Lt", "Lm", "Nd", "Nl", "Sc", "Zs", "Mc"}
        and safe(chr(code)) != chr(code)
    ]
    assert changed == []


@given(st.text(st.characters()), st.booleans())
def test_safe_text_is_already_safe(text: str, multiline: bool) -> None:
    once = safe(text, multiline)
    assert safe(once, multiline) == once
    once.encode()


@given(st.text())
def test_in_place_each_character_stays_one(text: str) -> None:
    shown = safe_in_place(text)
    assert len(shown) == len(text)
    hidden = [c for c in shown if HIDDEN.search(c)]
    assert set(hidden) <= {"\u200c", "\u200d"}


def test_in_place_what_is_hidden_is_seen() -> None:
    assert safe_in_place("a\x1b\u202eb\x9b می\u200cخ") == "a␛\ufffdb\ufffd می\u200cخ"
