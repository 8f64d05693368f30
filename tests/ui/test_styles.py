"""Styles are parsed when they come and when colours change, and no other time."""

from __future__ import annotations

from typing import Any

import pytest
from textual.css.parse import parse

from tests.ui.office import Office
from tests.ui.seat import seated


@pytest.mark.unspared
async def test_what_is_parsed_is_kept_while_the_colours_stay(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def told(scope: str, css: str, *given: Any, **more: Any) -> Any:
        parsed.append(css)
        return parse(scope, css, *given, **more)

    async with seated(theme="billing-dark") as seat:
        monkeypatch.setattr("textual.css.stylesheet.parse", told)
        await seat.press("g", "d")
        assert len(parsed) == len(set(parsed))
        parsed.clear()
        await seat.press("g", "c", "g", "h")
        seat.app.refresh_css()
        assert len(parsed) == len(set(parsed))
        parsed.clear()
        dark = seat.app.screen.styles.scrollbar_color
        seat.app.theme = "billing-light"
        await seat.settled()
        assert parsed
        assert seat.app.screen.styles.scrollbar_color != dark
