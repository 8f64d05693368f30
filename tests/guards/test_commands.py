"""Whatever can be done on screen can be done by command, so that scripts miss nothing."""

import pkgutil
from importlib import import_module

import billing_tui.services
from billing_tui.cli import commands
from billing_tui.services.cases import CASES

# Writing use cases that only a screen needs, each with its reason.
WITHOUT_COMMAND = {
    "drafts.keep": "a draft is what was typed into a form; a command has no form to go on with",
}


def known_cases() -> dict[str, bool]:
    """Each use case of the services, and whether it writes."""
    names = []
    for found in pkgutil.walk_packages(billing_tui.services.__path__, "billing_tui.services."):
        import_module(found.name)
        names.append(found.name)
    ours = [case for case in CASES.values() if case.module in names]
    return {case.name: case.writes for case in ours}


def test_every_writing_use_case_has_a_command() -> None:
    missing = {name for name, writes in known_cases().items() if writes} - commands().cases
    missing -= WITHOUT_COMMAND.keys()
    assert not missing, f"give these a command, and name them in its `cases`: {sorted(missing)}"


def test_exceptions_are_still_needed() -> None:
    writing = {name for name, writes in known_cases().items() if writes}
    needless = WITHOUT_COMMAND.keys() - (writing - commands().cases)
    assert not needless, f"these are gone or have a command: {sorted(needless)}"


def test_commands_name_only_use_cases_that_write() -> None:
    unknown = {name for name in commands().cases if not known_cases().get(name)}
    assert not unknown, f"no writing use case has these names: {sorted(unknown)}"
