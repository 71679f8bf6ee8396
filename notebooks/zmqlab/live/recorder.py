"""What one socket needs at hand to record itself: its counters, its guard, its message in progress."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import zmq

from ..record.events import Received, Refused, Sent
from ..record.tally import Tally
from ..record.text import REASON, readable
from ..record.trace import Trace
from .errnos import name_of
from .frames import measure
from .inbox import Inbox

REFUSALS_TO_KEEP = 100
"""Refusals of one socket that are entered: who is refused may ask again for ever."""
now = time.monotonic_ns


class SocketInUse(RuntimeError):
    """Two threads use one socket at the same time. Plain libzmq does not look: it can end the whole process, or mix up messages."""


class Record(Tally):
    """What one socket needs at hand to record itself: its counters, its guard, its message in progress."""

    __slots__ = (
        "acquire",
        "add",
        "append",
        "inbox",
        "limits",
        "parts",
        "received_parts",
        "refusals",
        "release",
        "trace",
    )
    __slots__ += ("bound", "connected", "has_our_domain", "holder", "listening", "topics", "trying", "user")

    def __init__(self, trace: Trace, actor: str, inbox: Inbox) -> None:
        super().__init__(actor, trace.burst)
        trace.enter(self)
        self.trace, self.inbox, self.add = trace, inbox, trace.add
        self.append = trace.append  # on the fast path: `add` without a call more than needed
        guard = threading.RLock()
        self.acquire, self.release = guard.acquire, guard.release
        self.parts: list[Any] = []  # frames sent of a message whose last is still to come
        self.received_parts: list[Any] = []
        self.limits = {
            int(zmq.RCVTIMEO): -1,
            int(zmq.SNDTIMEO): -1,
        }  # what the socket's user set; libzmq itself holds PATIENCE
        self.trying = 0  # flags of the first try: NOBLOCK where libzmq does not hold PATIENCE
        self.refusals = REFUSALS_TO_KEEP
        self.bound: list[str] = []  # what it has bound within this process (inproc)
        self.listening: list[str] = []  # all that it has bound, as the system says it
        self.connected: list[str] = []  # all that it has connected to, as it was typed
        self.topics: Counter[bytes] = Counter()  # its subscriptions, as often as each was made
        self.user = ""  # who is in the middle of a message, in words
        self.holder: threading.Thread | None = None  # and the thread: its number is given to another once it has ended
        self.has_our_domain = False  # a ZAP_DOMAIN that its user has not set, and does not see

    def refuse(self, call: str) -> None:
        """Raise `SocketInUse`, in words that say what to do."""
        busy = f", which is in {self.user}," if self.user else ""
        self.note(Refused, call=call, why="another thread uses this socket")
        raise SocketInUse(
            f"{call}() was called from thread {threading.current_thread().name!r}, while another thread{busy} is using "
            "the same socket. A ZeroMQ socket has one user at a time: give each thread a socket of its own. "
            "(Plain pyzmq does not look: it may go well for weeks, mix up messages, or end the whole process.)"
        )

    def hold(self, way: str, frames: list[Any]) -> None:
        """Keep frames whose message is not complete, and the guard with them: nobody may come in between."""
        parts = self.parts if way == "sent" else self.received_parts
        if not parts:
            self.acquire()
            self.holder = threading.current_thread()
            self.user = f"the middle of a message of several frames ({threading.current_thread().name})"
        parts.extend(frames)

    def let_go(self, way: str) -> None:
        """End what `hold` began: the message is complete."""
        (self.parts if way == "sent" else self.received_parts).clear()
        self.user = ""
        self.release()

    def set_out(self) -> int:
        """Be under way from now on, with a number that no call had before. Returns this moment, in monotonic ns."""
        self.under_way = self.calls = self.calls + 1
        return now()

    def outgoing(self, frames: Sequence[Any], began: int) -> tuple | None:
        """Count a message that is about to be sent. Returns what `add` will enter once it is; None in a flood."""
        beginnings, sizes, size = measure(frames)
        self.sends_to_keep -= 1
        self.sent += 1
        self.sent_bytes += size
        if self.sends_to_keep < 0:
            self.trace.keep_ticking()
            return None
        if self.sends_to_keep == 0:
            self.trace.thin(self)
        return (Sent, began, self.actor, self.number, beginnings, sizes, self.sent)

    def take_back(self, size: int) -> None:
        """Uncount a message of so many bytes that was not sent after all."""
        self.sends_to_keep += 1
        self.sent -= 1
        self.sent_bytes -= size

    def incoming(self, frames: Sequence[Any], began: int) -> None:
        """Enter a message that was received."""
        ended = now()
        beginnings, sizes, size = measure(frames)
        self.receives_to_keep -= 1
        self.received += 1
        self.received_bytes += size
        if self.receives_to_keep >= 0:
            self.add((Received, ended, self.actor, self.number, beginnings, sizes, self.received, began))
        if self.receives_to_keep == 0:
            self.trace.thin(self)
        if self.inbox.alert:
            self.under_way = 0
            self.inbox.heed("received")

    def note(self, kind: type, moment: int | None = None, **fields: Any) -> None:
        """Enter something that was done to the socket, at a moment (monotonic ns), or now."""
        self.add(kind(moment or now(), self.actor, self.number, **fields))

    def failed(self, call: str, error: zmq.ZMQError) -> None:
        """Enter that ZeroMQ said no. (Not "try again": that is no failure.)"""
        if error.errno != zmq.EAGAIN and self.refusals > 0:
            self.refusals -= 1
            self.note(Refused, call=call, why=readable(error, REASON), error=name_of(error.errno))


def record_of(socket: Any) -> Record | None:
    """Return what records a socket; None of one that is not recorded, and of anything else."""
    return vars(socket).get("_record") if isinstance(socket, zmq.Socket) else None


class Guarded:
    """One user at a time, and what goes wrong is recorded: for the calls that are not in a hurry."""

    __slots__ = ("began", "call", "held_before", "record")

    def __init__(self, record: Record | None, call: str) -> None:
        self.record, self.call, self.began = record, call, 0
        self.held_before: threading.Thread | None = None

    def __enter__(self) -> Guarded:
        if self.record is not None:
            if not self.record.acquire(False):
                self.record.refuse(self.call)
            try:
                self.held_before, self.record.holder = self.record.holder, threading.current_thread()
                # Peers may see what this call does before it is entered.
                self.began = self.record.set_out()
            except BaseException:  # interrupted: `with` asks `__exit__` only of who has come in
                self._leave(self.record)
                raise
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, traceback: object) -> None:
        if self.record is None:
            return
        self._leave(self.record)
        if isinstance(error, zmq.ZMQError):
            if self.record.inbox.ending:
                self.record.inbox.serve()
            if self.call in ("bind", "connect"):
                self.record.failed(self.call, error)

    def _leave(self, record: Record) -> None:
        record.under_way, record.holder = 0, self.held_before
        record.release()
