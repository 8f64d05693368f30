"""The trail, views and drafts as a script reads them."""

from __future__ import annotations

import csv
from pathlib import Path
from uuid import uuid4

import pytest

from billing_tui.bootstrap import os_user
from billing_tui.domain.acts import Request
from billing_tui.services.drafts import Drafts
from storage.engine import open_engine
from storage.repos.organisations import all_organisations
from storage.store import Identity, Store, outside_units
from tests.commands import Machine
from tests.consoles import local_console, printed
from tests.stores import NOON, ORIGIN


@pytest.fixture
def ours(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    machine.does("seed", "--customers", "20")
    return machine


def test_the_trail_is_paged_to_its_end(ours: Machine) -> None:
    whole = ours.does("audit", "list", "--limit", "1000")
    assert whole["next"] is None
    found, cursor = [], ""
    while True:
        page = ours.does("audit", "list", "--limit", "9", *(("--cursor", cursor) if cursor else ()))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
        assert len(page["items"]) == 9
    assert found == whole["items"]
    assert [line["seq"] for line in found] == list(range(len(found), 0, -1))


def test_each_option_narrows_it(ours: Machine) -> None:
    edit = ("customers", "edit", "C-00001", "--set", "terms=net7", "--reason", "as agreed")
    request = str(uuid4())
    ours.does(*edit, "--request", request)
    listed = ours.does("audit", "list", "--of-request", request)["items"]
    (line,) = listed
    assert (line["action"], line["label"], line["reason"]) == (
        "customers.edit", "C-00001", "as agreed",
    )  # fmt: skip
    day = line["at"][:10]
    for narrowed in (
        ("--object", "customer:C-00001", "--action", "customers.edit"),
        ("--action", "customers.e"),
        (
            "--action",
            "customers.edit",
            "--who",
            line["who"],
            "--since",
            day,
            "--until",
            "2199-01-01",
        ),
    ):
        assert ours.does("audit", "list", *narrowed)["items"] == listed
    for nothing in (("--who", "nobody"), ("--until", "2020-01-01"), ("--object", "customer:C-9")):
        assert ours.does("audit", "list", *nothing)["items"] == []
    shown = ours("audit", "list", "--limit", "1")
    assert "customers.edit  customer C-00001" in shown.out
    assert "more: --cursor" in shown.out


def test_one_entry_is_shown_whole(ours: Machine) -> None:
    ours.does("customers", "edit", "C-00001", "--set", "terms=net7")
    seq = ours.does("audit", "list", "--limit", "1")["items"][0]["seq"]
    entry = ours.does("audit", "show", str(seq))
    (change,) = entry["changes"]
    assert (change["field"], change["after"]) == ("terms", "net7")
    assert (entry["line"]["seq"], entry["sealed"]) == (seq, True)
    out = ours("audit", "show", str(seq)).out
    assert f"{change['before']} -> net7" in out
    assert entry["hash"] in out


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (3, "audit show 999999"),
        (2, "audit show x"),
        (2, f"audit show {'9' * 40}"),
        (2, "audit list --cursor x"),
        (2, "audit list --since yesterday"),
        (3, "views delete x"),
        (3, "views restore 00000000-0000-0000-0000-000000000000"),
        (2, "views save Customers x"),
        (2, "views save customers x --key 11"),
        (2, "drafts drop X"),
    ],
)
def test_troubles_are_sentences(ours: Machine, code: int, words: str) -> None:
    ran = ours(*words.split(), "--json")
    assert ran.code == code, ran
    assert ran.doc["error"]["message"]


def test_views_are_kept_changed_deleted_and_brought_back(ours: Machine) -> None:
    request = str(uuid4())
    save = ("views", "save", "customers", "Held", "--query", "brake:hold", "--key", "3")
    saved = ours.does(*save, "--descending", "--sort", "created", "--request", request)
    assert ours.does(*save, "--descending", "--sort", "created", "--request", request) == saved
    assert ours(*save).code == 4
    assert (saved["position"], saved["descending"]) == (3, True)
    edit = ("views", "edit", saved["id"], "--version")
    edited = ours.does(*edit, "1", "--name", "On hold", "--ascending")
    assert (edited["name"], edited["query"], edited["descending"]) == (
        "On hold",
        "brake:hold",
        False,
    )
    assert ours(*edit, "1", "--name", "Late").code == 6
    assert ours.does("views", "list", "--area", "customers")["items"] == [edited]
    assert ours.does("views", "list", "--area", "audit")["items"] == []
    assert "On hold  brake:hold" in ours("views", "list").out
    ours.does("views", "delete", saved["id"])
    assert ours.does("views", "list")["items"] == []
    assert ours.does("views", "restore", saved["id"])["name"] == "On hold"
    assert ours("verify").code == 0


def test_drafts_are_listed_and_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    local_console(tmp_path, monkeypatch)
    engine = open_engine(f"sqlite:///{tmp_path / 'store.db'}")
    with outside_units(engine) as connection:
        (organisation,) = all_organisations(connection)
    store = Store(engine, Identity(organisation.id, os_user(), ORIGIN), lambda: NOON)
    Drafts(store).keep(Request.new(), "customers", "C-00001", 4, {"name": "Ada"})
    store.close()
    (line,) = printed(capsys, "drafts", "list")["items"]
    assert (line["form"], line["about"], line["version"]) == ("customers", "C-00001", 4)
    assert "body" not in line, "a list shows which forms, not what was typed"
    printed(capsys, "drafts", "drop", "customers", "C-00001")
    assert printed(capsys, "drafts", "list")["items"] == []


def test_the_trail_is_exported_as_it_is_listed(ours: Machine) -> None:
    asked = ("--object", "customer", "--action", "customers")
    listed = ours.does("audit", "list", *asked, "--limit", "1000")["items"]
    out = ours.home / "audit.csv"
    done = ours.does("audit", "export", "--out", out, *asked)
    assert (done["kind"], done["rows"]) == ("audit", len(listed))
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["seq"] for row in csv.DictReader(file)] == [str(one["seq"]) for one in listed]
    newest, *_ = ours.does("audit", "list")["items"]
    assert (newest["action"], newest["object"]) == ("audit.export", f"export:{done['sha256']}")
    assert (ours.home / "audit.csv.checkpoint.json").exists()
