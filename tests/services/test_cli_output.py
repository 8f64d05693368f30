"""Whatever is printed is inert, lines up, and is the same bytes for the same things."""

import io
import json
from decimal import Decimal

import pytest

from billing_tui.cli.output import Output, columns_of, document, told

HOSTILE = "Ann\x1b]52;c;aGk=\x07\x9b31m\u202e[link=x]\x7f"


def lines_of(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> list[str]:
    out = io.StringIO()
    Output(as_json=False, out=out).table(columns, rows)
    return out.getvalue().splitlines()


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("正博", 4), ("é", 1), ("e\u0301", 1), ("ｗ", 2), ("", 0)]
)
def test_a_text_is_as_wide_as_a_terminal_shows_it(text: str, columns: int) -> None:
    assert columns_of(text) == columns


def test_columns_line_up_in_any_script() -> None:
    header, wide, narrow = lines_of(("name", "n"), [("正博貿易", 5), ("Ann", 12)])
    assert [columns_of(line) for line in (header, wide, narrow)] == [12, 12, 12]


@pytest.mark.parametrize("as_json", [True, False])
def test_nothing_in_data_acts_on_the_terminal(as_json: bool) -> None:
    out, err = io.StringIO(), io.StringIO()
    output = Output(as_json, out, err)
    output.page([{"name": HOSTILE}], HOSTILE, ("name",), [(HOSTILE,)])
    output.show({"name": HOSTILE}, [("name", HOSTILE)])
    output.line(HOSTILE)
    output.aside(HOSTILE)
    printed = out.getvalue() + err.getvalue()
    assert printed
    assert not set(printed) & set("\x1b\x07\x9b\x7f\u202e")


def test_a_document_keeps_the_data_as_it_is() -> None:
    assert json.loads(document({"name": HOSTILE})) == {"name": HOSTILE}


def test_a_document_has_one_spelling() -> None:
    assert document({"b": frozenset({2, 1}), "a": Decimal("1.10")}) == document(
        {"a": Decimal("1.10"), "b": frozenset({1, 2})}
    )
    assert told(Decimal("1.10")) == "1.10"


def test_on_a_terminal_a_long_last_column_stays_in_its_column() -> None:
    out = io.StringIO()
    output = Output(as_json=False, out=out, width=40)
    output.table(
        ("id", "what"), [("I12", "Every version of every row stands in the chain 正博貿易")]
    )
    output.show({}, [("path", "x" * 50)])
    assert out.getvalue().splitlines() == [
        "id   what",
        "I12  Every version of every row stands",
        "     in the chain 正博貿易",
        "path  " + "x" * 34,
        "      " + "x" * 16,
    ]


def test_a_pipe_gets_one_line_a_row() -> None:
    text = "many words " * 40
    assert len(lines_of(("id", "what"), [("I12", text)])) == 2
