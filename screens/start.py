"""The first frame: shown before anything is opened, and whenever nothing can be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Footer, Static

from billing_tui.domain.safe import safe

LOGO = "◆ billing"


class StartScreen(Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Try again", tooltip="Open the store again", id="start.again"),
        Binding("m", "upgrade", "Upgrade", tooltip="Bring the store's schema up to this program",
                id="start.upgrade"),
    ]  # fmt: skip

    def __init__(self) -> None:
        super().__init__()
        self._again: Callable[[], Any] | None = None
        self._upgrade: Callable[[], Any] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="start"):
            yield Static(LOGO, id="logo", markup=False)
            yield Static("Opening the store…", id="state", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def say(self, text: str) -> None:
        self._again = self._upgrade = None
        self.query_one("#state", Static).update(text)
        self.remove_class("trouble")
        self.refresh_bindings()

    def refuse(
        self,
        title: str,
        message: str,
        again: Callable[[], Any],
        upgrade: Callable[[], Any] | None = None,
    ) -> None:
        """Nothing can be opened; says why, and which key may help."""
        self._again, self._upgrade = again, upgrade
        told = Text.assemble((f"✗ {safe(title)}\n", "bold"), safe(message, multiline=True))
        self.query_one("#state", Static).update(told)
        self.add_class("trouble")
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "again":
            return self._again is not None
        if action == "upgrade":
            return self._upgrade is not None
        return super().check_action(action, parameters)

    def action_again(self) -> None:
        if self._again:
            self._again()

    def action_upgrade(self) -> None:
        if self._upgrade:
            self._upgrade()
