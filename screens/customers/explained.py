"""Where a credit limit comes from: what it is, and every time somebody set it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from billing_tui.domain.customers import Customer
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.history import Act
from screens.dialogs import ExplainLine
from screens.formatting import amount, moment, recorded_amount

_FIELD = "credit_limit"


def limit_lines(
    customer: Customer, acts: Sequence[Act], zone: str, today: date, locale: str
) -> list[ExplainLine]:
    """The newest first; `acts` are those of the customer, the newest first."""
    lines = [ExplainLine("Limit now", amount(customer.credit_limit, locale) or "none")]
    for act in acts:
        for change in act.changes:
            if change.field == _FIELD:
                at = moment(parse_utc(act.at), zone, today)
                told = f"{at} set by {act.who}" + (f", {act.reason}" if act.reason else "")
                before, after = (
                    recorded_amount(one, locale) for one in (change.before, change.after)
                )
                was = f"before: {before}" if before else "none before"
                lines.append(ExplainLine(f"{told} ({was})", after or "none"))
    if len(lines) == 1:
        lines.append(ExplainLine("Nobody has set a limit; nothing is refused for one.", ""))
    return lines
