"""Checkpoints of the audit chain and their Ed25519 signatures.

Whoever can write to the store can build a chain that holds in itself. Only a head signed earlier
and kept elsewhere shows a cut tail or an old backup brought back.
"""

from __future__ import annotations

import base64
import json
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from billing_tui.domain.audit import canonical
from billing_tui.domain.dates import parse_utc
from billing_tui.domain.errors import BillingError, IntegrityError
from billing_tui.domain.recovery import from_code, to_code

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PREFIX = "ed25519:"
# A signature made for a checkpoint can never be shown as one of something else.
_PURPOSE = b"billing-tui checkpoint 1\n"
_HEAD = re.compile(r"[0-9a-f]{64}")
_FIELDS = {"organisation", "seq", "head", "at", "key", "signature"}


class CheckpointUnreadable(IntegrityError):
    def __init__(self) -> None:
        super().__init__("Checkpoint not readable", "This is not the text of a checkpoint.")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The chain of `organisation` had `head` as the hash of its row `seq`."""

    organisation: UUID
    seq: int
    head: str
    at: datetime

    def fields(self) -> dict[str, Any]:
        return {
            "organisation": self.organisation,
            "seq": self.seq,
            "head": self.head,
            "at": self.at,
        }

    def text(self) -> str:
        return canonical(self.fields())


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    checkpoint: Checkpoint
    key: str
    signature: str

    def fields(self) -> dict[str, Any]:
        return self.checkpoint.fields() | {"key": self.key, "signature": self.signature}

    def text(self) -> str:
        return canonical(self.fields())

    @classmethod
    def parse(cls, text: str) -> SignedCheckpoint:
        try:
            return cls.of(json.loads(text))
        except (ValueError, RecursionError):
            raise CheckpointUnreadable from None

    @classmethod
    def of(cls, fields: Any) -> SignedCheckpoint:
        """From the fields of its JSON; only the one written form is read."""
        try:
            seq, head = fields["seq"], fields["head"]
            known = fields.keys() == _FIELDS and type(seq) is int and seq > 0
            if not known or _HEAD.fullmatch(head) is None:
                raise CheckpointUnreadable
            checkpoint = Checkpoint(
                UUID(fields["organisation"]), seq, head, parse_utc(fields["at"])
            )
            signed = cls(checkpoint, str(fields["key"]), str(fields["signature"]))
        except (TypeError, KeyError, AttributeError, ValueError, BillingError):
            raise CheckpointUnreadable from None
        if signed.text() != canonical(fields):
            raise CheckpointUnreadable
        return signed

    def holds(self, public: str) -> bool:
        """Whether the owner of this public key signed exactly this checkpoint."""
        return self.key == public and verify(public, self.checkpoint.text(), self.signature)


class SigningKey:
    """A private key; its written form is a recovery code and belongs among the credentials."""

    __slots__ = ("_key",)

    def __init__(self, seed: bytes) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key: Ed25519PrivateKey = Ed25519PrivateKey.from_private_bytes(seed)

    @classmethod
    def make(cls) -> SigningKey:
        return cls(secrets.token_bytes(32))

    @classmethod
    def from_code(cls, code: str) -> SigningKey:
        return cls(from_code(code))

    def code(self) -> str:
        return to_code(self._key.private_bytes_raw())

    @property
    def public(self) -> str:
        return _PREFIX + _base64(self._key.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> SignedCheckpoint:
        signature = self._key.sign(_PURPOSE + checkpoint.text().encode())
        return SignedCheckpoint(checkpoint, self.public, _base64(signature))

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"


def verify(public: str, text: str, signature: str) -> bool:
    """Whether `signature` is that of the checkpoint text by the owner of `public`."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        if not public.startswith(_PREFIX):
            return False
        key = Ed25519PublicKey.from_public_bytes(_bytes(public.removeprefix(_PREFIX)))
        key.verify(_bytes(signature), _PURPOSE + text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _base64(data) != text:
        raise ValueError("not the one written form")
    return data
