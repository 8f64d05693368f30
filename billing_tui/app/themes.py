"""The console's own two themes: calm grounds, one accent, colour where something needs doing."""

from collections.abc import Container

from textual.theme import Theme

DARK = Theme(
    name="billing-dark",
    primary="#7aa2f7",
    secondary="#4a5a8a",
    accent="#7aa2f7",
    warning="#e5c07b",
    error="#f4768a",
    success="#98c379",
    foreground="#c8cedb",
    background="#12151c",
    surface="#12151c",
    panel="#1b202b",
    boost="#232938",
    dark=True,
    variables={
        "border": "#2b3242",
        "border-blurred": "#2b3242",
        "brand": "#e0a95f",
        "row": "#26365e",
        "row-blurred": "#1e2535",
        "footer-background": "#12151c",
        "footer-key-foreground": "#e0a95f",
        "footer-description-foreground": "#8a92a5",
        "input-cursor-background": "#c8cedb",
        "input-selection-background": "#7aa2f7 35%",
    },
)
LIGHT = Theme(
    name="billing-light",
    primary="#2a5bd7",
    secondary="#9db2e8",
    accent="#2a5bd7",
    warning="#8a5a00",
    error="#b3173a",
    success="#2c6e1f",
    foreground="#23283a",
    background="#fafaf7",
    surface="#fafaf7",
    panel="#efeee8",
    boost="#e6e4dc",
    dark=False,
    variables={
        "border": "#c9c7bd",
        "border-blurred": "#d6d4ca",
        "brand": "#a05a00",
        "row": "#cfdcfb",
        "row-blurred": "#e4e8f2",
        "footer-background": "#fafaf7",
        "footer-key-foreground": "#a05a00",
        "footer-description-foreground": "#5c6275",
        "input-cursor-background": "#23283a",
        "input-selection-background": "#2a5bd7 25%",
    },
)
OWN = (DARK, LIGHT)
DEFAULT = DARK.name


def lent(theme: Theme) -> dict[str, str]:
    """Colours of ours that a theme of others does not name, made of its own."""
    plain = theme.primary.startswith("ansi_")  # a terminal's own colours cannot be mixed
    return {
        "brand": theme.warning or theme.primary,
        "row": theme.primary if plain else f"{theme.primary} 30%",
        "row-blurred": "ansi_bright_black" if plain else f"{theme.primary} 12%",
    }


def shown(wanted: str, known: Container[str]) -> str:
    """The theme to begin with: the one that was kept, where there still is one of that name."""
    return wanted if wanted in known else DEFAULT
