"""`customers bulk` and `--where` as a person and as a script see them."""

from __future__ import annotations

import json

import pytest

from tests.commands import Machine

BULK = ("customers", "bulk", "--where")


@pytest.fixture
def ours(machine: Machine) -> Machine:
    machine.does("setup", "--yes")
    for n, name in enumerate(("Acme", "Beta \x1b[31m", "Gamma")):
        file = machine.home / "given.json"
        tags = ["key account"] if n == 1 else []
        file.write_text(json.dumps({"name": name, "currency": "EUR", "tags": tags}), "utf-8")
        machine.does("customers", "create", "--file", file)
    return machine


def numbers(machine: Machine, *argv: str) -> list[str]:
    return [one["number"] for one in machine.does("customers", "list", *argv)["items"]]


def test_a_bulk_change_from_the_diff_to_the_report(ours: Machine) -> None:
    ours.does("customers", "archive", "C-00003")
    asked = (*BULK, "status:all", "--add-tag", "gold", "--terms", "net14")
    tried = ours(*asked, "--dry-run")
    assert tried.code == 4
    assert "2 would be changed, 1 refused." in tried.out
    assert "key account, gold; net14" in tried.out
    assert "C-00003 is archived" in tried.out
    assert "\x1b" not in tried.out
    assert ours.does("customers", "show", "C-00001")["tags"] == []
    done = ours(*asked, "--json")
    assert done.code == 4
    assert done.doc["counts"] == {
        "changed": 2, "conflict": 0, "left": 0, "refused": 1, "same": 0,
    }  # fmt: skip
    first = done.doc["items"][0]
    assert (first["number"], first["outcome"], first["version"]) == ("C-00001", "changed", 1)
    assert first["changes"][0] == {"field": "tags", "before": "", "after": "gold"}
    shown = ours.does("customers", "show", "C-00002")
    assert (shown["tags"], shown["terms"], shown["version"]) == (
        ["key account", "gold"],
        "net14",
        2,
    )
    assert ours("customers", "bulk", "--where", "", "--terms", "net14").out == "2 already so.\n"
    assert ours(*BULK, "nobody", "--terms", "net14").out == "No such customers.\n"
    assert ours("verify").code == 0


def test_brakes_need_their_reason(ours: Machine) -> None:
    refused = ours(*BULK, "acme", "--brake", "hold")
    assert (refused.code, "reason: must be filled in" in refused.err) == (2, True)
    assert "1 changed." in ours(*BULK, "acme", "--brake", "hold", "--reason", "late").out
    assert ours.does("customers", "show", "C-00001")["brakes"] == {"hold": "late"}
    assert numbers(ours, "--where", "brake:hold") == ["C-00001"]
    assert "1 changed." in ours(*BULK, "brake:hold", "--release", "hold").out
    assert ours(*BULK, "acme").code == 2
    assert ours("customers", "bulk", "--terms", "net14").code == 2


def test_one_request_is_done_once(ours: Machine) -> None:
    request = ("--request", "0190b0b0-0000-7000-8000-0000000000ab")
    asked = (*BULK, "", "--add-tag", "gold", *request)
    assert "3 changed." in ours(*asked).out
    assert "3 already so." in ours(*asked).out
    assert ours.does("customers", "show", "C-00001")["version"] == 2


def test_where_asks_like_the_options(ours: Machine) -> None:
    assert numbers(ours, "--where", 'tag:"Key Account"') == ["C-00002"]
    assert numbers(ours, "--where", "acme", "--currency", "eur") == ["C-00001"]
    assert numbers(ours, "--where", "cur:eur", "--currency", "EUR", "--text", "gam") == ["C-00003"]
    assert numbers(ours, "--where", "created>=today created<=today") == [
        "C-00001", "C-00002", "C-00003",
    ]  # fmt: skip
    assert numbers(ours, "--where", "created<-30") == []
    ours.does("customers", "archive", "C-00003")
    assert numbers(ours, "--where", "status:all") == ["C-00001", "C-00002", "C-00003"]
    assert numbers(ours, "--status", "archived") == ["C-00003"]
    for wrong, said in (
        (("--where", "colour:red"), "there are status, tag, cur"),
        (("--where", "status:all", "--status", "active"), "status is asked to be 'all'"),
        (("--where", "cur:eur", "--currency", "USD"), "currency is asked to be 'EUR' and 'USD'"),
    ):
        ran = ours("customers", "list", *wrong)
        assert ran.code == 2
        assert said in ran.err


def test_an_export_takes_a_filter(ours: Machine) -> None:
    out = ours.home / "out.csv"
    ours.does("customers", "export", "--out", out, "--where", "tag:'key' acme")
    assert len(out.read_text("utf-8-sig").splitlines()) == 1
    done = ours.does(
        "customers", "export", "--out", out, "--force", "--where", "created:today beta"
    )
    assert done["rows"] == 1


def test_lists_tell_terms_and_limit(ours: Machine) -> None:
    ours.does("customers", "edit", "C-00001", "--set", "credit_limit=5")
    lines = ours.does("customers", "list")["items"]
    assert lines[0]["credit_limit"] == {"amount": 500, "currency": "EUR"}
    assert (lines[1]["credit_limit"], lines[1]["terms"]) == (None, "net30")
