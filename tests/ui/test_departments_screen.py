"""The departments by keys alone: their tree, one of them, its form, merged and put away."""

from __future__ import annotations

import pytest

from billing_tui.domain.departments import DepartmentStatus
from tests.ui.areas import acts, below, done, fill, keys, last_told, screens, sign_in
from tests.ui.office import Office
from tests.ui.seat import Seat, seated
from tests.ui.stage import SIZES


async def at(seat: Seat, code: str) -> None:
    await keys(seat, "g", "d", "slash")
    await fill(seat, code)
    await keys(seat, "enter")
    await seat.until(
        lambda: bool(seat.app.screen.subject and seat.app.screen.subject.code == code),  # type: ignore[attr-defined]
        f"{code} is not in hand",
    )


@pytest.mark.parametrize("size", SIZES)
async def test_the_tree_is_read_narrowed_and_opened(office: Office, size: tuple[int, int]) -> None:
    async with seated(size) as seat:
        await keys(seat, "g", "d", "?└─ Events  MKT-EVT", "?10 of 10")
        await keys(seat, "slash", "=eve", "?1 of 10", "enter", "enter", "?Under", "?MKT")
        await keys(seat, "?Timeline", "?added", "y")
        assert "Events" in seat.app.clipboard
        await keys(seat, "escape", "escape", "?10 of 10")
        assert screens(seat) == ["DepartmentsScreen"]
        assert seat.app.screen.line.code == "MKT-EVT"  # type: ignore[attr-defined]
        await keys(seat, "y")
        assert seat.app.clipboard.count("\n") == 9


async def test_one_is_made_under_the_one_in_hand_and_changed(office: Office) -> None:
    async with seated() as seat:
        departments = seat.app.services.departments
        await at(seat, "OPS")
        await keys(seat, "n", "?New department", "=OPS-NEW", "tab", "=Newest", "ctrl+s")
        assert last_told(seat) == "Saved OPS-NEW.  u takes it back."
        assert departments.show("OPS-NEW").parent == "OPS"
        await at(seat, "OPS-NEW")
        await keys(seat, "a", "?Edit OPS-NEW", "end", "= of all", "tab", "tab", "=grac")
        await keys(seat, "?Grace Lund", "down", "enter", "ctrl+s")
        now = departments.show("OPS-NEW")
        assert (now.name, now.owner) == ("Newest of all", "grace")
        await seat.sees("Newest of all", "grace")


async def test_what_is_refused_stands_in_the_form(office: Office) -> None:
    async with seated() as seat:
        await at(seat, "OPS")
        await keys(seat, "n", "?New department", "=FIN", "tab", "=Twice", "ctrl+s")
        await keys(seat, "?Another department has the code FIN")
        form = seat.app.screen.form  # type: ignore[attr-defined]
        assert form.fields["code"].error.startswith("Another department")
        assert seat.app.focused is form.fields["code"].entry
        await keys(seat, "escape")
        await keys(seat, "a", "?Edit OPS", "tab")
        await fill(seat, "OPS-LOG")
        await keys(seat, "ctrl+s", "?✗", "escape")
        assert seat.app.services.departments.show("OPS").parent == ""


async def test_one_is_put_away_and_brought_back(office: Office) -> None:
    async with seated() as seat:
        departments = seat.app.services.departments
        await at(seat, "MKT")
        await keys(seat, "z", "?Others lie below", "escape")
        await at(seat, "MKT-EVT")
        await keys(seat, "z")
        assert last_told(seat) == "MKT-EVT is archived.  u takes it back."
        await seat.sees("○ archived")
        await keys(seat, "a")
        assert last_told(seat) == "MKT-EVT is archived; z brings it back first."
        await keys(seat, "u")
        assert departments.show("MKT-EVT").status is DepartmentStatus.ACTIVE
        await keys(seat, "z", "escape", "2", "?1 of 10", "z", "?No department fits.", "1")
        assert departments.show("MKT-EVT").status is DepartmentStatus.ACTIVE


async def test_two_are_merged_seen_and_parted_again(office: Office) -> None:
    async with seated() as seat:
        departments = seat.app.services.departments
        await at(seat, "OPS-LOG")
        await keys(seat, "m", "?Into which department", "5")
        await keys(seat, "?OPS-LOG gives way to OPS-SUP", "enter")
        assert departments.show("OPS-LOG").status is DepartmentStatus.ACTIVE
        await keys(seat, "m", "?Into which department", "5", "y")
        assert last_told(seat).startswith("OPS-LOG is merged into OPS-SUP.")
        await keys(seat, "escape", "3", "?↪ merged into OPS-SUP")
        await keys(seat, "z")
        assert last_told(seat) == "OPS-LOG was merged into another; m takes that back."
        await keys(seat, "m")
        assert last_told(seat) == "OPS-LOG stands on its own again."
        await keys(seat, "?No department fits.", "1")
        await at(seat, "OPS-LOG")
        await keys(seat, "m", "5", "y", "u")
        assert departments.show("OPS-LOG").status is DepartmentStatus.ACTIVE


async def test_two_people_change_one_at_once(office: Office) -> None:
    async with seated() as seat:
        departments = seat.app.services.departments
        await at(seat, "FIN")
        await keys(seat, "a", "?Edit FIN")
        with office.services("karl") as services:
            done(services.departments.edit, "FIN", None, {"name": "Money", "owner": "karl"})
        await fill(seat, "Accounts")
        await keys(seat, "ctrl+s", "?Changed meanwhile", "?Money", "right", "enter")
        now = departments.show("FIN")
        assert (now.name, now.owner) == ("Accounts", "karl")


async def test_its_customers_are_one_key_away(office: Office) -> None:
    async with seated() as seat:
        await at(seat, "FIN")
        await keys(seat, "w", "?dep:FIN", "?1 of")
        assert seat.app.current_mode == "customers"


async def test_what_others_do_appears(office: Office) -> None:
    async with seated() as seat:
        await keys(seat, "g", "d", "end")
        here = seat.app.screen.line.code  # type: ignore[attr-defined]
        with office.services("karl") as services:
            done(services.departments.edit, "FIN", None, {"name": "Aaa first"})
        seat.app.look()
        await seat.sees("Aaa first")
        assert seat.app.screen.line.code == here  # type: ignore[attr-defined]


@pytest.mark.parametrize("office", ["as_auditor"], indirect=True)
async def test_an_auditor_only_looks(office: Office) -> None:
    async with seated() as seat:
        await sign_in(seat)
        await keys(seat, "g", "d", "?Timeline")
        for name in ("New", "Edit", "Merge", "Archive", "Export"):
            assert f" {name}" not in below(seat)
            assert acts(seat)[name].why_not
        for key in "namzxi":
            await keys(seat, key)
            assert last_told(seat).startswith("Your roles do not let you"), key
            assert screens(seat) == ["DepartmentsScreen"]


@pytest.mark.parametrize("office", ["founded"], indirect=True)
async def test_an_empty_tree_says_what_the_next_key_is(office: Office) -> None:
    async with seated((80, 24)) as seat:
        await keys(seat, "g", "d", "?No department")
        await keys(seat, "a")
        assert last_told(seat) == "There is no department here; n makes one."
        await keys(seat, "n", "?New department", "=A", "tab", "=First", "ctrl+s", "?First  A")
