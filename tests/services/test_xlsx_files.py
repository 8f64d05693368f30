from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from billing_tui.adapters import xlsx_files
from billing_tui.adapters.csv_files import Cell
from billing_tui.adapters.xlsx_files import LONGEST_TEXT, XlsxFile

AT = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def written(path: Path, rows: list[list[Cell]]) -> Any:
    file = XlsxFile(path, "Customers", ["name", "limit"], AT)
    file.rows(rows)
    file.close()
    return openpyxl.load_workbook(path)


def test_texts_are_strings_and_numbers_numbers(tmp_path: Path) -> None:
    book = written(tmp_path / "a.xlsx", [["=1+1", Decimal("-12.50")], ["https://x.y", 7], ["", 0]])
    cells = [[(cell.value, cell.data_type) for cell in row] for row in book["Customers"].rows]
    assert cells[1:] == [
        [("=1+1", "s"), (-12.5, "n")],
        [("https://x.y", "s"), (7, "n")],
        [(None, "n"), (0, "n")],
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1bb", "a␛b"),
        ("a\ufffe", "a<U+FFFE>"),
        ("\ud800", "<U+D800>"),
        ("two\nlines\t.", "two\nlines\t."),
        (" spaced ", " spaced "),
        ("_x0041_", "_x0041_"),
        ("a\rb", "a\rb"),
        ("<r><t>&</t></r>", "<r><t>&</t></r>"),
        ("日本 & <b>", "日本 & <b>"),
    ],
)
def test_what_xml_cannot_hold_is_made_visible(tmp_path: Path, text: str, shown: str) -> None:
    book = written(tmp_path / "a.xlsx", [[text, None]])
    found = book["Customers"]["A2"].value
    # What a spreadsheet undoes and the reader here leaves.
    assert found.replace("_x005F_", "_").replace("_x000D_", "\r") == shown


def test_nothing_is_lost_without_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = written(tmp_path / "a.xlsx", [["🙂" * LONGEST_TEXT, Decimal("12345678901234567.89")]])
    assert book["Customers"]["A2"].value.endswith("🙂 [cut]")
    assert book["Customers"]["B2"].value == "12345678901234567.89"
    monkeypatch.setattr(xlsx_files, "MOST_ROWS", 3)
    book = written(tmp_path / "b.xlsx", [[str(n), n] for n in range(5)])
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
