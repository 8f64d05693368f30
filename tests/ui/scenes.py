"""Every screen and state worth a picture: a name, the keys to it, and the office it is in.

One line makes a scene: `Scene("customers", after("g", "c"))`. They stand under the screen they end
on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.ui import drives
from tests.ui.drives import IN, Drive, after, away, held, imported, refused, settings, waiting


@dataclass(frozen=True)
class Scene:
    """`shows` is the class of the screen, as it is called below `screens`."""

    name: str
    drive: Drive
    world: str = "lived_in"
    shows: str = ""


def of(shows: str, *scenes: Scene) -> Iterator[Scene]:
    return (replace(scene, shows=shows) for scene in scenes)


_WIZARD = ("enter", "?Organisation", "=Northwind Trading", "enter", "enter", "enter", "?Time zone")
_YOU = (*_WIZARD, "enter", "enter", "enter", "?Your name")
_TRIAL = (*_YOU, "enter", "enter", "enter", "?Made-up data")
_SUMMARY = (*_TRIAL, "enter", "enter", "?This will be made")
_FORM = ("g", "c", "n")
_WRONG = (*_FORM, "tab", "tab", "=XXQ", "ctrl+s", "?must be filled in")
_TAG_ALL = ("g", "c", "asterisk", "c", "=spring", "ctrl+s", "?would change")
_BAD = 'name,currency,terms\nNew One,EUR,soon\n"[b]x[/b]",QQQ,\nNew Three,EUR,net30\n'
_GOOD = "name,currency,terms\nNew One,EUR,net30\nNew Two,EUR,\n"

SCENES = [
    # The door.
    *of("wizard.WizardScreen",
        Scene("wizard", after(), "nothing"),
        Scene("wizard-shared", after("right", "?Host"), "nothing"),
        Scene("wizard-company", after(*_WIZARD[:3]), "nothing"),
        Scene("wizard-company-wrong", after("enter", "?Organisation", *["enter"] * 3), "nothing"),
        Scene("wizard-books", after(*_WIZARD), "nothing"),
        Scene("wizard-you", after(*_YOU), "nothing"),
        Scene("wizard-trial", after(*_TRIAL), "nothing"),
        Scene("wizard-summary", after(*_SUMMARY), "nothing"),
        Scene("wizard-code", after(*_SUMMARY, "enter", "?recovery code"), "nothing")),
    *of("sign_in.SignInScreen",
        Scene("sign-in", after("?Password"), "behind_a_password"),
        Scene("sign-in-refused", after("?Password", "=wrong", "enter", "?✗"),
              "behind_a_password")),
    *of("lock.LockScreen",
        Scene("locked", after(*IN, "ctrl+l"), "behind_a_password"),
        Scene("locked-wrong", after(*IN, "ctrl+l", "=wrong", "enter", "?✗"), "behind_a_password"),
        Scene("locked-other", after(*IN, "ctrl+l", "ctrl+o"), "behind_a_password")),
    *of("start.StartScreen",
        Scene("store-damaged", after(), "damaged")),

    # Home, and what is everywhere.
    *of("home.HomeScreen",
        Scene("home", after()),
        Scene("home-empty", after(), "founded"),
        Scene("home-loading", held("home", "show", "g", "c", "g", "h")),
        Scene("home-away", away())),
    *of("jump.Jump", Scene("go-to", after("g"))),
    *of("palette.Palette",
        Scene("palette", after("ctrl+p")),
        Scene("palette-typed", after("ctrl+p", "=zo", "?Zo")),
        Scene("palette-none", after("ctrl+p", "=qqqq", "?No matches"))),
    *of("dialogs.help.Help",
        Scene("keys", after("question_mark")),
        Scene("help", after("g", "c", "f1"))),
    *of("dialogs.failure.Failure",
        Scene("failed", drives.failed),
        Scene("refused", drives.busy_store),
        Scene("home-error", refused("home", "show", "f5"))),
    *of("running.Running",
        Scene("running-empty", after("ctrl+t")),
        Scene("running", drives.much_running)),
    *of("watch.Watch", Scene("work-in-sight", drives.watched)),
    *of("drafts.DraftsPage",
        Scene("drafts", after(*_FORM, "=Zephyr Kites", "escape", "g", "h", "?draft", "home",
                              *["down"] * 5, "enter", "?new customer"))),

    # Customers.
    *of("customers.list.CustomersScreen",
        Scene("customers", after("g", "c")),
        Scene("customers-many", after("g", "c"), "crowded"),
        Scene("customers-empty", after("g", "c"), "founded"),
        Scene("customers-loading", held("customers", "slice", "g", "c")),
        Scene("customers-error", refused("customers", "slice", "g", "c")),
        Scene("customers-away", away("g", "c")),
        Scene("customers-none-fit", after("g", "c", "slash", "=tag:nobody", "enter")),
        Scene("customers-typing", after("g", "c", "slash", "=cur:e")),
        Scene("customers-wrong-word", after("g", "c", "slash", "=cur:eurox", "enter")),
        Scene("customers-found", after("g", "c", "slash", "=cur:eur tag:retail", "enter")),
        Scene("customers-view", after("g", "c", "2")),
        Scene("customers-toast", drives.toasted),
        Scene("customers-marked", after("g", "c", "space", "space", "space")),
        Scene("customers-all-marked", after("g", "c", "asterisk")),
        Scene("customers-as-auditor", after(*IN, "g", "c"), "as_auditor")),
    *of("customers.page.CustomerPage", Scene("customer", after("g", "c", "enter"))),
    *of("customers.form.CustomerForm",
        Scene("customer-new", after(*_FORM)),
        Scene("customer-wrong", after(*_WRONG)),
        Scene("customer-busy", held("customers", "create", *_FORM, "=Zephyr Kites", "ctrl+s")),
        Scene("customer-refused", refused("customers", "create", *_FORM, "=Zephyr Kites",
                                          "ctrl+s")),
        Scene("customer-draft", after(*_FORM, "=Zephyr Kites", "escape", "n", "?Your draft")),
        Scene("customer-edit", after("g", "c", "a"))),
    *of("dialogs.conflict.Conflict", Scene("customer-conflict", drives.conflict)),
    *of("dialogs.choose.Choose", Scene("customer-brake", after("g", "c", "b"))),
    *of("dialogs.ask.Ask", Scene("customer-brake-reason", after("g", "c", "down", "b", "1"))),
    *of("customers.notes.AskNote", Scene("customer-note", after("g", "c", "k"))),
    *of("customers.notes.NotesPage",
        Scene("customer-notes", after("g", "c", "K")),
        Scene("customer-notes-empty", after("g", "c", "down", "K"))),
    *of("customers.picker.CustomerPicker",
        Scene("customer-merge", after("g", "c", "m", "=holm", "?Holm"))),
    *of("customers.tree.CustomerTree",
        Scene("customer-tree", after("g", "c", "slash", "=C-00001", "enter", "t"))),
    *of("dialogs.explain.Explain", Scene("customer-explain", after("g", "c", "e"))),
    *of("customers.bulk.BulkPage", Scene("customers-change", after("g", "c", "asterisk", "c"))),
    *of("dialogs.diff.DiffView", Scene("customers-diff", after(*_TAG_ALL))),
    *of("customers.report.ReportPage",
        Scene("customers-report", after(*_TAG_ALL, "enter", "?What came of it"))),
    *of("exports.ExportPage", Scene("customers-export", after("g", "c", "x"))),
    *of("imports.page.ImportPage",
        Scene("customers-import", after("g", "c", "i")),
        Scene("customers-import-good", imported(_GOOD, "?all usable")),
        Scene("customers-import-bad", imported(_BAD, "?not usable"))),
    *of("imports.waiting.WaitingPage", Scene("imports-waiting", waiting())),

    # Departments.
    *of("departments.tree.DepartmentsScreen",
        Scene("departments", after("g", "d")),
        Scene("departments-empty", after("g", "d"), "founded"),
        Scene("departments-loading", held("departments", "tree", "g", "d")),
        Scene("departments-none-fit", after("g", "d", "slash", "=qqqq", "enter")),
        Scene("departments-away", away("g", "d"))),
    *of("departments.page.DepartmentPage", Scene("department", after("g", "d", "down", "enter"))),
    *of("departments.form.DepartmentForm",
        Scene("department-new", after("g", "d", "n")),
        Scene("department-wrong", after("g", "d", "n", "ctrl+s")),
        Scene("department-edit", after("g", "d", "down", "a"))),
    *of("dialogs.choose.Choose", Scene("department-merge", after("g", "d", "down", "m"))),
    *of("dialogs.confirm.Confirm",
        Scene("department-merge-sure", after("g", "d", "down", "m", "enter"))),
    *of("dialogs.failure.Failure",
        Scene("departments-error", refused("departments", "tree", "g", "d"))),

    # Audit.
    *of("audit.list.AuditScreen",
        Scene("audit", after("g", "a")),
        Scene("audit-none-fit", after("g", "a", "slash", "=who:nobody", "enter")),
        Scene("audit-loading", held("audit", "slice", "g", "a")),
        Scene("audit-error", refused("audit", "slice", "g", "a")),
        Scene("audit-away", away("g", "a"))),
    *of("audit.pages.EntryPage", Scene("audit-entry", after("g", "a", "down", "enter"))),
    *of("audit.pages.TracePage", Scene("audit-trace", after("g", "a", "down", "t"))),
    *of("dialogs.choose.Choose", Scene("audit-check", after("g", "a", "c"))),
    *of("audit.pages.ReportPage",
        Scene("audit-checked", after("g", "a", "c", "1", "?Report")),
        Scene("audit-broken", after("g", "a", "c", "2", "?Report"), "tampered")),

    # Alerts.
    *of("alerts.list.AlertsScreen",
        Scene("alerts", after("g", "l")),
        Scene("alerts-empty", after("g", "l"), "founded"),
        Scene("alerts-loading", held("alerts", "slice", "g", "l")),
        Scene("alerts-error", refused("alerts", "slice", "g", "l")),
        Scene("alerts-away", away("g", "l")),
        Scene("alerts-closed", after("g", "l", "down", "k", "2"))),
    *of("alerts.page.AlertPage", Scene("alert", after("g", "l", "enter"))),
    *of("dialogs.choose.Choose", Scene("alert-give", after("g", "l", "w"))),
    *of("dialogs.confirm.Confirm", Scene("alert-note", after("g", "l", "k"))),

    # Settings.
    *of("settings.screen.SettingsScreen",
        Scene("settings-organisation", after("g", "s")),
        Scene("settings-entities", settings(1)),
        Scene("settings-people", settings(2)),
        Scene("settings-people-in", settings(2, "right", "down")),
        Scene("settings-people-loading", held("users", "list", *("g", "s", "down"), "down")),
        Scene("settings-people-as-auditor", after(*IN, "g", "s", "down", "down", "right"),
              "as_auditor"),
        Scene("settings-roles", settings(3)),
        Scene("settings-general", settings(4)),
        Scene("settings-features", settings(5)),
        Scene("settings-jobs", settings(6)),
        Scene("settings-retention", settings(7)),
        Scene("settings-credentials", settings(8)),
        Scene("settings-appearance", settings(9)),
        Scene("settings-appearance-plain", drives.without_colours),
        Scene("settings-you", settings(10)),
        Scene("settings-about", drives.about),
        Scene("settings-away", away("g", "s"))),
    *of("settings.organisation.OrganisationForm",
        Scene("settings-organisation-edit", settings(0, "right", "a"))),
    *of("settings.entities.EntityForm",
        Scene("settings-entity-new", settings(1, "right", "n")),
        Scene("settings-entity-edit", settings(1, "right", "a"))),
    *of("settings.person.PersonForm",
        Scene("settings-person-new", settings(2, "right", "n")),
        Scene("settings-person-wrong", settings(2, "right", "n", "ctrl+s"))),
    *of("settings.code.CodeShown", Scene("settings-audit-code", drives.code_shown)),
    *of("settings.sql.SqlNeeded", Scene("settings-person-sql", drives.sql_needed)),
    *of("settings.passwords.AskPassword",
        Scene("settings-password", settings(10, "right", "p"))),
    *of("dialogs.ask.AskFields",
        Scene("settings-job-when", settings(6, "right", "a"))),
    *of("dialogs.ask.AskSecret", Scene("settings-credential", settings(8, "right", "a"))),
    *of("dialogs.confirm.Confirm",
        Scene("settings-go-live", settings(0, "right", "p")),
        Scene("settings-keep-out", settings(2, "right", "down", "o"))),
    *of("dialogs.failure.Failure",
        Scene("settings-people-error", refused("users", "list", "g", "s", "down", "down"))),
]  # fmt: skip
