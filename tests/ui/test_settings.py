"""The settings by keys alone: every page is read, changed by who may, and taken back."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest

from billing_tui.domain.acts import Request
from billing_tui.domain.errors import BillingError
from billing_tui.domain.organisations import OrganisationChange
from billing_tui.domain.rights import Role
from billing_tui.settings import load
from screens.settings.pages import PAGES
from tests.hostile import TEXTS
from tests.stores import PASSWORD
from tests.ui.areas import acts, fill, keys
from tests.ui.office import Office
from tests.ui.pages import find, hears, turn_to
from tests.ui.seat import Seat, seated
from tests.ui.stage import SIZES, inert

CHANGES = {
    "organisation": ("Edit", "Go live"),
    "entities": ("New", "Edit"),
    "people": ("New", "Edit", "On/off", "Password"),
    "general": ("Edit", "Default"),
    "features": ("On/off", "Edit"),
    "jobs": ("Run now", "On/off", "Schedule"),
    "retention": ("Edit", "Default"),
}


def why_not(seat: Seat) -> dict[str, str]:
    """The keys of the page by name, each with why it does nothing now."""
    return {name: act.why_not for name, act in acts(seat).items()}


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_opens_by_keys_and_goes_back(
    office: Office, size: tuple[int, int]
) -> None:
    async with seated(size) as seat:
        await seat.press("g", "s")
        for at, page in enumerate(PAGES):
            await seat.press("home", *["down"] * at, "enter")
            await seat.sees(page.title, "Detail")
            assert seat.app.screen.part.row is not None, page.name  # type: ignore[attr-defined]
            await seat.press("escape")
            assert seat.app.screen.focused is seat.one("#pages")


async def test_a_page_can_be_asked_for_from_anywhere(office: Office) -> None:
    async with seated((80, 24)) as seat:
        for name in ("jobs", "people"):
            seat.app.go("settings", name)
            await seat.settled()
            assert seat.app.screen.reading  # type: ignore[attr-defined]
        await seat.sees("Grace Lund")


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_reads_every_page_and_changes_nothing(office: Office) -> None:
    async with seated() as seat:
        await seat.type(PASSWORD)
        await seat.press("enter")
        for page in PAGES:
            await turn_to(seat, page.name)
            for name in CHANGES.get(page.name, ()):
                assert "do not let you" in why_not(seat)[name], (page.name, name)
            await seat.press("a", "n", "o", "r", "delete") if page.name in CHANGES else None
            assert len(seat.app.screen_stack) == 1 or page.name not in CHANGES
        await turn_to(seat, "general")
        await seat.press("enter")
        assert len(seat.app.screen_stack) == 1


async def test_a_setting_is_changed_and_taken_back(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "general")
        await find(seat, "console.idle_lock")
        await seat.press("a")
        await fill(seat, "9999")
        await seat.sees("0 to 480 minutes")
        await seat.press("enter")
        assert len(seat.app.screen_stack) == 2, "a value the rule refuses is not sent"
        await fill(seat, "30")
        await seat.press("enter")
        await hears(seat, "console.idle_lock is 30 now.")
        assert seat.app.services.settings.get("console.idle_lock").value == 30
        await seat.until(lambda: seat.app.session.lock_minutes == 30, "the session stayed old")
        await seat.press("u")
        await hears(seat, "Taken back.")
        assert seat.app.services.settings.get("console.idle_lock").value == 15


async def test_days_of_retention_have_a_page_of_their_own(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "retention")
        await find(seat, "retention.log")
        await seat.press("a")
        await fill(seat, "3")
        await seat.sees("7 to 36500 days")
        await fill(seat, "45")
        await seat.press("enter")
        await hears(seat, "retention.log is 45 now.")
        await seat.press("delete")
        await hears(seat, "retention.log is 90 now.")
        assert why_not(seat)["Default"] == "It has the value it ships with."


async def test_the_organisation_is_edited_and_says_what_needs_a_reason(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "organisation")
        await seat.press("a")
        await seat.sees("Edit organisation", "Europe/Berlin")
        seat.app.screen.form.fields["zone"].text = "Asia/Tokyo"  # type: ignore[attr-defined]
        await seat.press("ctrl+s")
        await seat.sees("Changing the time zone needs one.")
        await seat.type("we moved")
        await seat.press("ctrl+s")
        await hears(seat, "Saved")
        assert seat.app.services.organisations.show().zone == "Asia/Tokyo"
        await seat.until(lambda: seat.app.session.zone == "Asia/Tokyo", "the session stayed old")


async def test_somebody_was_first(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "organisation")
        await seat.press("a")
        await fill(seat, "Mine")
        with office.services() as others:
            others.organisations.edit(Request.new(), OrganisationChange(name="Theirs"))
        await seat.press("ctrl+s")
        await seat.sees("Somebody else saved it meanwhile", "Theirs")
        await fill(seat, "Mine after all")
        await seat.press("ctrl+s")
        await hears(seat, "Saved Mine after all.")


async def test_going_live_asks_first(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "organisation")
        await seat.press("p")
        await seat.sees("become real", "Cancel")
        await seat.press("enter")
        assert not seat.app.services.organisations.show().production
        await seat.press("p", "y")
        await hears(seat, "are live.")
        await seat.sees("live books")
        assert "no way back" in why_not(seat)["Go live"]


async def test_a_legal_entity_is_made_and_changed(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "entities")
        await seat.press("n")
        await seat.type("NL")
        await seat.press("enter")
        await seat.type("Northwind BV")
        await seat.press("enter")
        await seat.type("XX")
        await seat.press("ctrl+s")
        assert seat.app.screen.form.fields["country"].error  # type: ignore[attr-defined]
        await fill(seat, "nl")
        await seat.press("ctrl+s")
        await hears(seat, "Saved NL.")
        await seat.sees("Northwind BV")
        await find(seat, "NL")
        await seat.press("a")
        await fill(seat, "Northwind Nederland BV")
        await seat.press("ctrl+s")
        await seat.sees("Northwind Nederland BV")
        assert seat.app.services.entities.show("NL").country == "NL"


async def test_a_feature_is_narrowed_and_put_back(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "features")
        await seat.press("o")
        await hears(seat, "bulk_import is off for everybody.")
        assert re.search(r"For you +off", seat.text)
        await seat.press("u")
        await hears(seat, "Taken back.")
        await seat.press("a", "enter", "space", "enter")
        await fill(seat, "50")
        await seat.press("enter")
        await hears(seat, "on for clerk, 50 of 100 people.")
        (feature,) = seat.app.services.features.all()
        assert (feature.roles, feature.percentage) == ((Role.CLERK,), 50)
        await seat.press("u")
        await seat.sees("100 %")
        await find(seat, "fraud_detection")
        assert "kept for later" in why_not(seat)["On/off"]


async def test_a_job_is_run_rescheduled_and_switched_off(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "jobs")
        await find(seat, "cleanup")
        await seat.press("t")
        await seat.sees("cleanup would do now", "answers to requests")
        await seat.press("escape", "r")
        await seat.sees("✓ done")
        await seat.press("a")
        await fill(seat, "at noon")
        await seat.sees("is no schedule. Write hourly")
        await fill(seat, "daily 12:00")
        await seat.press("enter")
        await hears(seat, "cleanup runs daily 12:00.")
        await seat.press("u")
        await hears(seat, "Taken back.")
        await seat.sees("daily 02:30")
        await seat.press("o")
        await hears(seat, "cleanup is switched off.")
        await seat.sees("○ off")
        await find(seat, "verify")
        await seat.press("t")
        await seat.sees("No dry run")


async def test_a_job_that_fails_says_so(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from billing_tui.domain.errors import Refused
    from billing_tui.services.jobs.duties import DUTIES

    class Broken(Refused):
        def __init__(self) -> None:
            super().__init__("Broken", "It is broken.")

    def fail(*_given: object) -> None:
        raise Broken

    monkeypatch.setitem(DUTIES, "imports", fail)
    async with seated() as seat:
        await turn_to(seat, "jobs")
        await find(seat, "imports")
        await seat.press("r")
        await seat.sees("✗ failed", "failed: broken")


async def test_a_theme_is_taken_kept_and_taken_back(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "appearance")
        await find(seat, "billing-light")
        await seat.press("enter")
        await hears(seat, "billing-light is kept for this machine.")
        assert seat.app.theme == "billing-light"
        assert load().theme == "billing-light"
        assert re.search(r"In use +yes", seat.text)
    async with seated() as seat:
        assert seat.app.theme == "billing-light"
        await turn_to(seat, "appearance")
        await find(seat, "nord")
        await keys(seat, "enter", "u")
        await hears(seat, "billing-light is kept for this machine.")
        assert (seat.app.theme, load().theme) == ("billing-light", "billing-light")


async def test_a_theme_that_cannot_be_kept_still_holds_for_now(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("billing_tui.settings.write_private", fail)
    async with seated() as seat:
        await turn_to(seat, "appearance")
        await find(seat, "nord")
        await seat.press("a")
        await seat.sees("Settings not saved")
        assert seat.app.theme == "nord"


async def test_every_theme_there_is_can_be_shown(office: Office) -> None:
    async with seated() as seat:
        for name in seat.app.available_themes:
            seat.app.theme = name
            await seat.press("g", "h")
            await seat.press("g", "s")
            assert seat.app.theme == name


async def test_a_theme_nobody_knows_is_left_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BILLING_TUI_THEME", "of another program")
    async with seated() as seat:
        assert seat.app.theme == "billing-dark"


async def test_ones_own_password_is_set_changed_and_removed(office: Office) -> None:
    new = "a longer password"
    async with seated() as seat:
        await turn_to(seat, "you")
        assert why_not(seat)["No password"] == "You have no password here."
        await seat.press("p")
        await seat.type("short")
        await seat.sees("at least 12 characters")
        await fill(seat, PASSWORD)
        await seat.press("enter")
        await seat.type("something else")
        await seat.press("enter")
        await seat.sees("is not the same as the first one.")
        await fill(seat, PASSWORD)
        await seat.press("enter")
        await hears(seat, "Your password is set.")
        await seat.sees("● set")
        await seat.until(lambda: seat.app.session.lockable, "the console cannot lock")
        await seat.press("p")
        for text in ("not the password", new, new):
            await seat.type(text)
            await seat.press("enter")
        await seat.sees("Sign-in refused")
        await seat.press("escape", "p")
        for text in (PASSWORD, new, new):
            await seat.type(text)
            await seat.press("enter")
        await hears(seat, "Your password is changed.")
        await seat.press("delete", "y")
        await seat.type(new)
        await seat.press("enter")
        await seat.sees("○ none")


async def test_the_list_of_pages_says_how_to_get_to_the_keys_of_one(office: Office) -> None:
    async with seated() as seat:
        await seat.press("g", "s", "down", "down")
        assert "→ Into the page" in seat.text.splitlines()[-1]
        await seat.press("right")
        assert "n New" in seat.text.splitlines()[-1]
        assert "Into the page" not in seat.text.splitlines()[-1]
        await seat.press("left")
        assert "→ Into the page" in seat.text.splitlines()[-1]


async def test_about_copies_where_the_store_is(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "about")
        await find(seat, "Store")
        await seat.press("y")
        assert seat.app.clipboard == f"sqlite:///{office.store.as_posix()}"
        await seat.sees("SQLite 3.")


async def test_hostile_names_are_inert(office: Office) -> None:
    async with seated() as seat:
        for text in TEXTS.values():
            with office.services() as services, suppress(BillingError):
                services.organisations.edit(Request.new(), OrganisationChange(name=text))
            await turn_to(seat, "organisation")
            assert inert(seat.app)
            await seat.press("a")
            assert inert(seat.app)
