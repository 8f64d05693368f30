"""Jobs, features and alerts by command."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from billing_tui import cli
from billing_tui.cli.jobs import _stop_on_signals
from billing_tui.domain.acts import Request
from billing_tui.domain.jobs import SCHEDULES
from billing_tui.services.jobs.duties import DUTIES, Bench, Progress
from tests.consoles import local_console, printed

ROOT = Path(__file__).parents[2]
REQUEST = "0190b0b0-0000-7000-8000-000000000001"
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return local_console(tmp_path, monkeypatch)


def fail(_bench: Bench, _request: Request, _progress: Progress) -> None:
    raise ValueError


def test_a_job_is_run_and_listed(capsys: Capture) -> None:
    (run,) = printed(capsys, "jobs", "run", "cleanup", "--request", REQUEST)["items"]
    assert (run["id"], run["outcome"]) == (REQUEST, "done")
    assert printed(capsys, "jobs", "run", "cleanup", "--request", REQUEST)["items"] == [run]
    listed = printed(capsys, "jobs", "list")
    (job,) = (each for each in listed["items"] if each["name"] == "cleanup")
    assert (job["last"], job["schedule"]) == (run, SCHEDULES["cleanup"])
    assert printed(capsys, "jobs", "list") == listed
    assert cli.run(["jobs", "list"]) == 0
    assert "daily 02:30" in capsys.readouterr().out


def test_what_is_due_is_run(capsys: Capture) -> None:
    assert printed(capsys, "jobs", "run", "due", "--dry-run")["items"] == []
    assert printed(capsys, "jobs", "run", "due")["items"] == []
    assert printed(capsys, "jobs", "run", "cleanup", "--dry-run") == {
        "job": "cleanup",
        "would": {"customer_key": 0, "form_draft": 0, "import_unit": 0, "job_run": 0, "request": 0},
    }


def test_a_failing_job_has_its_exit_code_and_its_alert(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(DUTIES, "cleanup", fail)
    (run,) = printed(capsys, "jobs", "run", "cleanup", exit_code=1)["items"]
    assert run["error"] == "internal_error"
    (alert,) = printed(capsys, "alerts", "list", "--severity", "warning")["items"]
    assert printed(capsys, "alerts", "list", "--severity", "critical")["items"] == []
    me = printed(capsys, "trace", run["id"])["trace"]["request"]["actor"]
    assert printed(capsys, "alerts", "assign", alert["id"], me)["owner"] == me
    assert cli.run(["alerts", "list"]) == 0
    assert "internal_error" in capsys.readouterr().out
    assert printed(capsys, "alerts", "acknowledge", alert["id"])["acknowledged_by"] == me
    again = printed(capsys, "alerts", "acknowledge", alert["id"], exit_code=6)
    assert again["error"]["code"] == "alert_acknowledged"
    assert printed(capsys, "alerts", "list")["items"] == []
    assert len(printed(capsys, "alerts", "list", "--acknowledged")["items"]) == 1


def test_jobs_are_switched_and_planned_by_command(capsys: Capture) -> None:
    assert printed(capsys, "jobs", "disable", "cleanup")["enabled"] is False
    assert printed(capsys, "jobs", "enable", "cleanup")["enabled"] is True
    changed = printed(capsys, "jobs", "schedule", "cleanup", "every 6h")
    assert changed["schedule"] == "every 6h"


@pytest.mark.parametrize(
    ("argv", "exit_code", "code"),
    [
        (("jobs", "run", "nothing"), 3, "job_unknown"),
        (("jobs", "enable", "nothing"), 3, "job_unknown"),
        (("jobs", "schedule", "cleanup", "now and then"), 2, "schedule_not_understood"),
        (("features", "set", "billing", "--on"), 4, "feature_reserved"),
        (("features", "set", "nothing", "--on"), 3, "feature_unknown"),
        (("features", "set", "bulk_import"), 2, "nothing_to_set"),
        (("features", "set", "bulk_import", "--on", "--off"), 2, "usage_error"),
        (("features", "set", "bulk_import", "--role", "king"), 2, "unknown_role"),
        (("features", "set", "bulk_import", "--percentage", "101"), 2, "percentage_refused"),
        (("features", "set", "bulk_import", "--percentage", "1e2"), 2, "percentage_refused"),
        (("alerts", "acknowledge", "x"), 2, "not_an_alert_id"),
        (("alerts", "acknowledge", REQUEST), 3, "alert_not_found"),
        (("alerts", "assign", REQUEST, "ann"), 3, "alert_not_found"),
        (("alerts", "list", "--cursor", "x"), 2, "cursor_refused"),
        (("alerts", "list", "--severity", "loud"), 2, "usage_error"),
        (("jobs", "run", "cleanup", "--request", "x"), 2, "not_a_request_id"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: Capture, argv: tuple[str, ...], exit_code: int, code: str
) -> None:
    assert printed(capsys, *argv, exit_code=exit_code)["error"]["code"] == code


def test_features_are_set_and_listed(capsys: Capture) -> None:
    people = ("--role", "clerk", "--role", "admin", "--percentage", "100")
    set_to = printed(capsys, "features", "set", "bulk_import", "--on", *people)
    assert set_to["roles"] == ["admin", "clerk"]
    assert printed(capsys, "features", "set", "bulk_import", "--everybody")["roles"] == []
    items = {each["name"]: each for each in printed(capsys, "features", "list")["items"]}
    assert items["bulk_import"]["changed"] is True
    assert items["fraud_detection"] == {"name": "fraud_detection", "reserved": True}
    assert cli.run(["features", "list"]) == 0
    assert "kept for later" in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_asks_to_stop_and_the_second_ends(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with _stop_on_signals() as stop:
        signal.raise_signal(number)
        assert stop.wait(30)
        assert signal.getsignal(number) is before
    assert signal.getsignal(number) is before


def test_signals_are_left_alone_outside_the_main_thread() -> None:
    seen: list[bool] = []

    def use() -> None:
        with _stop_on_signals() as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=use)
    thread.start()
    thread.join(30)
    assert seen == [False]


@pytest.mark.skipif(os.name != "posix", reason="there is no SIGTERM to catch elsewhere")
def test_serve_ends_by_sigterm(console: Path) -> None:
    serving = subprocess.Popen(
        [sys.executable, "-m", "billing_tui", "jobs", "serve"],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with serving:
            assert serving.stderr is not None
            assert "Running jobs" in serving.stderr.readline()
            serving.send_signal(signal.SIGTERM)
            assert serving.wait(60) == 0
    finally:
        serving.kill()


def test_a_checkpoint_is_signed_and_the_record_verified(console: Path, capsys: Capture) -> None:
    (run,) = printed(capsys, "jobs", "run", "checkpoint")["items"]
    assert (run["outcome"], run["counts"]) == ("done", {"signed": 1})
    for _ in range(2):
        (run,) = printed(capsys, "jobs", "run", "verify")["items"]
        assert (run["outcome"], run["error"]) == ("done", "")
    assert (console / "checkpoints.jsonl").exists()
    assert printed(capsys, "alerts", "list")["items"] == []
