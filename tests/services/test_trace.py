from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest

from billing_tui import cli
from billing_tui.bootstrap import services_for
from billing_tui.domain.acts import Request
from billing_tui.domain.features import FeatureChange
from billing_tui.domain.ids import new_id
from billing_tui.domain.retention import ROWS
from billing_tui.domain.trace import current_request, first_request, working_on
from billing_tui.logs import close_log, lines_of, log_event, open_log
from billing_tui.services.bundle import Services
from billing_tui.services.imports import Imports
from billing_tui.services.jobs.runner import run_job
from storage.store import Store
from tests.benches import bench_for
from tests.consoles import local_console, printed

OFF = FeatureChange(enabled=False)
REQUEST = "0190b0b0-0000-7000-8000-000000000001"


@pytest.fixture
def services(store: Store) -> Services:
    return services_for(store)


def test_one_request_is_found_in_the_store(store: Store, services: Services) -> None:
    request = Request.new("because")
    services.features.set(request, "bulk_import", OFF)
    trace = services.traces.show(request.id)
    assert trace.request is not None
    assert trace.request.actor == store.identity.login
    assert (trace.request.action, trace.request.answered) == ("features.set", True)
    (act,) = trace.audit
    assert (act.action, act.version, act.reason) == ("features.set", 1, "because")
    assert act.object.startswith("feature:")
    assert trace.ledger == ()


def test_a_request_that_left_nothing(services: Services) -> None:
    trace = services.traces.show(new_id())
    assert (trace.request, trace.audit, trace.ledger) == (None, (), ())


def test_the_request_under_way_is_known_within() -> None:
    outer, inner = new_id(), new_id()
    assert (first_request(), current_request()) == (None, None)
    with working_on(outer):
        assert (first_request(), current_request()) == (outer, outer)
        with working_on(outer), working_on(inner):
            assert (first_request(), current_request()) == (outer, inner)
        assert current_request() == outer
    assert current_request() is None


def test_another_thread_works_on_its_own() -> None:
    seen: list[UUID | None] = []
    with working_on(new_id()):
        thread = threading.Thread(target=lambda: seen.append(current_request()))
        thread.start()
        thread.join(30)
    assert seen == [None]


def test_a_job_is_traced_with_all_its_units(store: Store, tmp_path: Path) -> None:
    open_log(tmp_path)
    request = Request.new()
    run_job(bench_for(store), "cleanup", request, threading.Event())
    log_event("unrelated")
    close_log()
    lines = lines_of(tmp_path, str(request.id), "request", "within")
    events = [(line["event"], line.get("action")) for line in lines]
    assert events[0] == ("written", "jobs.claim")
    assert events[1] == ("job.started", None)
    assert events.count(("written", "cleanup.purge")) == len(ROWS)
    assert events[-2:] == [("written", "jobs.finish"), ("job.done", None)]


@pytest.fixture
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return local_console(tmp_path, monkeypatch)


def test_a_command_is_traced_from_start_to_end(
    console: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed(capsys, "features", "set", "bulk_import", "--off", "--request", REQUEST)
    found = printed(capsys, "trace", REQUEST)
    assert found["trace"]["request"]["action"] == "features.set"
    assert "features.set" in [act["action"] for act in found["trace"]["audit"]]
    assert [line["event"] for line in found["log"]] == [
        "command.started", "written", "command.ended",
    ]  # fmt: skip
    assert {line["action"] for line in found["log"]} == {"features.set"}
    assert printed(capsys, "trace", REQUEST) == found
    assert cli.run(["trace", REQUEST]) == 0
    assert "command.ended" in capsys.readouterr().out


DEPARTMENTS = "code,name\n" + "".join(f"D{n},Department {n}\n" for n in range(450))


def test_a_command_of_many_units_is_traced_with_all_of_them(
    console: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "departments.csv"
    file.write_text(DEPARTMENTS, encoding="utf-8")
    given = ("--request", REQUEST, "--reason", "as agreed")
    for again in (False, True):
        printed(capsys, "departments", "import", str(file), *given)
        found = printed(capsys, "trace", REQUEST)
        assert [act["action"] for act in found["trace"]["audit"]] == ["departments.import"]
        actions = [one["request"]["action"] for one in found["within"]]
        assert actions.count("imports.write") == 3
        assert {act["reason"] for one in found["within"] for act in one["audit"]} == {"as agreed"}
        assert sum(len(one["audit"]) for one in found["within"]) == 450, again
    assert cli.run(["trace", REQUEST]) == 0
    assert "requests made within it" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "reason"),
    [(("imports", "finish"), "after the crash"), (("jobs", "run", "imports"), "after the crash"),
     (("customers", "import", "FILE"), "")],
    ids=["finish", "job", "another import"],
)  # fmt: skip
def test_what_a_crash_left_is_finished_under_the_request_that_finishes_it(
    console: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: tuple[str, ...],
    reason: str,
) -> None:
    file, other = tmp_path / "departments.csv", tmp_path / "customers.csv"
    file.write_text(DEPARTMENTS, encoding="utf-8")
    other.write_text("name,currency\nNord,EUR\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Imports, "_write_units", lambda *_given: None)
        printed(capsys, "departments", "import", str(file))
    given = [str(other) if word == "FILE" else word for word in command]
    printed(capsys, *given, "--request", REQUEST, "--reason", "after the crash")
    found = printed(capsys, "trace", REQUEST)
    acts = [act for one in found["within"] for act in one["audit"]]
    made = [act for act in acts if act["action"].startswith("departments.")]
    assert (len(made), {act["reason"] for act in made}) == (450, {reason})


def test_seeding_is_one_request_and_done_once(
    console: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ("--customers", "210", "--request", REQUEST, "--reason", "a look around")
    first = printed(capsys, "seed", *given)
    before = printed(capsys, "verify", exit_code=8)["last"]
    assert printed(capsys, "seed", *given) == first
    assert printed(capsys, "verify", exit_code=8)["last"] == before
    found = printed(capsys, "trace", REQUEST)
    actions = [one["request"]["action"] for one in found["within"]]
    assert actions == ["seed.departments", "seed.accounts", "seed.customers", "seed.customers"]
    assert {act["reason"] for one in found["within"] for act in one["audit"]} == {"a look around"}


@pytest.mark.parametrize(
    "command", [("jobs", "serve"), ("verify",), ("verify", "--recent")], ids=" ".join
)
@pytest.mark.parametrize("option", ["--request", "--reason"])
def test_what_writes_nothing_of_its_own_takes_neither_id_nor_reason(
    console: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], option: str
) -> None:
    error = printed(capsys, *command, option, REQUEST, exit_code=2)["error"]
    assert error["code"] == "usage_error"


def test_a_refusal_and_a_fault_are_traced_too(
    console: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = ("features", "set", "billing", "--on", "--request", REQUEST)
    printed(capsys, *refused, exit_code=4)
    found = printed(capsys, "trace", REQUEST)
    assert [(line["event"], line.get("code"), line.get("exit")) for line in found["log"]] == [
        ("command.started", None, None),
        ("refused", "feature_reserved", None),
        ("command.ended", "feature_reserved", 4),
    ]

    def broken(*_: object) -> None:
        raise ValueError("hunter2")

    monkeypatch.setattr("storage.repos.features.all_features", broken)
    error = printed(capsys, "features", "list", exit_code=9)["error"]
    reference = error["message"].split()[-1].rstrip(".")
    found = printed(capsys, "trace", reference.lower())
    assert [line["event"] for line in found["log"]] == [
        "command.started", "failure", "command.ended",
    ]  # fmt: skip
    assert found["trace"]["request"] is None
    assert cli.run(["trace", reference]) == 0
    assert "ValueError" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("id", "exit_code"), [("nonsense", 2), ("ABCD-1234", 3), (str(UUID(int=7)), 3)]
)
def test_what_cannot_be_traced(
    console: Path, capsys: pytest.CaptureFixture[str], id: str, exit_code: int
) -> None:
    assert printed(capsys, "trace", id, exit_code=exit_code)["error"]["code"] in (
        "not_traceable", "nothing_traced",
    )  # fmt: skip
