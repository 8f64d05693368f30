import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing_tui import logs
from billing_tui.domain.errors import InputError
from billing_tui.domain.money import Money
from billing_tui.logs import SharedFile, close_log, lines_of, log_event, log_failure, open_log
from billing_tui.settings import StoreUrl

CANARY = "hunter2-canary"
ACME = UUID(int=7)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    yield open_log(tmp_path / "state")
    close_log()


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_event_is_one_line_of_ids(log: Path) -> None:
    log_event(
        "customers.create",
        request=ACME,
        organisation=str(ACME),
        user=None,
        object="C-00001",
        code="stale_version",
        duration=12.5,
        count=3,
    )
    (line,) = lines(log)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "pid": os.getpid(),
        "event": "customers.create",
        "request": str(ACME),
        "organisation": str(ACME),
        "object": "C-00001",
        "code": "stale_version",
        "duration": 12.5,
        "count": 3,
    }
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", CANARY),
        ("password", CANARY),
        ("request", CANARY),
        ("user", "ann"),
        ("object", "Müller GmbH"),
        ("object", "4111 1111 1111 1111"),
        ("object", "4111111111111111"),
        ("code", "two words"),
        ("code", "a\nb"),
        ("action", "Customers.Create"),
        ("count", "3"),
        ("count", True),
        ("count", float("nan")),
        ("rows", Money(1, "EUR")),
        ("failure", CANARY),
    ],
)
def test_what_is_not_known_or_not_in_form_is_left_out(log: Path, field: str, value: Any) -> None:
    log_event("job.run", **{field: value})
    (line,) = lines(log)
    assert field not in line
    assert line["left_out"] == 1
    assert CANARY not in log.read_text(encoding="utf-8")


def test_an_event_that_is_free_text_is_left_out(log: Path) -> None:
    log_event(f"Signed in {CANARY}")
    assert CANARY not in log.read_text(encoding="utf-8")


def test_messages_of_ours_leave_only_their_place(log: Path) -> None:
    logging.getLogger("billing_tui.services").warning("password %s", CANARY)
    try:
        raise ValueError(CANARY)
    except ValueError:
        logging.getLogger("billing_tui").exception("with %s", CANARY)
    assert [line["event"] for line in lines(log)] == ["message", "message"]
    assert CANARY not in log.read_text(encoding="utf-8")


def test_other_libraries_are_not_logged(
    log: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    logging.getLogger("sqlalchemy.engine").error("INSERT %s", CANARY)
    assert not log.exists()
    assert CANARY not in "".join(capfd.readouterr())


class Customer:
    def __str__(self) -> str:
        raise AssertionError("a log never asks for text")

    __repr__ = __str__


class Odd(Exception):
    sqlstate = "40001"

    def __str__(self) -> str:
        raise AssertionError("a log never asks for text")


def test_a_failure_leaves_classes_and_our_own_lines(log: Path) -> None:
    reference, secret = "", CANARY
    try:
        try:
            StoreUrl.parse(f"postgresql://ann:{secret}@db/books", CANARY)
        except ValueError as inner:
            raise Odd(Customer(), secret) from inner
    except Odd as error:
        reference = log_failure(error, request=ACME)
    (line,) = lines(log)
    assert (line["event"], line["level"]) == ("failure", "error")
    assert (line["reference"], line["request"]) == (reference, str(ACME))
    outer, inner_line = line["failure"]
    assert outer["class"].endswith("test_logs.Odd")
    assert (outer["sqlstate"], outer["frames"]) == ("40001", [])
    assert inner_line["class"] == "billing_tui.settings.PasswordInAddress"
    assert [each.split(":")[0] for each in inner_line["frames"]] == ["billing_tui/settings.py"]
    assert CANARY not in log.read_text(encoding="utf-8")
    assert lines_of(log.parent, reference, "reference") == [line]


def test_references_are_short_and_differ() -> None:
    references = {log_failure(ValueError(CANARY)) for _ in range(50)}
    assert len(references) == 50
    assert {len(each) for each in references} == {9}


def test_groups_circles_and_strange_classes(log: Path) -> None:
    first, second = InputError(CANARY, CANARY), KeyError(CANARY)
    first.__cause__, second.__context__ = second, first
    log_failure(BaseExceptionGroup(CANARY, [first, KeyboardInterrupt(CANARY)]))
    log_failure(type(CANARY + " \x1b[2J", (Exception,), {})(CANARY))
    group, strange = lines(log)
    assert [each["class"].rpartition(".")[2] for each in group["failure"]] == [
        "BaseExceptionGroup",
        "InputError",
        "KeyboardInterrupt",
        "KeyError",
    ]
    assert strange["failure"][0]["class"] == "?"
    assert CANARY not in log.read_text(encoding="utf-8")


def test_the_level_is_kept(tmp_path: Path) -> None:
    path = open_log(tmp_path, "error")
    log_event("job.run")
    log_failure(ValueError())
    close_log()
    assert [line["event"] for line in lines(path)] == ["failure"]


def test_without_a_log_nothing_is_said(capfd: pytest.CaptureFixture[str]) -> None:
    log_event("job.run", level=logging.CRITICAL)
    log_failure(ValueError(CANARY))
    assert capfd.readouterr() == ("", "")


def test_opening_again_moves_the_log(tmp_path: Path) -> None:
    first, second = open_log(tmp_path / "a"), open_log(tmp_path / "b")
    log_event("job.run")
    close_log()
    assert not first.exists()
    assert len(lines(second)) == 1


@pytest.mark.parametrize("trouble", ["file", "link", "folder", "pipe"])
def test_a_log_that_cannot_be_written_stops_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], trouble: str
) -> None:
    path = tmp_path / logs.NAME
    elsewhere = tmp_path / "elsewhere"
    if trouble == "link":
        path.symlink_to(elsewhere)
    elif trouble == "folder":
        path.mkdir()
    elif trouble == "pipe":
        os.mkfifo(path)
    else:
        path.write_text("")
        path = path / "below"
    open_log(path if trouble == "file" else tmp_path)
    log_event("job.run")
    assert log_failure(ValueError(CANARY))
    close_log()
    assert not elsewhere.exists()
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_stops_nothing_and_costs_only_its_lines(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_event("job.run", count=1)
    write = os.write
    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:20]))
        log_event("job.run", count=2)

        def nothing(*_: object) -> int:
            raise OSError(28, "No space left on device")

        full.setattr(os, "write", nothing)
        log_event("job.run", count=3)
    log_event("job.run", count=4)
    assert [line["count"] for line in lines_of(log.parent, "job.run", "event")] == [1, 4]


def test_a_torn_end_and_a_wide_mode_are_mended(tmp_path: Path) -> None:
    path = tmp_path / logs.NAME
    path.write_text('{"event": "jo')
    path.chmod(0o644)
    open_log(tmp_path)
    log_event("job.run")
    close_log()
    assert len(lines_of(tmp_path, "job.run", "event")) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_log_turns_over(log: Path) -> None:
    handlers = logging.getLogger("billing_tui").handlers
    next(each for each in handlers if isinstance(each, SharedFile))._largest = 1000
    for number in range(200):
        log_event("job.run", count=number)
    names = {each.name for each in log.parent.iterdir()}
    assert names - {logs.NAME} == {f"{logs.NAME}.{number}" for number in range(1, 6)}
    counts = [line["count"] for line in lines_of(log.parent, "job.run", "event")]
    assert counts == list(range(counts[0], 200))
    assert len(counts) > 30
    assert all(each.stat().st_size < 1300 for each in log.parent.iterdir())


def test_a_log_taken_away_comes_back(log: Path) -> None:
    log_event("job.run")
    log.unlink()
    log_event("job.run")
    assert len(lines(log)) == 1


WRITER = """
import sys
from pathlib import Path
from uuid import UUID
from billing_tui import logs
logs._LARGEST = 40_000
handler = logs.SharedFile(Path(sys.argv[1]) / logs.NAME, 40_000)
handler.setFormatter(logs.Lines())
logs._LOG.addHandler(handler)
logs._LOG.setLevel("INFO")
for number in range(600):
    logs.log_event("job.run", request=UUID(int=int(sys.argv[2])), count=number)
"""


def test_two_processes_share_it_and_lose_nothing(tmp_path: Path) -> None:
    root = str(Path(logs.__file__).parent.parent)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(number)], cwd=root)
        for number in (1, 2)
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    assert len(list(tmp_path.iterdir())) > 2
    for number in (1, 2):
        found = lines_of(tmp_path, str(UUID(int=number)), "request")
        assert [line["count"] for line in found] == list(range(600))


def test_ids_are_written_as_given(log: Path) -> None:
    request = uuid4()
    log_event("job.run", request=request, object=f"customer/{request}")
    assert lines(log)[0]["object"] == f"customer/{request}"
