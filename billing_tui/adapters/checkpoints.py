"""The checkpoints this machine remembers: one JSON line each, only ever appended."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from billing_tui.domain.audit import canonical
from billing_tui.domain.errors import StoreError

from .signing import CheckpointUnreadable, SignedCheckpoint


class CheckpointsNotUsable(StoreError):
    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            "Checkpoints not usable",
            f"{path} cannot be read or written: {reason}. Without it a restored old backup is not"
            " noticed.",
        )


class CheckpointFile:
    def __init__(self, path: Path) -> None:
        self.path = path

    def remember(self, store: str, signed: SignedCheckpoint) -> None:
        """On the disk when this returns."""
        line = canonical({"store": store, "checkpoint": signed.fields()}).encode() + b"\n"
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with self._failures():
            handle = os.open(self.path, flags, 0o600)
            try:
                # One write, so that lines of two processes never mix; a line torn by a crash
                # ends here, or it would swallow this one.
                line = (b"\n" if _torn(handle) else b"") + line
                if os.write(handle, line) != len(line):
                    raise OSError("the disk is full")
                os.fsync(handle)
            finally:
                os.close(handle)

    def latest(
        self, store: str, organisation: UUID, public: str | None = None
    ) -> SignedCheckpoint | None:
        """The highest remembered; with `public`, the highest that this key signed."""
        ours = [each for each in self.all(store) if each.checkpoint.organisation == organisation]
        for signed in sorted(ours, key=lambda each: each.checkpoint.seq, reverse=True):
            if public is None or signed.holds(public):
                return signed
        return None

    def all(self, store: str) -> list[SignedCheckpoint]:
        with self._failures():
            content = self.path.read_bytes() if self.path.exists() else b""
        lines = [_parsed(line) for line in content.split(b"\n") if line]
        return [signed for named, signed in filter(None, lines) if named == store]

    @contextlib.contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise CheckpointsNotUsable(self.path, (error.strerror or str(error)).lower()) from None


def _torn(handle: int) -> bool:
    size = os.fstat(handle).st_size
    if not size:
        return False
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1) != b"\n"


def _parsed(line: bytes) -> tuple[str, SignedCheckpoint] | None:
    """None for what a crash tore, or what somebody else wrote into the file."""
    try:
        fields = json.loads(line)
        return fields["store"], SignedCheckpoint.of(fields["checkpoint"])
    except (ValueError, TypeError, KeyError, RecursionError, CheckpointUnreadable):
        return None
