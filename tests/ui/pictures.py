"""Pictures of the screen as it stands: SVG that repeats, and PNG with a font of our own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from textual.app import App

FONTS = Path(__file__).parent / "fonts"
FONT = "DejaVu Sans Mono"
_FACES = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)
_UNIQUE = re.compile(r"terminal-\d+-")


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
