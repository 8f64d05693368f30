"""Secrets of this machine on screen: kept, tried, removed, made anew, and never shown."""

from __future__ import annotations

from billing_tui.domain.acts import Request
from billing_tui.domain.organisations import OrganisationChange
from billing_tui.domain.recovery import from_code
from tests.ui.office import Office
from tests.ui.pages import find, hears, turn_to
from tests.ui.seat import Seat, seated


async def test_secrets_are_kept_tried_and_removed_but_never_shown(office: Office) -> None:
    canary = "PEARL-CANARY-VALUE"
    async with seated() as seat:
        await turn_to(seat, "credentials")
        await seat.sees("No keyring")
        await find(seat, "store-password")
        await seat.press("a")
        await seat.type(canary)
        await seat.press("enter")
        await seat.sees("No keyring to trust")
        await seat.press("escape")
        await find(seat, "audit-key")
        await seat.press("t")
        await hears(seat, "it seals the audit trail")
        await find(seat, "audit-keys-before")
        await seat.press("delete", "y")
        await seat.sees("Nothing to remove")
        await seat.press("escape")
        await find(seat, "checkpoint-key")
        await seat.press("a")
        await seat.type("not a code")
        await seat.press("enter")
        await seat.sees("Esc close")
        assert canary not in seat.text


async def test_the_audit_key_is_made_anew_and_its_code_shown_once(office: Office) -> None:
    async with seated() as seat:
        await turn_to(seat, "credentials")
        await find(seat, "store-password")
        await seat.press("n")
        await hears(seat, "Only the audit-key is made anew; go to its line.")
        await find(seat, "audit-key")
        await seat.press("n", "enter")
        assert "audit_key.rotate" not in actions(seat), "an Enter too many does nothing"
        await seat.press("n", "y")
        await seat.sees("The audit trail has a new key", "shown only now")
        await seat.press("y")
        code = seat.app.clipboard
        await seat.press("escape")
        assert "audit_key.rotate" in actions(seat)
        assert from_code(code) == seat.app.now_open.console.credentials.key("audit-key")
        assert code not in seat.text
        # What was sealed before still holds, in this console too.
        seat.app.services.organisations.edit(Request.new(), OrganisationChange(name="Anew"))
        assert seat.app.bench.verify.run().holds
        await find(seat, "audit-keys-before")
        await seat.sees("● file in the state folder")


def actions(seat: Seat) -> list[str]:
    return [line.action for line in seat.app.services.audit.slice(limit=5).items]
