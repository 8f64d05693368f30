"""What a screen may ask of this machine: its secrets, its look, and where things lie on it.

Everything here is called in threads, like services.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from textual.message_pump import MessagePump

    from billing_tui.credentials import Backend, Kept, Place
    from billing_tui.domain.acts import Request
    from billing_tui.services.about import About
    from billing_tui.services.audit_key import Rotated
    from billing_tui.services.credentials import Tried


class Machine(Protocol):
    def credentials(self) -> Sequence[Kept]:
        """Where each secret of this store and person is, never what it is."""

    def keyring(self) -> Backend: ...

    def keep_credential(self, name: str, value: str) -> Kept: ...

    def remove_credential(self, name: str) -> Sequence[Place]: ...

    def try_credential(self, name: str) -> Tried: ...

    def rotate_audit_key(self, request: Request) -> Rotated:
        """Its recovery code is told here and never again."""

    def try_keyring(self) -> Backend: ...

    def remember_theme(self, name: str) -> None: ...

    def about(self) -> About: ...


class _Runs(Protocol):
    @property
    def machine(self) -> Machine: ...


def machine_of(pump: MessagePump) -> Machine:
    return cast("_Runs", pump.app).machine
