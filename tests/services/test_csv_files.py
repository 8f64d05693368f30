import codecs
import csv
import io
import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing_tui.adapters.csv_files import (
    LONGEST_LINE,
    MOST_COLUMNS,
    CsvTable,
    CsvWriter,
    FileRefused,
    guarded,
    open_csv,
)

KNOWN = {"number", "name", "currency"}
PLAIN = "name,currency\nZoë,EUR\n"


def opened(data: bytes | str, **how: str) -> CsvTable:
    return open_csv(data if isinstance(data, bytes) else data.encode(), KNOWN, **how)


def cells(data: bytes | str, **how: str) -> list[list[str]]:
    return [row for _, row in opened(data, **how).rows()]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN.encode(),
        codecs.BOM_UTF8 + PLAIN.encode(),
        codecs.BOM_UTF16_LE + PLAIN.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + PLAIN.encode("utf-16-be"),
        PLAIN.replace(",", ";").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", "|").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.rstrip().encode(),
        b"sep=;\r\n" + PLAIN.replace(",", ";").encode(),
        ("\n\n" + PLAIN.replace("\n", "\n,\n\n")).encode().lstrip(),
    ],
)
def test_however_it_was_saved_it_reads_the_same(data: bytes) -> None:
    table = opened(data)
    assert table.header == ("name", "currency")
    assert [row for _, row in table.rows()] == [["Zoë", "EUR"]]
    assert [row for _, row in table.rows()] == [["Zoë", "EUR"]]


def test_another_encoding_or_separator_is_taken_when_named() -> None:
    assert cells(PLAIN.encode("cp1252"), encoding="cp1252") == [["Zoë", "EUR"]]
    assert cells(PLAIN.encode("utf-16-le"), encoding="utf-16-le") == [["Zoë", "EUR"]]
    assert cells("name~currency\na,b~EUR\n", delimiter="~") == [["a,b", "EUR"]]
    assert cells("name;currency\na,b;EUR\n", delimiter="semicolon") == [["a,b", "EUR"]]


def test_the_separator_is_the_one_that_makes_names_known() -> None:
    assert opened("number,a;b;c;d\n").delimiter == ","
    assert opened("name;currency\n1,5;2,5\n").delimiter == ";"
    assert opened("name\nx;y\n").delimiter == ","


def test_rows_are_numbered_as_a_spreadsheet_shows_them() -> None:
    text = 'name,currency\n"two\nlines",EUR\n\n,\nlast,EUR\n'
    assert [number for number, _ in opened(text).rows()] == [2, 5]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b",,\n", "must name the columns"),
        (b"PK\x03\x04rest", "spreadsheet"),
        (b"\xd0\xcf\x11\xe0rest", "old spreadsheet"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        ("name\nZoë\n".encode("cp1252"), "Row 2: byte eb is no UTF-8 text.*--encoding cp1252"),
        ("name\nZoë\n".encode("utf-16-le"), "--encoding utf-16-le"),
        ("name\nZoë\n".encode("utf-16-be"), "--encoding utf-16-be"),
        ("name\nZoë\n".encode("utf-32"), "UTF-32"),
        (b"name\n\xed\xa0\x80\n", "Row 2: byte ed is no UTF-8"),
        (codecs.BOM_UTF16_LE + "name\n".encode("utf-16-le") + b"\x00\xd8x\x00", "Row 2"),
        (codecs.BOM_UTF16_LE + "name\nZ".encode("utf-16-le")[:-1], "byte 5a|cut off"),
        (b'name,currency\n"a,EUR\n', "Row 2, column 1: a quote opens the cell"),
        (b'name,currency\na,EUR\nb,"E"UR\n', "Row 3, column 2: the cell goes on behind"),
        (b'name,currency\n"' + b"a" * 200_000 + b'",EUR\n', "Row 2: the cell is too long"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(data: bytes, said: str) -> None:
    with pytest.raises(FileRefused, match=said):
        list(opened(data).rows())


@pytest.mark.parametrize("name", ["nonsense", "utf-7", "idna", "hex", "unicode_escape", "\0", "é"])
def test_only_encodings_of_text_are_taken(name: str) -> None:
    with pytest.raises(FileRefused, match="no encoding known"):
        opened(PLAIN, encoding=name)


def test_a_million_columns_and_endless_lines_are_refused() -> None:
    with pytest.raises(FileRefused, match="500 columns"):
        opened(b"a," * 1_000_000)
    with pytest.raises(FileRefused, match=f"at most {MOST_COLUMNS}"):
        opened(b"a," * 2_000 + b"\n")
    with pytest.raises(FileRefused, match="Row 3: the line has more than 500 columns"):
        opened(b"name\nx\n" + b"," * (LONGEST_LINE + 2))
    with pytest.raises(FileRefused, match="Row 2: the line is too long"):
        opened(b"name\n" + b"x" * (LONGEST_LINE + 2) + b"\n")


def test_a_strange_separator_is_refused() -> None:
    for strange in ('"', "\n", "'", "ab"):
        with pytest.raises(FileRefused, match="separate"):
            opened(PLAIN, delimiter=strange)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", " =1", "\u00a0=1", "\ufeff=1",
        "＝1", "＋1", "－1", "＠x", "−1", "'=1", "''=1", "x\t=1", "x;=1", "x\n=1", "x; @y",
    ],
)  # fmt: skip
def test_no_text_can_act_in_a_spreadsheet(text: str) -> None:
    shown = guarded(text, ",")
    assert shown != text
    for part in [shown, *shown.replace("\t", ";").replace("\n", ";").split(";")]:
        assert not part.lstrip(" \u00a0\ufeff").startswith(tuple("=+-@\t\r\0＝＋－＠−"))


@pytest.mark.parametrize("text", ["Müller-Lüdenscheidt", "O'Hara", "'tis", "a=b", "1-2", "x@y.z"])
def test_harmless_text_stays(text: str) -> None:
    assert guarded(text) == text


def test_numbers_stay_numbers() -> None:
    file = io.StringIO()
    CsvWriter(file, ["a", "b"]).rows([[Decimal("-12.50"), "-12.50"], [-3, None]])
    assert file.getvalue() == "a,b\r\n-12.50,'-12.50\r\n-3,\r\n"


HOSTILE = st.text(
    st.one_of(
        st.sampled_from("=+-@'\"\t\r\n;,| \u00a0\ufeff\u202e\x1b\x00＝０a"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=12,
)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(st.tuples(HOSTILE, HOSTILE), max_size=5),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_comes_back(rows: list[tuple[str, str]], delimiter: str, encoding: str) -> None:
    file = io.StringIO(newline="")
    CsvWriter(file, ["name", "currency"], delimiter).rows(rows)
    back = cells(file.getvalue().encode(encoding))
    assert back == [list(row) for row in rows if any(row)]


def trouble(data: bytes) -> str:
    try:
        list(opened(data).rows())
    except FileRefused as refused:
        return refused.message
    return ""


def test_thousands_of_broken_files_are_read_or_refused() -> None:
    """Each damaged file gives its rows or one sentence, never anything else."""
    dice = random.Random(7)
    whole = io.StringIO()
    csv.writer(whole).writerows([["number", "name"], *([f"{n}", f"Zoë {n}"] for n in range(9))])
    outcomes = {True: 0, False: 0}
    for _ in range(2000):
        codec = dice.choice(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32"])
        data = bytearray(whole.getvalue().encode(codec))
        for _ in range(dice.randrange(4)):
            at = dice.randrange(len(data))
            piece = bytes(dice.choice(b'",;\t\r\n\0\xff=\xed') for _ in range(dice.randrange(1, 4)))
            data[at : at + dice.randrange(3)] = piece
        said = trouble(bytes(data))
        outcomes[not said] += 1
        assert not said or said.endswith(".")
    assert min(outcomes.values()) > 100
