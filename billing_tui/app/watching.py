"""What others do meanwhile: a look at the head of the record every two seconds.

The same look finds out that the store is away, and that it is back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.message import Message
from textual.reactive import reactive

from billing_tui.domain.alerts import AlertFilter
from billing_tui.domain.audit_log import MOST_CHANGED
from screens.desk import Changed
from screens.work import LoadFailed, answered, is_away

from .door import Opened, again
from .opening import Opening

if TYPE_CHECKING:
    from billing_tui.services.bundle import Services

LOOK_SECONDS = 2.0
MOST_ALERTS = 99
_KEPT_OUT = "not_a_member"
# What of the record decides who is at work, and where.
_SESSION = frozenset({"app_user", "feature", "organisation", "setting"})


@dataclass
class HeadSeen(Message):
    """How far the record has come, what that changed, and how many alerts are open. No objects
    stand for any of them."""

    head: int
    objects: frozenset[str]
    alerts: int


@dataclass
class SessionRead(Message):
    """The person, the organisation or what is switched on is another one now."""

    opened: Opened


class Watching(Opening):
    alerts: reactive[int] = reactive(0)
    away: reactive[bool] = reactive(False)
    _head = 0

    def look(self) -> None:
        if self.opened is None:
            return
        services, known = self.opened.services, self._head

        def run() -> None:
            outcome = answered(
                partial(_seen, services, known), lambda seen: seen, partial(LoadFailed, "look")
            )
            if isinstance(outcome, HeadSeen):
                self.post_message(outcome)
            elif isinstance(outcome, LoadFailed) and is_away(outcome.error):
                self.call_from_thread(self.went_away)
            elif isinstance(outcome, LoadFailed) and outcome.error.code == _KEPT_OUT:
                self.call_from_thread(self.sign_out, outcome.error)

        self.run_worker(
            run, name="look", group="look", exclusive=True, thread=True, exit_on_error=False
        )

    def went_away(self) -> None:
        self.away = True

    def tell(self, message: Message) -> None:
        """To every screen there is, in sight or not."""
        for stack in self._screen_stacks.values():
            for screen in stack:
                screen.post_message(message)

    @on(HeadSeen)
    def _was_seen(self, event: HeadSeen) -> None:
        before, self._head = self._head, event.head
        back, self.away = self.away, False
        self.alerts = event.alerts
        kinds = {name.partition(":")[0] for name in event.objects}
        news = bool(before) and before != event.head
        if news and (not kinds or kinds & _SESSION):
            self._read_session()
        if back or news:
            self.tell(Changed(event.objects))

    def _read_session(self) -> None:
        read = partial(again, self.now_open)

        def run() -> None:
            outcome = answered(read, SessionRead, partial(LoadFailed, "session"))
            if isinstance(outcome, SessionRead):
                self.post_message(outcome)

        self.run_worker(
            run, name="session", group="session", exclusive=True, thread=True, exit_on_error=False
        )

    @on(SessionRead)
    def _session_read(self, event: SessionRead) -> None:
        if self.opened is None or self.opened.console is not event.opened.console:
            return
        self.opened = event.opened
        for stack in self._screen_stacks.values():
            for screen in stack:
                screen.refresh_bindings()
                screen.query("Signs").refresh(layout=True)


def _seen(services: Services, known: int) -> HeadSeen:
    head = services.audit.head()
    objects = services.audit.since(known) if known and head != known else ()
    alerts = services.alerts.page(AlertFilter(), limit=MOST_ALERTS)
    told = frozenset(objects) if len(objects) < MOST_CHANGED else frozenset()
    return HeadSeen(head, told, len(alerts.items))
