"""The command line as a script relies on it: one document, the same bytes, stable exit codes."""

from __future__ import annotations

import json
import re
import stat
from uuid import uuid4

import pytest

from tests.commands import Machine
from tests.services.acceptance.conftest import Place

READING = [
    "customers list", "customers show C-00001", "customers tree C-00001", "customers search ev",
    "customers history C-00001", "customers notes C-00001", "departments list", "departments tree",
    "users list", "organisations list", "organisations show", "entities list", "settings list",
    "accounts list", "accounts unmapped", "rates list", "books list", "books balance",
    "alerts list", "features list", "jobs list", "imports list", "credentials list", "verify",
    "verify --recent", "doctor", "audit list", "audit show 1", "views list", "drafts list",
]  # fmt: skip
EVIL = "evil \x1b]52;c;aGk=\x07\x1b[31m\u202e[bold]\u2066 \x9b2J\r\n"
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def _customer(place: Place, **fields: object) -> str:
    return place.write("draft.json", json.dumps({"name": "Ada", "currency": "EUR"} | fields))


def test_a_bare_machine_is_set_up_by_yes_alone(machine: Machine) -> None:
    first = machine("setup", "--yes")
    assert first.code == 0
    codes = re.findall(r"^(?:\w{5}-){13}\w{5}$", first.out, re.MULTILINE)
    assert len(codes) == 1
    for path in [machine.store, *machine.state.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    told = machine("doctor")
    assert told.code == 0
    assert "audit-key" in told.out
    assert codes[0] not in told.out + machine("credentials", "list", "--json").out
    assert codes[0] not in "".join(p.read_text() for p in machine.state.glob("*.log*"))
    before = machine.store.read_bytes()
    assert machine("setup", "--yes").code == 4
    assert machine.store.read_bytes() == before


def test_the_recovery_code_brings_the_seal_back(local: Place) -> None:
    (key,) = local.machine.state.glob("credentials/*-audit-key")
    code = re.search(r"^(?:\w{5}-){13}\w{5}$", local.setup, re.MULTILINE)
    assert code is not None
    key.unlink()
    local.machine.does("customers", "create", "--file", _customer(local))
    assert local.machine("verify").code == 8
    file = local.machine.secret(code[0], "code")
    assert local.machine("credentials", "set", "audit-key", "--file", file).code == 0
    local.machine.does("customers", "create", "--file", _customer(local, name="Bea"))
    actions = local.raw("SELECT action, mac = '' FROM audit_log ORDER BY seq")
    assert ("key.missing", 1) in actions
    assert actions[-1] == ("customers.create", 0)
    assert local.machine("verify").code == 8  # what was written without the key stays unsealed


def test_every_list_prints_the_same_bytes_while_nothing_changed(place: Place) -> None:
    run = place.machine
    run.does("customers", "create", "--file", _customer(place, name="evening"))
    run.does("verify")
    for words in READING:
        one = run(*words.split(), "--json")
        assert one.code == 0, one
        assert run(*words.split(), "--json").out == one.out, words
        document = json.loads(one.out)
        if words.split()[-1] in ("list", "unmapped", "ev"):
            assert document.keys() == {"items", "next"}, words


def test_pages_give_every_row_once(place: Place) -> None:
    place.machine.does("seed", "--customers", "23")
    whole = place.machine.does("customers", "list", "--limit", "100")["items"]
    found, cursor = [], ""
    while True:
        more = ("--cursor", cursor) if cursor else ()
        page = place.machine.does("customers", "list", "--limit", "5", *more)
        found += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert found == whole
    assert len(whole) == 23


def test_a_second_editor_loses_nothing_unseen(place: Place) -> None:
    run = place.machine
    run.does("customers", "create", "--file", _customer(place))
    edit = ("customers", "edit", "C-00001", "--version", "1", "--set")
    run.does(*edit, "name=First")
    late = run(*edit, "name=Second", "--json")
    assert late.code == 6
    assert {"First", "Second", "Ada"} <= set(re.findall(r"\w+", late.doc["error"]["message"]))
    kept = run.does("customers", "show", "C-00001")
    assert (kept["name"], kept["version"]) == ("First", 2)


def test_a_request_is_done_once(place: Place) -> None:
    run, request = place.machine, str(uuid4())
    create = ("customers", "create", "--request", request, "--file")
    first = run.does(*create, _customer(place))
    assert run.does(*create, _customer(place)) == first
    assert len(run.does("customers", "list")["items"]) == 1
    assert run(*create, _customer(place, name="Bob")).code == 4
    assert run.does("trace", request)["trace"]["audit"]


def test_the_request_and_reason_of_a_command_stand_in_the_chain(place: Place) -> None:
    out, request = place.machine.home / "list.csv", str(uuid4())
    place.machine.does(
        "customers", "export", "--out", out, "--request", request, "--reason", "asked for"
    )
    said = place.raw("SELECT action, reason FROM audit_log WHERE request = ?", request)
    assert said == [("customers.export", "asked for")]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (0, "customers list"),
        (2, "customers nonsense"),
        (2, "customers list --limit 0"),
        (2, "customers list --cursor nonsense"),
        (2, "--store postgresql://u:p@h/d customers list"),
        (2, "--store mysql://h/d customers list"),
        (3, "customers show C-99999"),
        (4, "users disable {me}"),
        (5, "--user nobody customers list"),
        (7, "--store {home}/none.db customers list"),
        (7, "--store postgresql://u@127.0.0.1:1/d customers list"),
    ],
)
def test_troubles_have_stable_exit_codes(local: Place, code: int, words: str) -> None:
    me = local.machine.does("users", "list")["items"][0]["login"]
    argv = words.format(me=me, home=local.machine.home).split()
    ran = local.machine(*argv, "--json")
    assert ran.code == code, ran
    if code:
        assert ran.doc["error"].keys() == {"title", "message", "code"}
        assert ":p@" not in ran.out
    assert not ran.err


def test_hostile_text_is_kept_as_given_and_shown_inert(local: Place) -> None:
    run = local.machine
    told = {"tags": ["t\x1b[2J"], "meta_data": {"k": EVIL}, "contacts": [{"name": EVIL}]}
    draft = _customer(local, name=EVIL, **told)
    made = run("customers", "create", "--file", draft, "--reason", "because \x1b[0m")
    assert made.code == 0, made
    run.does("customers", "note", "C-00001", EVIL)
    for words in READING:
        ran = run(*words.split())
        assert not CONTROL.search(ran.out + ran.err), words
    assert run.does("customers", "show", "C-00001")["meta_data"]["k"] == EVIL
    for bad in ("nul \x00", "half \ud800"):
        assert run("customers", "create", "--file", _customer(local, name=bad)).code == 2
