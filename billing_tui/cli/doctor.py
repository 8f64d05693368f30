"""`billing-tui doctor`: is this machine and its store in order?"""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from .parsing import Commands

if TYPE_CHECKING:
    from .context import Context

CHECK_FAILED = 1


def register(tree: Commands) -> None:
    tree.add("doctor", doctor, "check versions, store, roles, keys, clock, disk and terminal")


def doctor(context: Context, _args: Namespace) -> int:
    from billing_tui.bootstrap import doctor_for
    from billing_tui.services.doctor import Result

    checks = doctor_for(context.settings, context.credentials).examine()
    if context.out.as_json:
        context.out.document({"checks": checks})
    else:
        rows = [(check.result, check.name, check.message) for check in checks]
        context.out.table(("result", "check", "what"), rows)
    return CHECK_FAILED if any(check.result is Result.FAILED for check in checks) else 0
