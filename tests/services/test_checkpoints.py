import dataclasses
import json
import os
import stat
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from billing_tui.adapters.checkpoints import CheckpointFile, CheckpointsNotUsable
from billing_tui.adapters.clock import FixedClock, SystemClock
from billing_tui.adapters.ports import Clock
from billing_tui.adapters.signing import (
    Checkpoint,
    CheckpointUnreadable,
    SignedCheckpoint,
    SigningKey,
    verify,
)

ACME, BETA = UUID(int=7), UUID(int=8)
AT = datetime(2026, 11, 21, 20, 45, 39, 123456, tzinfo=UTC)
KEY = SigningKey(bytes(range(32)))


def checkpoint(seq: int = 3, organisation: UUID = ACME, head: str = "ab" * 32) -> Checkpoint:
    return Checkpoint(organisation, seq, head, AT)


@pytest.fixture
def file(tmp_path: Path) -> CheckpointFile:
    return CheckpointFile(tmp_path / "checkpoints.jsonl")


def test_the_written_form_never_changes() -> None:
    assert checkpoint().text() == (
        '{"at":"2026-11-21T20:45:39.123456Z","head":"' + "ab" * 32 + '",'
        '"organisation":"00000000-0000-0000-0000-000000000007","seq":3}'
    )
    assert KEY.public == "ed25519:A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
    # Ed25519 signatures are the same each time.
    assert KEY.sign(checkpoint()) == KEY.sign(checkpoint())


def test_a_signed_checkpoint_reads_back_and_holds() -> None:
    signed = KEY.sign(checkpoint())
    again = SignedCheckpoint.parse(signed.text())
    assert again == signed
    assert again.holds(KEY.public)
    assert not again.holds(SigningKey.make().public)


def test_every_change_breaks_the_signature() -> None:
    signed = KEY.sign(checkpoint())
    changes: list[dict[str, Any]] = [
        {"organisation": BETA},
        {"seq": 4},
        {"head": "ac" * 32},
        {"at": AT + timedelta(microseconds=1)},
    ]
    for change in changes:
        changed = dataclasses.replace(signed.checkpoint, **change)
        assert not dataclasses.replace(signed, checkpoint=changed).holds(KEY.public)
    text = signed.signature
    for at, letter in enumerate(text):
        other = text[:at] + ("A" if letter != "A" else "B") + text[at + 1 :]
        assert not verify(KEY.public, signed.checkpoint.text(), other)


@pytest.mark.parametrize("public", ["", "ed25519:", "rsa:AAAA", "ed25519:A6EH", "ed25519:é" * 9])
def test_what_is_no_public_key_verifies_nothing(public: str) -> None:
    signed = KEY.sign(checkpoint())
    assert not verify(public, signed.checkpoint.text(), signed.signature)


def test_a_key_is_kept_as_a_recovery_code_and_hidden_otherwise() -> None:
    key = SigningKey.make()
    assert SigningKey.from_code(key.code()).public == key.public
    assert repr(key) == f"SigningKey({key.public})"


def test_only_the_one_written_form_is_read() -> None:
    fields = json.loads(KEY.sign(checkpoint()).text())
    wrong = [
        "",
        "[]",
        "null",
        "[" * 100_000,
        *(json.dumps({**fields, key: value}) for key, value in {
            "seq": 3.0, "head": "AB" * 32, "at": "2026-11-21", "organisation": "x", "more": 1,
        }.items()),
        json.dumps(fields | {"seq": 0}),
        json.dumps(fields | {"seq": True}),
        json.dumps(fields | {"organisation": fields["organisation"].replace("-", "")}),
        json.dumps({key: value for key, value in fields.items() if key != "key"}),
    ]  # fmt: skip
    for text in wrong:
        with pytest.raises(CheckpointUnreadable):
            SignedCheckpoint.parse(text)


def test_the_highest_of_store_and_organisation_is_remembered(file: CheckpointFile) -> None:
    assert file.latest("one", ACME) is None
    for seq in (3, 9, 5):
        file.remember("one", KEY.sign(checkpoint(seq)))
    file.remember("one", KEY.sign(checkpoint(40, BETA)))
    file.remember("two", KEY.sign(checkpoint(50)))
    assert file.latest("one", ACME) == KEY.sign(checkpoint(9))
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    forged = dataclasses.replace(KEY.sign(checkpoint(9)), checkpoint=checkpoint(70))
    file.remember("one", forged)
    assert file.latest("one", ACME) == forged
    assert file.latest("one", ACME, KEY.public) == KEY.sign(checkpoint(9))
    assert file.latest("one", ACME, SigningKey.make().public) is None


def test_a_line_torn_by_a_crash_costs_only_itself(file: CheckpointFile) -> None:
    file.remember("one", KEY.sign(checkpoint(1)))
    whole = file.path.read_bytes()
    for end in range(len(whole)):
        file.path.write_bytes(whole + whole[:end])
        file.remember("one", KEY.sign(checkpoint(2)))
        assert [each.checkpoint.seq for each in file.all("one")][-1] == 2
        assert file.latest("one", ACME) == KEY.sign(checkpoint(2))


def test_foreign_lines_are_passed_over(file: CheckpointFile) -> None:
    file.path.write_bytes(b"\xff\xfe\n{}\n[1]\nnull\n" + b'{"store":"one","checkpoint":7}\n')
    file.remember("one", KEY.sign(checkpoint(1)))
    assert len(file.all("one")) == 1


def test_a_full_disk_and_a_link_are_errors(
    file: CheckpointFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(CheckpointsNotUsable, match="directory"):
        CheckpointFile(tmp_path).latest("one", ACME)
    file.path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CheckpointsNotUsable):
        file.remember("one", KEY.sign(checkpoint()))
    file.path.unlink()
    monkeypatch.setattr(os, "write", lambda handle, line: len(line) - 1)
    with pytest.raises(CheckpointsNotUsable, match="full"):
        file.remember("one", KEY.sign(checkpoint()))


def test_clocks_tell_utc() -> None:
    clock: Clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    fixed = FixedClock(AT.astimezone(timezone(timedelta(hours=5))))
    clock = fixed
    assert clock.now() == AT
    assert clock.now().tzinfo is UTC
    assert fixed.advance(timedelta(days=1)) == clock.now() == AT + timedelta(days=1)
