"""The bar above every screen: where you are, whose books these are, and what waits for you."""

from __future__ import annotations

from rich.text import Text
from textual import events
from textual.app import ComposeResult, RenderResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static

from billing_tui.domain.safe import safe
from screens.areas import AREAS, BY_NAME
from screens.desk import desk_of

WIDE = 110
BRAND = "◆ billing"


class Tabs(Widget):
    """The areas by name, with the letter that leads to each; the current one alone when narrow."""

    COMPONENT_CLASSES = {"tabs--brand", "tabs--here", "tabs--other", "tabs--letter"}  # noqa: RUF012

    def render(self) -> RenderResult:
        here = BY_NAME.get(self.app.current_mode)
        style = self.get_component_rich_style
        line = Text(f" {BRAND} ", style=style("tabs--brand"), no_wrap=True, end="")
        if self.app.size.width < WIDE:
            line.append(f" {here.title if here else ''} ", style("tabs--here"))
            line.append("  g ", style("tabs--letter"))
            line.append("go to", style("tabs--other"))
            return line
        for area in AREAS:
            line.append(" ")
            at = len(line) + 1 + area.title.lower().index(area.letter)
            line.append(f" {area.title} ", style("tabs--here" if area is here else "tabs--other"))
            line.stylize("underline", at, at + 1)
        return line

    def on_click(self, event: events.Click) -> None:
        at = len(BRAND) + 2
        if self.app.size.width < WIDE:
            self.app.call_later(self.app.run_action, "go_to")
            return
        for area in AREAS:
            width = len(area.title) + 3
            if at <= event.x < at + width:
                desk_of(self).go(area.name)
            at += width


class Signs(Widget):
    """Organisation, person, running work and open alerts."""

    COMPONENT_CLASSES = {"signs--quiet", "signs--real", "signs--busy", "signs--alert"}  # noqa: RUF012

    def on_mount(self) -> None:
        for name in ("alerts", "running", "away"):
            self.watch(self.app, name, self._changed, init=False)

    def _changed(self) -> None:
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        session, style = desk_of(self).session, self.get_component_rich_style
        line = Text(no_wrap=True, end="", justify="right")
        running, alerts = getattr(self.app, "running", 0), getattr(self.app, "alerts", 0)
        if running:
            line.append(f"⟳ {running} running  ", style("signs--busy"))
        room = 28 if self.app.size.width >= WIDE else 18
        name = safe(session.organisation)
        line.append(name if len(name) <= room else f"{name[: room - 1]}…")
        line.append(" · " + ("live books" if session.production else "trial"),
                    style("signs--real" if session.production else "signs--quiet"))  # fmt: skip
        if self.app.size.width >= WIDE:
            line.append(f" · {safe(session.login)}", style("signs--quiet"))
        line.append("  ")
        line.append(f"▲ {alerts} ", style("signs--alert" if alerts else "signs--quiet"))
        return line


class TopBar(Vertical):
    def compose(self) -> ComposeResult:
        with Horizontal(id="bar"):
            yield Tabs()
            yield Signs()
        yield Static(
            "▲ The database cannot be reached. What you see may be old; nothing can be saved until"
            " it is back. Trying again.",
            id="away",
            markup=False,
        )

    def on_mount(self) -> None:
        self.watch(self.app, "away", self._show_away)

    def on_resize(self) -> None:
        """How much the signs say goes by the width of the whole, which they do not notice."""
        self.query_one(Signs).refresh(layout=True)

    def _show_away(self, away: bool) -> None:
        self.query_one("#away").display = away
