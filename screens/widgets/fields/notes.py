"""Text of several lines, kept exactly as it was given."""

from __future__ import annotations

from rich.text import Text
from textual import events, on
from textual.document._document import Document, EditResult, Location
from textual.document._document_navigator import DocumentNavigator
from textual.document._wrapped_document import WrappedDocument
from textual.widgets import TextArea

from billing_tui.domain.fields import checked_text
from billing_tui.domain.safe import safe_in_place

from .field import Field
from .inputs import FieldInput

LONGEST_PASTE = 100_000
_TAB_CELLS = 4


class ExactDocument(Document):
    """Only a line feed ends a line: Textual's own one rewrites eight other characters to it."""

    def __init__(self, text: str) -> None:
        super().__init__("")
        self._lines = text.split("\n")

    def replace_range(self, start: Location, end: Location, text: str) -> EditResult:
        (top, left), (bottom, right) = sorted((start, end))
        replaced = self.get_text_range(start, end)
        lines = text.split("\n")
        last = len(lines[-1]) if len(lines) > 1 else left + len(text)
        lines[0] = self._lines[top][:left] + lines[0]
        lines[-1] += self._lines[bottom][right:]
        self._lines[top : bottom + 1] = lines
        return EditResult((top + len(lines) - 1, last), replaced)


class NotesArea(TextArea):
    """A tab is drawn as spaces, any other control character as one visible cell."""

    def __init__(self, text: str) -> None:
        super().__init__(text, compact=True, highlight_cursor_line=False)

    def _set_document(self, text: str, language: str | None) -> None:
        document = ExactDocument(text)
        self.document = document
        self.wrapped_document = WrappedDocument(document, tab_width=_TAB_CELLS)
        self.navigator = DocumentNavigator(self.wrapped_document)
        self._build_highlight_map()
        self.move_cursor((0, 0))
        self._rewrap_and_refresh_virtual_size()

    def get_line(self, line_index: int) -> Text:
        parts = self.document.get_line(line_index).split("\t")
        return Text("\t".join(map(safe_in_place, parts)), end="", no_wrap=True)

    async def _on_paste(self, event: events.Paste) -> None:
        """Terminals send each line end of a paste as a carriage return."""
        event.stop()
        event.prevent_default()
        text = event.text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > LONGEST_PASTE:
            self.post_message(FieldInput.PasteTooLong(len(text)))
        elif not self.read_only:
            result = self._replace_via_keyboard(text, *self.selection)
            if result is not None:
                self.move_cursor(result.end_location)


class NotesField(Field[str]):
    def __init__(
        self, name: str, label: str, *, most: int = 10_000, text: str = "", required: bool = False
    ) -> None:
        super().__init__(name, label, required=required)
        self.most = most
        self.area = NotesArea(text)

    @property
    def entry(self) -> NotesArea:
        return self.area

    @property
    def text(self) -> str:
        return self.area.text

    @text.setter
    def text(self, text: str) -> None:
        self.area.text = text
        if self.is_mounted:
            self.changed()

    def read(self, text: str) -> str:
        return checked_text(text, self.key, self.most, least=int(self.required))

    def freeze(self, frozen: bool) -> None:
        self.area.read_only = frozen

    @on(FieldInput.PasteTooLong)
    def _refuse_paste(self, event: FieldInput.PasteTooLong) -> None:
        event.stop()
        self.error = f"{event.length:,} characters are too many; nothing was pasted."

    @on(TextArea.Changed)
    def _typed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.changed()
