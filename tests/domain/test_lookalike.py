import json
import random
from importlib.resources import files

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.lookalike import mixed_scripts, skeleton
from billing_tui.domain.text import sort_key

SCRIPTS = (
    "am ar as be bg bn chr de dz el en fa fi fr gu he hi hy ja ka km kn ko lo ml mn mr my ne or pa "
    "pl ps ru sd si sr ta te th tr uk ur vi yue zh"
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paypal GmbH", "Pаypаl GmbH"),
        ("Acme", "Αcme"),
        ("Acme", "Acmе"),
        ("Google", "Goog1e"),
        ("ACME INC", "ACME lNC"),
        ("Office 365", "0ffice 365"),
        ("Modern", "Modem"),
        ("MARS", "mars"),
        ("Acme Inc", "acme  inc"),
        ("Acme", "Ac\u200bme"),
        ("Acme", "\u202eAcme"),
        ("Acme", "A\u034fcme"),
        ("Acme", "Ａｃｍｅ"),
        ("Acme", "𝐀𝐜𝐦𝐞"),
        ("Müller", "Muller"),
        ("Ørsted", "Orsted"),
        ("Acme\u00a0Ltd", "Acme Ltd"),
        ("Газпром", "Гaзпром"),
        ("Łódź", "Lodz"),
    ],
)
def test_look_alikes_have_one_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acne"),
        ("North Ltd", "South Ltd"),
        ("東京電力", "東京電機"),
        ("ガス", "カス"),
        ("كتاب", "كاتب"),
        ("राम", "रमा"),
        ("Газпром", "Газфонд"),
        ("Store 2", "Store 3"),
    ],
)
def test_other_names_have_other_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_unicodes_own_pairs_are_flagged() -> None:
    """Left are a few accented letters that the data compares with two plain characters."""
    data = json.loads(
        files("confusable_homoglyphs").joinpath("confusables.json").read_text("utf-8")
    )
    pairs = [(one, other["c"]) for one, others in data.items() for other in others]
    missed = [(a, b) for a, b in pairs if skeleton(f"Acme {a}x") != skeleton(f"Acme {b}x")]
    assert len(pairs) > 12_000
    assert len(missed) < len(pairs) * 0.002


def names_of(language: str) -> set[str]:
    locale = Locale.parse(language)
    return {*locale.territories.values(), *locale.languages.values()}


def test_honest_names_of_many_scripts_are_hardly_ever_flagged() -> None:
    names = mixed = alike = 0
    for language in SCRIPTS.split():
        seen: dict[str, str] = {}
        for name in names_of(language):
            names += 1
            mixed += bool(mixed_scripts(name))
            alike += sort_key(seen.setdefault(skeleton(name), name)) != sort_key(name)
    assert names > 20_000
    assert mixed < names * 0.001
    assert alike < names * 0.005


@pytest.mark.parametrize(
    ("name", "scripts"),
    [
        ("Pаypal", ("Cyrillic", "Latin")),
        ("Good Αcme", ("Greek", "Latin")),
        ("ООО Microsoft Рус", ()),
        ("株式会社ABCトレーディング", ()),
        ("삼성SDS", ()),
        ("Müller & Söhne", ()),
        ("Acme", ()),
        ("α-Tech 3000", ()),
        ("שלום-Acme", ()),
        ("Ａcme", ()),
        ("", ()),
        ("12 34", ()),
        ("Аcmе\u200b", ("Cyrillic", "Latin")),
    ],
)
def test_scripts_that_meet_inside_a_word(name: str, scripts: tuple[str, ...]) -> None:
    assert mixed_scripts(name) == scripts


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_takes_no_other_way_than_the_table(name: str) -> None:
    assert skeleton(name) == skeleton(f"{name} é")[:-1].strip()


@given(st.text(), st.randoms(use_true_random=False))
def test_hidden_characters_change_nothing(name: str, rng: random.Random) -> None:
    at = rng.randint(0, len(name))
    assert skeleton(name[:at] + "\u200b" + name[at:]) == skeleton(name)
