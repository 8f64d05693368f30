import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.text import LoneSurrogate, NulCharacter, clean, search_words, sort_key


@pytest.mark.parametrize(
    "text", ["", "Ok", "\x1b[31m", "a\u202eb", "<script>", "日本", "a\nb", "👩‍👩‍👧"]
)
def test_text_is_kept_as_given(text: str) -> None:
    assert clean(text, "Name") == text


def test_nul_is_refused_with_its_place() -> None:
    with pytest.raises(NulCharacter) as refused:
        clean("ab\0c", "Name")
    assert (refused.value.field, refused.value.position) == ("Name", 2)
    assert refused.value.message.startswith("Name: character 3 ")


def test_a_lone_surrogate_is_refused_with_its_place() -> None:
    with pytest.raises(LoneSurrogate) as refused:
        clean("é\udc80", "Note")
    assert refused.value.position == 1


@given(st.text(st.characters()))
def test_what_is_kept_can_be_written(text: str) -> None:
    try:
        kept = clean(text, "Name")
    except (NulCharacter, LoneSurrogate):
        return
    assert kept.encode().decode() == text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("  ACME Ltd ", "acme ltd"),
        ("Éclair", "eclair"),
        ("Straße", "strasse"),
        ("ŁÓDŹ", "lodz"),
        ("Ørsted", "orsted"),
        ("İstanbul", "istanbul"),
        ("ﬁnance", "finance"),
        ("ＡＢＣ", "abc"),
        ("Ærø", "aero"),
        ("Ελλάς", "ελλασ"),
    ],
)
def test_sort_keys(text: str, key: str) -> None:
    assert sort_key(text) == key


@given(st.text())
def test_a_sort_key_is_its_own_sort_key(text: str) -> None:
    assert sort_key(sort_key(text)) == sort_key(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ()),
        ("Acme & Söhne GmbH", ("acme", "sohne", "gmbh")),
        ("O'Brien-Smith O’Brien", ("obrien", "smith")),
        ("S.A.R.L. Dupont", ("sarl", "dupont")),
        ("a.b", ("ab",)),
        ("acme.com", ("acme", "com")),
        ("billing_team@acme.example", ("billing", "team", "acme", "example")),
        ("acme acme ACME", ("acme",)),
        ("हिन्दी लिमिटेड", ("हिनदी", "लिमिटेड")),
        ("می\u200cخواهم", ("میخواهم",)),
        ("株式会社アクメ", ("株式会社アクメ",)),
        ("\u202e\x1b[31m", ("31m",)),
        ("!!!", ()),
    ],
)
def test_search_words(text: str, words: tuple[str, ...]) -> None:
    assert search_words(text) == words
