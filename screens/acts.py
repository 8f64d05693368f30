"""Which keys do something now, and why not: by right, by feature and by what is on screen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from billing_tui.domain.rights import Right, RightMissing

from .desk import desk_of


@dataclass(frozen=True, slots=True)
class Act:
    """One key of a screen, as palette and help show it; `why_not` is empty when it works."""

    key: str
    name: str
    about: str
    action: str
    why_not: str


class Acts(DOMNode):
    """`RIGHTS` names the right an action needs, on each class those of its own. `blocked` says what
    on screen stands in its way."""

    RIGHTS: ClassVar[Mapping[str, Right]] = {}

    def blocked(self, action: str) -> str:
        """Why the state of things does not allow an action now, in one sentence, or nothing."""
        return ""

    def forbidden(self, action: str) -> str:
        """Why the person may not do it at all, or nothing."""
        right = next((r[action] for r in self._rights() if action in r), None)
        if right is None or desk_of(self).session.may(right):
            return ""
        return RightMissing(right).message

    @classmethod
    def _rights(cls) -> Iterator[Mapping[str, Right]]:
        return (vars(each)["RIGHTS"] for each in cls.__mro__ if "RIGHTS" in vars(each))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if self.forbidden(action):
            return False
        return None if self.blocked(action) else super().check_action(action, parameters)


def acts_of(node: DOMNode) -> Iterator[Act]:
    """Every key of ours a node has, in the order they were written, also those that do nothing now
    for a reason. What has no name, such as a tab stop, is the toolkit's."""
    keys = node._bindings.copy()  # noqa: SLF001 - no public way
    keys.apply_keymap(node.app._keymap)  # noqa: SLF001
    for binding in (one for some in keys.key_to_bindings.values() for one in some):
        if binding.id and binding.description and not binding.system:
            why_not = _why_not(node, binding)
            if why_not or node.check_action(_name(binding), ()):
                about = binding.tooltip or binding.description
                key = node.app.get_key_display(binding)
                yield Act(key, binding.description, about, binding.action, why_not)


def why_nothing(screen: Screen[Any], key: str) -> str:
    """Why a key of what is on screen does nothing now; empty where one does something."""
    found = ""
    for node, keys in screen._binding_chain:  # noqa: SLF001
        for binding in keys.key_to_bindings.get(key, ()):
            if node.check_action(_name(binding), ()):
                return ""
            found = found or _why_not(node, binding)
    return found


def _why_not(node: DOMNode, binding: Binding) -> str:
    if not isinstance(node, Acts):
        return ""
    return node.forbidden(_name(binding)) or node.blocked(_name(binding))


def _name(binding: Binding) -> str:
    return binding.action.partition("(")[0].rpartition(".")[2]
