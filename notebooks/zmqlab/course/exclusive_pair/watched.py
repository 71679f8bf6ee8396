"""Sockets that remember which threads have used them, and when each received."""

from __future__ import annotations

import threading
import time
from typing import NamedTuple

from ...live.sockets import Context, Socket


class Receipt(NamedTuple):
    """A message was received, by a thread, at a moment (monotonic ns)."""

    thread: threading.Thread
    time: int


USERS: dict[int, set[threading.Thread]] = {}
"""The threads that have used a watched socket, by its number."""
RECEIPTS: list[Receipt] = []


class Watched(Socket):
    """A recorded socket that remembers its threads."""

    def _note(self) -> None:
        USERS.setdefault(self._record.number, set()).add(threading.current_thread())

    def bind(self, addr):
        self._note()
        return super().bind(addr)

    def connect(self, addr):
        self._note()
        return super().connect(addr)

    def send(self, *args, **kwargs):
        self._note()
        return super().send(*args, **kwargs)

    def send_multipart(self, *args, **kwargs):
        self._note()
        return super().send_multipart(*args, **kwargs)

    def recv(self, *args, **kwargs):
        return self._received(super().recv, *args, **kwargs)

    def recv_multipart(self, *args, **kwargs):
        return self._received(super().recv_multipart, *args, **kwargs)

    def recv_into(self, *args, **kwargs):
        return self._received(super().recv_into, *args, **kwargs)

    def _received(self, receive, *args, **kwargs):
        self._note()
        told = receive(*args, **kwargs)
        RECEIPTS.append(Receipt(threading.current_thread(), time.monotonic_ns()))
        return told

    def poll(self, *args, **kwargs):
        self._note()
        return super().poll(*args, **kwargs)


class WatchedContext(Context):
    """The same context under the same name, whose sockets are watched."""

    _socket_class = Watched


def watched(context: Context) -> Context:
    """Return the same context, whose sockets are watched from now on."""
    USERS.clear()
    RECEIPTS.clear()
    return WatchedContext(shadow=context, trace=context.trace, actor=context.actor, inbox=context.inbox)
