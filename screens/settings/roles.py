"""What each role may do: the table of rights, with one's own roles marked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from billing_tui.domain.rights import MATRIX, Right, Role
from screens.widgets.pane import Fact, Rule, Title, Words
from screens.widgets.pane import Part as Line
from screens.widgets.records import Cell, Column

from .part import OWN, Part

_MAY, _MAY_NOT = "●", "–"


class RolesPart(Part[Right]):
    ABOUT = "What each role may do; » marks yours. Roles are given on the page People."

    def columns(self) -> Sequence[Column[Right]]:
        first: Column[Right] = Column("May", lambda right: Cell(right.value), 22, 2, priority=9)
        return (first, *(self._column(role) for role in Role))

    def _column(self, role: Role) -> Column[Right]:
        own = role in self.desk.session.roles
        title = f"{OWN} {role.value}" if own else role.value
        return Column(title, partial(_cell, role, own), len(title), priority=5)

    def key_of(self, row: Right) -> str:
        return row.value

    def read(self) -> Sequence[Right]:
        return list(Right)

    def lines(self, row: Right) -> Sequence[Line]:
        mine = self.desk.session.roles
        allowed = self.desk.session.may(row)
        said = "You may do this." if allowed else "You may not do this."
        roles = [
            Fact(f"{OWN if role in mine else ' '} {role.value}",
                 "may" if role in MATRIX[row] else "may not",
                 "success" if role in MATRIX[row] else "muted")
            for role in Role
        ]  # fmt: skip
        return (Title(row.value), Words(said, "success" if allowed else "muted"), Rule(), *roles)


def _cell(role: Role, own: bool, right: Right) -> Cell:
    if role not in MATRIX[right]:
        return Cell(_MAY_NOT, "muted")
    return Cell(_MAY, "success" if own else "accent")
