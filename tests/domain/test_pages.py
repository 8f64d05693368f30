"""Cursors: the same page has the same one, and no other list takes it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing_tui.domain.pages import CursorRefused, page_size, read_cursor, write_cursor


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))))
def test_a_cursor_says_where_it_stands(parts: list[str]) -> None:
    cursor = write_cursor("things", {"a": 1}, parts)
    assert cursor == write_cursor("things", {"a": 1}, parts)
    assert read_cursor(cursor, "things", {"a": 1}, len(parts)) == parts
    for name, asked, count in (
        ("other", {"a": 1}, len(parts)), ("things", {"a": 2}, len(parts)),
        ("things", {"a": 1}, len(parts) + 1),
    ):  # fmt: skip
        with pytest.raises(CursorRefused):
            read_cursor(cursor, name, asked, count)


@given(st.text())
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CursorRefused):
        read_cursor(text, "things", None, 1)


def test_sizes_stay_in_bounds() -> None:
    assert [page_size(n) for n in (-1, 0, 7, 10**9)] == [1, 1, 7, 1000]
