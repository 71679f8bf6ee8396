"""A link that takes longer: what enters at one end leaves at the other so many milliseconds later, both ways.

On one computer a link is faster than any that a program will meet later. Here a socket connects to `endpoint`, and its
bytes reach the socket that has bound the `target`, late. It carries bytes and knows nothing of ZeroMQ.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import deque
from time import monotonic
from typing import Self

AT_ONCE = 65_536
"""Bytes read at once."""
END = 2.0
"""Seconds that the threads get to end."""


class SlowLink:
    """Takes connections at `endpoint` and carries them to `target` (both tcp, on this computer), `delay` seconds each way."""

    def __init__(self, target: str, delay: float) -> None:
        host, port = target.removeprefix("tcp://").rsplit(":", 1)
        self._target, self._delay = (host, int(port)), delay
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._ended = threading.Event()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"tcp://127.0.0.1:{self._door.getsockname()[1]}"
        self._begin(self._let_in)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """Cut all connections, end the threads, give the port back. May be called again."""
        self._ended.set()
        for one in [self._door, *self._open]:
            _cut(one)
        for thread in self._threads:
            thread.join(END)

    def _begin(self, work, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="zmqlab slow link", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(self._target)
                except OSError:  # nobody there yet: who connects tries again
                    near.close()
                    continue
                self._open += [near, far]
                self._carry(near, far)
                self._carry(far, near)

    def _carry(self, source: socket.socket, to: socket.socket) -> None:
        """Begin to carry bytes one way: a thread that reads, and one that writes when the time has come."""
        to.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        queue: deque[tuple[float, bytes]] = deque()
        filled = threading.Semaphore(0)

        def read() -> None:
            data = b"?"
            while data:
                try:
                    data = source.recv(AT_ONCE)
                except OSError:
                    data = b""
                queue.append((monotonic() + self._delay, data))
                filled.release()

        def write() -> None:
            while filled.acquire():
                due, data = queue.popleft()
                if not data or self._ended.wait(max(0.0, due - monotonic())):
                    break
                try:
                    to.sendall(data)
                except OSError:
                    break
            _cut(to)
            _cut(source)

        self._begin(read)
        self._begin(write)


def _cut(one: socket.socket) -> None:
    """Close a socket, and wake who waits in it."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
