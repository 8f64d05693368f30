"""Run inside a session bus of its own: commands at a real keyring, each in a process of its own.

Prints what each step answered. The keyring's daemon is ours, so it is ended by its own number.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

HOME = Path(os.environ["HOME"])
NAME = "org.freedesktop.secrets"
ROOT = Path(__file__).parents[2]


def daemon(*options: str, password: str = "") -> int:
    """Returns when the daemon answers on the bus; gives its process number."""
    subprocess.run(
        ["gnome-keyring-daemon", "--daemonize", "--components=secrets", *options],
        input=password,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with open_dbus_connection() as bus:
        while not bus.send_and_get_reply(message_bus.NameHasOwner(NAME)).body[0]:
            pass
        pid: int = bus.send_and_get_reply(message_bus.GetConnectionUnixProcessID(NAME)).body[0]
    return pid


def end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    with open_dbus_connection() as bus:
        while bus.send_and_get_reply(message_bus.NameHasOwner(NAME)).body[0]:
            pass


def ran(*argv: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "billing_tui", *argv],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return {"code": done.returncode, "out": done.stdout, "err": done.stderr}


def steps() -> dict[str, Any]:
    value, own, other = (str(HOME / name) for name in ("value", "own", "other"))
    told = {}
    pid = daemon("--unlock", password="of the keyring")
    told["set"] = ran("credentials", "set", "store-password", "--file", value, "--json")
    told["list"] = ran("credentials", "list", "--json")
    told["test"] = ran("credentials", "test", "--json")
    told["test one"] = ran("credentials", "test", "store-password", "--json")
    told["setup"] = ran("setup", "--yes", "--password-file", own, "--json")
    told["seal"] = ran("credentials", "test", "audit-key", "--json")
    told["asked"] = ran("users", "list", "--json")
    told["wrong"] = ran("credentials", "set", "sign-in-password", "--file", other, "--json")
    told["remember"] = ran("credentials", "set", "sign-in-password", "--file", own, "--json")
    told["remembered"] = ran("users", "list", "--json")
    told["sign-in"] = ran("credentials", "test", "sign-in-password", "--json")
    told["change"] = ran("users", "password", "--password-file", other, "--json")
    told["forgotten"] = ran("credentials", "test", "sign-in-password", "--json")
    told["remove"] = ran("credentials", "remove", "store-password", "--json")
    told["removed"] = ran("credentials", "remove", "store-password", "--json")
    end(pid)
    told["gone"] = ran("credentials", "test", "--json")
    told["gone set"] = ran("credentials", "set", "store-password", "--file", value, "--json")
    pid = daemon("--start")
    told["locked"] = ran("credentials", "test", "--json")
    told["locked set"] = ran("credentials", "set", "store-password", "--file", value, "--json")
    told["locked list"] = ran("credentials", "list", "--json")
    end(pid)
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(steps()))
