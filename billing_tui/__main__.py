"""The console script: checks that the three packages belong together, then hands over to the
console or, where a command is named or nobody sits at a terminal, to the command line."""

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("billing_tui", "screens", "storage")
_UNUSABLE = 2


def _place(package: str) -> Path | None:
    # find_spec reads no code of a top-level package, so a stranger of the same name never runs.
    spec = find_spec(package)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    return Path(folders[0]).resolve().parent if folders else None


def scattered() -> str | None:
    """One sentence when the packages do not come from one place, which would mix two programs."""
    places = {package: _place(package) for package in _PACKAGES}
    if len(set(places.values())) == 1:
        return None
    found = ", ".join(f"{package} in {place or 'no folder'}" for package, place in places.items())
    return (
        f"billing-tui cannot start because its packages come from different places ({found}); "
        "install it into an environment of its own."
    )


def _leave_no_core() -> None:
    """The memory of a crashed interpreter holds keys, and would be written where it stood."""
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(argv: Sequence[str] | None = None) -> int:
    if trouble := scattered():
        sys.stderr.write(trouble + "\n")
        return _UNUSABLE
    _leave_no_core()
    words = sys.argv[1:] if argv is None else argv
    from billing_tui.cli.parsing import bare

    said = bare(words)
    if said is not None and sys.stdin.isatty() and sys.stdout.isatty():
        return _console(said)
    from billing_tui.cli import run

    return run(words)


def _console(said: Namespace) -> int:
    """On a terminal and without a command, the program is the console."""
    from billing_tui.app import start
    from billing_tui.app.given import Options

    store, organisation, user = (
        getattr(said, name, None) for name in ("store", "organisation", "user")
    )
    return start(Options(store, organisation, user or os.environ.get("BILLING_TUI_USER")))


if __name__ == "__main__":
    sys.exit(main())
