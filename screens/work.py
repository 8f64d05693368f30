"""How screens and widgets get at services: reads in threads, writes on the program's queue.

A read is a named worker; a newer one of the same name makes the older one's answer worthless, which
is decided on the screen's own thread by a number. Only message handlers change what is shown.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from textual import on
from textual.dom import DOMNode
from textual.message import Message
from textual.message_pump import MessagePump
from textual.worker import get_current_worker

from billing_tui.domain.errors import BillingError, StoreError

from .desk import Broke, Desk, Write, desk_of

R = TypeVar("R")

if TYPE_CHECKING:
    from textual.widget import Widget

    _Base = Widget
else:
    _Base = MessagePump  # so that its handlers are collected


@dataclass
class LoadFailed(Message):
    """A read was refused; `what` names it as it was asked for."""

    what: str
    error: BillingError


@dataclass
class _Answer(Message, bubble=False):
    what: str
    number: int
    message: Message | Exception


class Works(DOMNode):
    """A screen or widget that reads and writes."""

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {}

    @property
    def desk(self) -> Desk:
        return desk_of(self)

    def load(self, what: str, read: Callable[[], R], told: Callable[[R], Message]) -> None:
        """Read in a thread; the answer comes as `told` makes it a message, or as LoadFailed."""
        number = self._numbers[what] = self._numbers.get(what, 0) + 1

        def run() -> None:
            answer = answered(read, told, lambda error: LoadFailed(what, error))
            if not get_current_worker().is_cancelled:
                self.post_message(_Answer(what, number, answer))

        self.run_worker(
            run, name=what, group=what, exclusive=True, thread=True, exit_on_error=False
        )

    def write(self, what: str, work: Callable[[], R], told: Callable[[R], Message]) -> None:
        """Write on the program's queue; the outcome comes as `told` makes it, or as WriteFailed."""
        self.desk.write(Write(what, work, told, self))

    @on(_Answer)
    def _deliver(self, answer: _Answer) -> None:
        answer.stop()
        if self._numbers.get(answer.what) != answer.number:
            return
        if isinstance(answer.message, Exception):
            self.desk.fault(answer.message)
            self.post_message(Broke(answer.what))
            return
        if isinstance(answer.message, LoadFailed) and is_away(answer.message.error):
            self.desk.went_away()
        self.post_message(answer.message)


def answered(
    work: Callable[[], R],
    told: Callable[[R], Message],
    refused: Callable[[BillingError], Message],
) -> Message | Exception:
    """The message a piece of work ends with, or the fault it met."""
    try:
        return told(work())
    except BillingError as error:
        return refused(error)
    except Exception as fault:  # noqa: BLE001 - a thread has nobody else to tell
        return fault


def is_away(error: BillingError) -> bool:
    return isinstance(error, StoreError) and error.code == "store_away"


def sender_is_there(sender: MessagePump) -> bool:
    return sender.is_running and not sender._closing  # noqa: SLF001 - no public word for it
