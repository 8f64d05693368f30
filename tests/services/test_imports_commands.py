"""Import, export and seed as a person types them."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import pytest

from billing_tui import cli
from billing_tui.adapters.signing import SignedCheckpoint
from billing_tui.cli.progress import Meter
from billing_tui.resources import asset_text
from billing_tui.services.imports import TARGETS
from tests.consoles import local_console, printed

Capture = pytest.CaptureFixture[str]
GOOD = "number,name,currency\nK-1,Müller,EUR\nK-2,=cmd,EUR\n"


@pytest.fixture(autouse=True)
def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return local_console(tmp_path, monkeypatch)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "customers.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def test_a_file_is_checked_taken_in_and_recognised(capsys: Capture, file: Path) -> None:
    dry = printed(capsys, "customers", "import", str(file), "--dry-run")["report"]
    assert (dry["outcome"], dry["rows"], dry["run"]) == ("checked", 2, None)
    done = printed(capsys, "customers", "import", str(file))["report"]
    assert (done["outcome"], done["written"]) == ("written", 2)
    again = printed(capsys, "customers", "import", str(file))["report"]
    assert (again["outcome"], again["run"]) == ("earlier", done["run"])
    assert printed(capsys, "imports", "list")["items"] == []
    assert printed(capsys, "imports", "finish") == {"waiting": 0}


def test_bad_rows_are_listed_and_reported(capsys: Capture, tmp_path: Path) -> None:
    bad, report = tmp_path / "bad.csv", tmp_path / "report.csv"
    bad.write_text("number,name,currency\nK-1,A,EUR\nK-2,\x1b[31m,XXQ\nK-3,,EUR\n")
    told = printed(capsys, "customers", "import", str(bad), "--report", str(report), exit_code=2)
    assert told["error"]["code"] == "rows_refused"
    assert [one["row"] for one in told["report"]["problems"]] == [3, 4]
    rows = list(csv.DictReader(io.StringIO(report.read_text("utf-8-sig"))))
    assert [row["outcome"] for row in rows] == ["good", "bad", "bad"]
    assert cli.run(["customers", "import", str(bad)]) == 2
    out = capsys.readouterr()
    assert "XXQ" in out.out
    assert "2 rows are not usable, so none was written" in out.err
    assert "\x1b" not in out.out + out.err


def test_doubts_need_a_word(capsys: Capture, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("name,currency\nModern,EUR\nModem,EUR\n")
    told = printed(capsys, "customers", "import", str(file), exit_code=4)
    assert told["error"]["code"] == "rows_doubtful"
    assert printed(capsys, "customers", "import", str(file), "--anyway")["report"]["written"] == 2


def test_every_other_kind_has_its_command(capsys: Capture, tmp_path: Path) -> None:
    files = {
        "departments": "code,name\nOPS,Operations\n",
        "rates": "base,quote,day,rate,source\nEUR,USD,2026-11-20,1.1,ECB\n",
        "accounts": "entity,account,valid_from,code\nMAIN,receivable,2026-01-01,1400\n",
    }
    for group, text in files.items():
        file = tmp_path / f"{group}.csv"
        file.write_text(text)
        assert printed(capsys, group, "import", str(file))["report"]["written"] == 1


def test_lists_go_out_with_a_checkpoint(capsys: Capture, file: Path, tmp_path: Path) -> None:
    printed(capsys, "customers", "import", str(file))
    out = tmp_path / "out.csv"
    done = printed(capsys, "customers", "export", "--out", str(out))
    assert (done["rows"], done["format"]) == (2, "csv")
    assert "K-2,'=cmd,EUR" in out.read_text("utf-8-sig")
    checkpoint = tmp_path / "out.csv.checkpoint.json"
    assert SignedCheckpoint.parse(checkpoint.read_text().strip()).checkpoint.seq > 0
    refused = printed(capsys, "customers", "export", "--out", str(out), exit_code=4)
    assert refused["error"]["code"] == "file_exists"
    printed(capsys, "departments", "export", "--out", str(tmp_path / "d.xlsx"))
    unknown = printed(capsys, "customers", "export", "--out", "x.ods", exit_code=2)
    assert unknown["error"]["code"] == "format_unknown"


def test_csv_on_standard_output(
    capsys: Capture, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed(capsys, "customers", "import", str(file))
    stream = io.BytesIO()

    class Out(io.TextIOWrapper):
        pass

    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", Out(stream, encoding="utf-8"))
        assert cli.run(["customers", "export", "--out", "-", "--text", "K-1"]) == 0
        lines = stream.getvalue().decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["number", "K-1"]


def test_seeding_twice_adds_nothing(capsys: Capture) -> None:
    first = printed(capsys, "seed", "--customers", "30", "--seed", "5")
    assert first["customers"] == 30
    assert set(printed(capsys, "seed", "--customers", "30", "--seed", "5").values()) == {0}
    assert cli.run(["seed", "--customers", "-1"]) == 2


def test_the_help_names_every_column(capsys: Capture) -> None:
    text = asset_text("help/imports.txt")
    told = printed(capsys, "imports", "columns")
    for kind, target in TARGETS.items():
        assert len(told[kind]) == len(target.columns)
        for column in target.columns:
            mark = "*" if column.needed else "-" if column.told else " "
            assert f"  {mark} {column.name:<15} {column.about}\n" in text


def test_a_meter_tells_count_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([0.0, 0.1, 2.0])
    monkeypatch.setattr("time.monotonic", lambda: next(times))
    err = io.StringIO()
    shown = Meter(err)
    for done in (0, 10, 500):
        shown.tell("written", done, 1500)
    shown.clear()
    lines = err.getvalue().split("\r\x1b[K")
    assert lines == ["", "written 0 of 1,500", "written 500 of 1,500 · 250/s · 4 s left", ""]


def test_a_file_that_is_no_table_is_one_sentence(capsys: Capture, tmp_path: Path) -> None:
    file: Any = tmp_path / "x.xlsx"
    file.write_bytes(b"PK\x03\x04")
    assert cli.run(["customers", "import", str(file)]) == 2
    said = capsys.readouterr().err
    assert said == (
        "File not taken: The file is a spreadsheet or archive; save the sheet as CSV first.\n"
    )
