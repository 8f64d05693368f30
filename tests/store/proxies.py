"""A proxy that loses, holds or delays a COMMIT on its way, and servers that only talk."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum, auto


class Plan(Enum):
    """What happens to one COMMIT."""

    CUT_BEFORE = auto()  # the server never hears of it
    CUT_AFTER = auto()  # the server commits, the answer is lost
    CUT_THEN_DELIVER = auto()  # the client is cut off at once, the COMMIT arrives when released
    DELAY = auto()  # the answer comes when released


class Proxy:
    """Passes bytes both ways; each COMMIT on its way takes the next plan."""

    def __init__(self, upstream: str) -> None:
        self.plans: deque[Plan] = deque()
        self.commits = 0
        self.released = threading.Event()
        self.reached = threading.Event()
        self._upstream = upstream
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(f"{self._upstream}/.s.PGSQL.5432")
                self._sockets += [client, server]
                line = _Line(self, client, server)
                for pump in (line.to_server, line.to_client):
                    threading.Thread(target=pump, daemon=True).start()

    def close(self) -> None:
        self.released.set()
        _shut(self._listener, *self._sockets)


class _Line:
    """One client's connection. A COMMIT is small and sent alone, so it never comes in halves."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.plan: Plan | None = None

    def to_server(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.client.recv(65536):
                if b"COMMIT\0" in data:
                    self.proxy.commits += 1
                    self.plan = self.proxy.plans.popleft() if self.proxy.plans else None
                if self.plan is Plan.CUT_BEFORE:
                    break
                if self.plan is Plan.CUT_THEN_DELIVER:
                    _shut(self.client)
                    self.proxy.reached.set()
                    self.proxy.released.wait(10)
                    self.server.sendall(data)
                    self.server.recv(65536)
                    break
                self.server.sendall(data)
        _shut(self.client, self.server)

    def to_client(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.server.recv(65536):
                if self.plan is Plan.CUT_AFTER:
                    break
                if self.plan is Plan.DELAY:
                    self.plan = None
                    self.proxy.reached.set()
                    self.proxy.released.wait(10)
                if self.plan is Plan.CUT_THEN_DELIVER:
                    return
                self.client.sendall(data)
        _shut(self.client, self.server)


def _shut(*sockets: socket.socket) -> None:
    for one in sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def wait_until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Look again and again, but not for ever."""
    never = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if true():
            return
        never.wait(0.01)
    raise AssertionError("it did not happen")


@contextlib.contextmanager
def refusing_server(state: str, words: str) -> Iterator[int]:
    """A server that answers every start with one refusal; gives its port."""
    fields = b"SFATAL\0VFATAL\0" + f"C{state}\0M{words}\0".encode() + b"\0"
    refusal = b"E" + struct.pack("!i", len(fields) + 4) + fields

    def answer(client: socket.socket) -> None:
        while data := client.recv(4096):
            if struct.unpack("!i", data[4:8])[0] in (80877103, 80877104):
                client.sendall(b"N")  # no encryption here
                continue
            client.sendall(refusal)
            return

    with _serving(answer) as port:
        yield port


@contextlib.contextmanager
def closing_server() -> Iterator[int]:
    with _serving(lambda client: None) as port:
        yield port


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """Accepts and then says nothing at all."""
    quiet = threading.Event()

    def answer(_client: socket.socket) -> None:
        quiet.wait(20)

    with _serving(answer) as port:
        yield port
        quiet.set()


@contextlib.contextmanager
def _serving(answer: Callable[[socket.socket], None]) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, contextlib.suppress(OSError):
                    answer(client)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1]
    _shut(listener)
