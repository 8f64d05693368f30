"""What this program is, and where it keeps things: every line can be copied."""

from __future__ import annotations

from collections.abc import Sequence

from screens.machine import machine_of

from .facts import FactsPart, Stated


class AboutPart(FactsPart):
    ABOUT = "Versions, and where things lie on this machine. y copies the line."

    def read(self) -> Sequence[Stated]:
        known = machine_of(self).about()
        return (
            Stated("Program", f"billing-tui {known.version}", "The version of this program."),
            Stated("Python", known.python, "What it runs on."),
            Stated("Store", known.store, "The address of the database; it never holds a password."),
            Stated("Engine", known.engine, "The database that keeps the store."),
            Stated("Schema", known.schema, "The revision of the tables this program needs."),
            Stated("State folder", known.state,
                   "Checkpoints, the log, and keys where no keyring is."),
            Stated("Log", known.log, "One line for each event; no secret and no customer's text."),
            Stated("Settings file", known.settings,
                   "Store, theme and log level of this machine; keys.toml beside it renames keys."),
        )  # fmt: skip
