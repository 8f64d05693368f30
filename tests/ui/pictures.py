"""Pictures of the screen as it stands: its colours as letters, SVG that repeats, and PNG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, groupby
from pathlib import Path
from string import ascii_letters
from typing import Any
from zlib import crc32

import pytest
from rich.color import Color
from rich.style import Style
from textual.app import App
from textual.filter import Monochrome
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from billing_tui.app import themes

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVu Sans Mono"
NO_COLOR = "no-color"
LOOKS = (themes.DARK.name, NO_COLOR, themes.LIGHT.name)
_FACES = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_UNIQUE = re.compile(r"terminal-\d+-")
_SHAPES = ("bold", "dim", "italic", "underline", "reverse", "strike")
_LETTERS = ascii_letters + "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΦΨΩбгджзийлцчшщыэюя"


def stand_still(patch: pytest.MonkeyPatch) -> None:
    """The cursor of a field is always seen."""
    patch.setattr(Input, "_toggle_cursor", lambda _input: None)
    patch.setattr(TextArea, "_toggle_cursor_blink_visible", lambda _area: None)


def wear(app: App[Any], look: str) -> None:
    """Dress it in a theme, or as it begins where NO_COLOR is set."""
    if look == worn(app):
        return
    app._filters[:] = [one for one in app._filters if not isinstance(one, Monochrome)]
    app.no_color = look == NO_COLOR
    if app.no_color:
        app._filters.append(Monochrome())
    theme = themes.DEFAULT if app.no_color else look
    if theme == app.theme:
        app.refresh_css(animate=False)
    app.theme = theme


def draw_anew(app: App[Any]) -> None:
    """Also what stands behind a dialog, which the toolkit lays out and paints when it comes back
    to the front."""
    for screen in (*app._background_screens, app.screen):
        screen._refresh_layout()
        for widget in screen.walk_children(Widget, with_self=True):
            widget.refresh()


def worn(app: App[Any]) -> str:
    return NO_COLOR if app.no_color else app.theme


def styles_of(drawn: Sequence[Strip]) -> list[list[str]]:
    """How each cell looks, in words."""
    return [
        [look for part in strip for look in [_in_words(part.style)] * part.cell_length]
        for strip in drawn
    ]


@lru_cache(4096)
def _in_words(style: Style | None) -> str:
    if style is None:
        return "plain"
    inks = f"{_named(style.color)} on {_named(style.bgcolor)}"
    return " ".join([inks, *(shape for shape in _SHAPES if getattr(style, shape))])


def _named(color: Color | None) -> str:
    if color is None:
        return "none"
    return color.triplet.hex if color.triplet else color.name


def colours(pictures: Mapping[str, Sequence[list[list[str]]]]) -> str:
    """The same screen in all looks, by its size: one letter for what looks alike in each of them,
    what each letter stands for, and for each line how many cells of which letter it has."""
    cells = {
        size: [list(zip(*lines, strict=True)) for lines in zip(*looks, strict=True)]
        for size, looks in pictures.items()
    }
    letters = _lettered(set(chain.from_iterable(chain.from_iterable(cells.values()))))
    legend = [("", *LOOKS), *((letter, *look) for look, letter in letters.items())]
    widths = [max(map(len, column)) for column in zip(*legend, strict=True)]
    told = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in legend]
    for size, lines in cells.items():
        told += ["", size, *(_runs(map(letters.__getitem__, line)) for line in lines)]
    return "\n".join(told) + "\n"


def _runs(line: Iterable[str]) -> str:
    return " ".join(f"{letter}{len(list(run))}" for letter, run in groupby(line))


def _lettered(looks: set[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """A look has the same letter in most pictures, so that one look more changes few of them."""
    free, letters = dict.fromkeys(_LETTERS), {}
    for look in sorted(looks):
        at = crc32("".join(look).encode()) % len(_LETTERS)
        letters[look] = next(one for one in _LETTERS[at:] + _LETTERS if one in free)
        del free[letters[look]]
    return letters


def svg_of(app: App[Any], title: str = "billing") -> str:
    """Without the font's address in the network and without the number that tells two apart."""
    text = app.export_screenshot(title=title)
    return _UNIQUE.sub("t-", _FACES.sub("", text)).replace("Fira Code", FONT)


def png_of(svg: str, *, zoom: float = 1.0) -> bytes:
    from resvg_py import svg_to_bytes

    made = svg_to_bytes(
        svg,
        skip_system_fonts=True,
        font_files=[str(path) for path in sorted(FONTS.glob("*.ttf"))],
        font_family=FONT,
        monospace_family=FONT,
        zoom=zoom,
    )
    return bytes(made)
