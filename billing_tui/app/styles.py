"""Styles that are parsed once for the same colours.

Textual parses all of them again for every area that is seen the first time, about 60 ms each.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet


class Styles(Stylesheet):
    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._variables:
            super().set_variables(variables)

    def reparse(self) -> None:
        self.parse()
