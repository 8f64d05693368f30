"""Ids are UUID version 7: made by the client before anything is written, ordered by time."""

import secrets
import threading
import time
from uuid import UUID

_RANDOM_BITS = 74
_lock = threading.Lock()
_last = (0, 0)


def new_id() -> UUID:
    """A fresh id, greater than every id this process made before."""
    global _last
    with _lock:
        stamp, tail = time.time_ns() // 1_000_000, secrets.randbits(_RANDOM_BITS)
        if (stamp, tail) <= _last:
            # A random step, so that two forks of one process do not go on alike.
            stamp, tail = _last[0], _last[1] + 1 + secrets.randbits(32)
            if tail >> _RANDOM_BITS:
                stamp, tail = stamp + 1, secrets.randbits(_RANDOM_BITS)
        _last = (stamp, tail)
    return id_from(stamp, tail)


def id_from(milliseconds: int, tail: int) -> UUID:
    """The id of one instant and 74 bits of tail, for seeds and tests that must repeat."""
    high, low = tail >> 62, tail & ((1 << 62) - 1)
    return UUID(int=(milliseconds & ((1 << 48) - 1)) << 80 | 7 << 76 | high << 64 | 2 << 62 | low)
