"""Values in plain variables: taken once, and then in no environment of this process any more."""

from __future__ import annotations

import contextlib
import os
from collections.abc import MutableMapping

from .names import KNOWN, Secret


def take_environment(environ: MutableMapping[str, str]) -> dict[str, Secret]:
    """The values in plain variables, taken out so that no child process inherits them."""
    taken = {}
    for each in KNOWN:
        if each.variable and (value := environ.get(each.variable)):
            taken[each.name] = Secret(value)
        if each.variable in environ:
            if environ is os.environ:
                _blank(each.variable)
            del environ[each.variable]
    return taken


def _blank(name: str) -> None:
    """Overwrite a value where the system shows what a process was started with, such as
    /proc/PID/environ; taking the variable out leaves it there."""
    if os.name != "posix":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        getenv = ctypes.CDLL(None).getenv
        getenv.argtypes, getenv.restype = (ctypes.c_char_p,), ctypes.c_void_p
        if place := getenv(os.fsencode(name)):
            ctypes.memset(place, 0, len(ctypes.string_at(place)))
