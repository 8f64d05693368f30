"""The first start: a store from nothing, in a few answers that can be left and taken up again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Footer, Static

from billing_tui.domain import known_codes
from billing_tui.domain.errors import BillingError, StoreError
from billing_tui.domain.fields import FieldsRefused
from screens.desk import Broke
from screens.doorway import Door, Made, Outset, Place, Wanted, entrance_of
from screens.widgets.form import Form
from screens.work import LoadFailed, Works

from .company import BooksStep, CompanyStep
from .ending import CodeStep, SummaryStep
from .person import PersonStep, TrialStep
from .place import PlaceStep
from .step import Step
from .steps_line import StepsLine

if TYPE_CHECKING:
    from billing_tui.credentials import Secret

TITLE = "◆ billing · first start"
KEYS = "enter goes on · esc goes back · ctrl+q leaves, your answers are kept"
KEYS_AT_END = "enter opens the books · ctrl+q leaves, it comes back here"
NAMES = ("Place", "Company", "Books", "You", "Demo data", "Summary", "Recovery code")
_OUTSET, _LOOK, _MAKE, _FINISH, _ADOPT = "outset", "look", "make", "finish", "adopt"
_DEFAULT_NAME = "My company"
# Beside which step a refusal is shown that comes when all is made at once.
_STEPS = {
    "unknown_currency": "books",
    "unknown_locale": "books",
    "unknown_zone": "books",
    "unknown_country": "company",
    "login_refused": "you",
    "password_too_weak": "you",
    "other_login": "place",
    "roles_needed": "place",
    "server_too_old": "place",
    "setting_unusable": "place",
    "store_founded": "place",
}


@dataclass
class _Ready(Message, bubble=False):
    outset: Outset


@dataclass
class _Found(Message, bubble=False):
    place: Place


@dataclass
class _Filled(Message, bubble=False):
    customers: int


@dataclass
class _Made(Message, bubble=False):
    """It holds the recovery code, so it has no repr of its own."""

    made: Made

    def __repr__(self) -> str:
        return type(self).__name__


@dataclass
class _Finished(Message, bubble=False):
    note: str


@dataclass
class _Kept(Message, bubble=False):
    """What was typed is kept for another start."""


class WizardScreen(Works, Screen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", tooltip="Back to the step before", id="wizard.back")
    ]

    def __init__(self) -> None:
        super().__init__()
        self._outset: Outset | None = None
        self._steps: list[Step] = []
        self._at = 0
        self._login = ""
        self._made = self._finished = False
        self._own_password: Secret | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="wizard", classes="door"), Horizontal(id="wizard-body"):
            yield StepsLine(NAMES, id="steps")
            with Vertical(id="step"):
                yield Static("Looking at this machine…", id="wizard-wait", markup=False)
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        self.query_one("#wizard").border_title = TITLE
        door = self.door

        def begin() -> Outset:
            for known in (known_codes.countries, known_codes.currencies, known_codes.locales):
                known()
            return door.outset()

        self.load(_OUTSET, begin, _Ready)

    def on_unmount(self) -> None:
        """Whoever leaves finds the answers again; kept at once, since the program may end."""
        if self._steps and not self._finished:
            self.door.keep_answers(self._typed())

    @property
    def door(self) -> Door:
        return entrance_of(self).door

    @property
    def step(self) -> Step:
        return self._steps[self._at]

    @on(_Ready)
    async def _begin(self, event: _Ready) -> None:
        self._outset = outset = event.outset
        self._login = outset.login
        self._steps = [
            PlaceStep(outset),
            CompanyStep(outset.guesses),
            BooksStep(outset.guesses),
            PersonStep(outset),
            TrialStep(),
            SummaryStep(),
            CodeStep(),
        ]
        await self.query_one("#wizard-wait").remove()
        await self.query_one("#step").mount(*self._steps)
        for step in self._steps:
            step.fill(outset.answers)
        self._show(NAMES.index("Summary") if outset.begun else 0)
        if outset.begun:
            self._make()

    def _show(self, at: int) -> None:
        self._at = at
        for place, step in enumerate(self._steps):
            step.display = place == at
        self.query_one(StepsLine).go_to(at)
        panel = self.query_one("#wizard")
        panel.border_title = f"{TITLE} · step {at + 1} of {len(NAMES)}"
        panel.border_subtitle = KEYS_AT_END if self._made else KEYS
        self.refresh_bindings()
        if isinstance(self.step, SummaryStep):
            self.step.show(self._facts())
        self.call_after_refresh(self.step.arrive)

    def _of(self, name: str) -> Step:
        return next(step for step in self._steps if name == step.NAME)

    @property
    def _place(self) -> PlaceStep:
        step = self._of("place")
        assert isinstance(step, PlaceStep)  # noqa: S101 - for the type checker
        return step

    @property
    def _books(self) -> BooksStep:
        step = self._of("books")
        assert isinstance(step, BooksStep)  # noqa: S101 - for the type checker
        return step

    @property
    def _person(self) -> PersonStep:
        step = self._of("you")
        assert isinstance(step, PersonStep)  # noqa: S101 - for the type checker
        return step

    # From step to step.

    @on(Form.Submitted)
    def _submitted(self, event: Form.Submitted) -> None:
        event.stop()
        match event.form:
            case PlaceStep() as place:
                place.take_password(event.values)
                self._leave_place(place)
            case PersonStep() as person:
                person.take_password(event.values)
                self._next()
            case SummaryStep():
                self._make()
            case CodeStep():
                door = self.door
                self.load(_FINISH, door.finish, _Finished)
            case _:
                self._next()

    def _next(self) -> None:
        self.step.settle()
        if isinstance(self.step, CompanyStep):
            self._books.follow(self.step.fields["country"].text)
        self._keep()
        self._show(self._at + 1)

    def _keep(self) -> None:
        door, typed = self.door, self._typed()
        self.write("answers", lambda: door.keep_answers(typed), lambda _done: _Kept())

    def _typed(self) -> dict[str, Any]:
        typed: dict[str, Any] = {}
        for step in self._steps[: NAMES.index("Summary")]:
            typed |= step.typed()
        return typed

    @on(_Kept)
    def _answers_kept(self) -> None:
        """Nothing more to do."""

    def _leave_place(self, place: PlaceStep) -> None:
        door, server, password = self.door, place.server(), place.password
        if not place.known:
            self.load(_LOOK, lambda: door.look(server, password), _Found)
        elif place.found is None or place.found.stage == "nothing":
            self._next()
        elif place.found.stage == "begun":
            self._show(NAMES.index("Summary"))
            self._make()
        else:
            self.load(_ADOPT, door.adopt, _Finished)

    @on(_Found)
    def _found(self, event: _Found) -> None:
        place = self._place
        place.show_found(event.place)
        self._login = event.place.login
        self._person.show_login(self._login, place.shared)
        if not place.shared:
            self._leave_place(place)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "back" and self._made:
            return False
        return super().check_action(action, parameters)

    def action_back(self) -> None:
        if not self._steps or self.step.busy:
            return
        if self._at:
            self._keep()
            self._show(self._at - 1)
        else:
            self.desk.say("This is the first step. ctrl+q leaves; what you typed is kept.")

    @on(StepsLine.Chosen)
    def _chosen(self, event: StepsLine.Chosen) -> None:
        if self._steps and not self.step.busy and not self._made:
            self._show(event.index)

    # Making it.

    def _wanted(self) -> Wanted:
        outset = self._outset
        assert outset is not None  # noqa: S101 - for the type checker
        given = {name: str(text).strip() for name, text in self._typed().items()}
        if outset.begun:  # the organisation is there, and stays as it was founded
            given |= {"organisation": _DEFAULT_NAME, "entity": "", **outset.guesses}
        production = given["production"] == "True"
        return Wanted(
            given["organisation"],
            given["entity"] or given["organisation"],
            given["country"],
            given["currency"],
            given["locale"],
            given["zone"],
            given["name"],
            production,
            given["demo"] == "True" and not production,
        )

    def _facts(self) -> list[tuple[str, str]]:
        wanted, place = self._wanted(), self._place
        where = place.found.place if place.found else ""
        person = f"{wanted.admin or self._login} ({self._login}), admin"
        password = "the server's" if place.shared else "yes" if self._person.password else "none"
        books = "production" if wanted.production else "a trial"
        demo = ", with 200 made-up customers" if wanted.demo else ""
        return [
            ("Store", where),
            ("Organisation", wanted.organisation),
            ("Legal entity", f"{wanted.entity}{f', {wanted.country}' if wanted.country else ''}"),
            ("Currency", wanted.currency),
            ("Locale and zone", f"{wanted.locale}, {wanted.zone}"),
            ("You", person),
            ("Password", password),
            ("Books", books + demo),
        ]

    def _make(self) -> None:
        door, wanted, password = self.door, self._wanted(), self._person.password
        self.step.busy = True
        self.load(_MAKE, lambda: door.found(wanted, password, self._tell), _Made)

    def _tell(self, customers: int) -> None:
        self.post_message(_Filled(customers))

    @on(_Filled)
    def _told(self, event: _Filled) -> None:
        self.step.tell(f"Adding made-up customers… {event.customers}")

    @on(_Made)
    def _was_made(self, event: _Made) -> None:
        made, self._made = event.made, True
        self._login, self._own_password = made.login, self._person.password
        self.step.settle()
        code = self._of("code")
        if isinstance(code, CodeStep):
            code.show(made)
        self._show(NAMES.index("Recovery code"))

    @on(_Finished)
    def _done(self, event: _Finished) -> None:
        self._finished = True
        if event.note:
            self.desk.say(event.note)
        login = "" if self._place.shared else self._login
        entrance_of(self).open(login, self._own_password)

    # What is refused.

    @on(LoadFailed)
    def _failed(self, event: LoadFailed) -> None:
        event.stop()
        error = event.error
        if not self._steps:
            self.desk.explain_failure(error)
            return
        self.step.settle()
        step = self._of(self._beside(error)) if event.what == _MAKE else self.step
        if step is not self.step:
            self._show(self._steps.index(step))
        step.refuse(error)

    @on(Broke)
    def _broke(self, event: Broke) -> None:
        event.stop()
        if self._steps:
            self.step.settle()

    def _beside(self, error: BillingError) -> str:
        if isinstance(error, FieldsRefused):
            for step in self._steps:
                if any(each.field in step.fields for each in error.errors):
                    return step.NAME
            return "company"
        if isinstance(error, StoreError):
            return "place"
        return _STEPS.get(error.code, "summary")
