"""An empty Textual app: the least that a program on this screen can take to show something."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class EmptyApp(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("first frame")


if __name__ == "__main__":
    EmptyApp().run()
