import pytest

from billing_tui.domain.imports import (
    ColumnMissing,
    ColumnTwice,
    ColumnUnknown,
    Row,
    columns_at,
    json_cell,
    listed,
    mark_shown,
)
from billing_tui.domain.imports.customers import COLUMNS


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("1,234.56", "."), ("1.234,56", ","), ("1,234", "?"), ("1.234", "?"), ("12", ""),
        ("1,23", ","), ("1.2", "."), ("1,234,567", "."), ("1.234.567", ","), ("1234,567", ","),
        ("0.125", "."), (".125", "."), ("1 234,567", ","), ("1'234.567", "."), ("-1,234", "?"),
        ("EUR 1.234", "?"), ("", ""), ("abc", ""),
    ],
)  # fmt: skip
def test_a_number_shows_its_decimal_mark(text: str, mark: str) -> None:
    assert mark_shown(text) == mark


def test_columns_are_found_however_they_are_written() -> None:
    assert columns_at(["Currency", " Tax-IDs", "NAME", "credit limit"], COLUMNS) == {
        "currency": 0, "tax_ids": 1, "name": 2, "credit_limit": 3,
    }  # fmt: skip
    with pytest.raises(ColumnUnknown, match="'postcode'"):
        columns_at(["name", "currency", "postcod"], COLUMNS)
    with pytest.raises(ColumnUnknown) as unknown:
        columns_at(["\x1b" * 99], COLUMNS)
    assert unknown.value.nearest == ""
    with pytest.raises(ColumnTwice):
        columns_at(["name", "Name", "currency"], COLUMNS)
    with pytest.raises(ColumnMissing, match="name, currency"):
        columns_at(["tags"], COLUMNS)


@pytest.mark.parametrize(
    "items", [[], ["a"], ["a", "b"], ["a;b"], [" a"], [""], ["[1]"], ["a\n", "ü"], ["]", "["]]
)
def test_lists_come_back(items: list[str]) -> None:
    row = Row(2, [listed(items)], {"tags": 0}, {})
    assert (row.items("tags"), row.problems) == (items, [])


@pytest.mark.parametrize("text", ["[", "[1", "[" * 50_000, '{"a":1}x'])
def test_broken_json_is_said(text: str) -> None:
    row = Row(2, [text], {"meta_data": 0}, {})
    assert row.names("meta_data") == {}
    assert [problem.column for problem in row.problems] == ["meta_data"]
    assert json_cell({"b": "ü", "a": 1}) == '{"a": 1, "b": "ü"}'
