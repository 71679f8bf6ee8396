"""What really waits in the sockets at one moment, for tests that compare it with what the picture says.

It is off, unless the environment variable says that records are kept (see `record/keeping.py`). When a stretch ends,
everybody stands still: an actor in the call in which it next looks into its inbox, in its own thread. There its sockets
are drained, those that end with the stretch; of the others it is only asked whether something waits. What a socket
holds that is closed before, is drained where it is closed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from queue import SimpleQueue
from typing import Any
from weakref import WeakKeyDictionary

import zmq
from zmq.backend import Socket as Backend

from ..record import keeping
from ..record.keeping import Found
from ..record.trace import Trace
from .frames import measure
from .recorder import Record, now, record_of

NOBLOCK = int(zmq.NOBLOCK)
ARRIVING = 1.0
"""Seconds that an actor has to come to a standstill. Who is busy in its own code that long is not asked."""
COMING = 2.0
"""Seconds that a message has which is said to wait, and is on its way through the system."""
SILENCE = 0.03
"""Seconds without a message, after which nothing more is expected."""
_closed: WeakKeyDictionary[Trace, list[Found]] = WeakKeyDictionary()


class Still:
    """One actor that stands still, in its own thread, and does there what it is told."""

    def __init__(self, worker: Any) -> None:
        self.worker, self.here = worker, threading.Event()
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()

    def stand(self) -> None:
        """Stand still until told to go on: for the actor's own thread."""
        self.here.set()
        while job := self._jobs.get():
            job()

    def do(self, job: Callable[[], object]) -> None:
        """Have something done there, and wait for it."""
        done = threading.Event()
        self._jobs.put(lambda: (job(), done.set()))
        done.wait(COMING)

    def go_on(self) -> None:
        """Let it go on, or not stand still at all if it comes too late."""
        self._jobs.put(None)


class Standstill:
    """Everybody in a lab stands still, from now until `end`. `owned` are those whose sockets may be drained."""

    def __init__(self, trace: Trace, workers: Iterable[Any], owned: Iterable[Any]) -> None:
        self._trace, self._owned = trace, set(owned)
        workers = [worker for worker in workers if worker.alive]
        self._cells = [worker for worker in workers if worker.visitor]
        self._stills = [Still(worker) for worker in workers if not worker.visitor and hasattr(worker, "ask")]
        for still in self._stills:
            still.worker.ask(still.stand)
        until = time.monotonic() + ARRIVING
        moving = [still for still in self._stills if not still.here.wait(max(0.0, until - time.monotonic()))]
        for still in moving:
            still.go_on()
        self._stills = [still for still in self._stills if still not in moving]
        self.moving = [worker.name for worker in workers if not (worker.visitor or hasattr(worker, "ask"))]
        self.moving += [still.worker.name for still in moving if still.worker.alive]

    def found(self, expected: Callable[[int], int]) -> list[Found]:
        """Return what waits in each socket, and what waited in those that were closed before.

        `expected` says of the number of a socket how many messages there should be: so many are waited for.
        """
        drains = []
        for worker, do in [
            *((cell, lambda job: job()) for cell in self._cells),
            *((still.worker, still.do) for still in self._stills),
        ]:
            drains += [Drain(socket, worker in self._owned, do) for socket in _sockets_of(worker)]
        # A REP hears the next request only after a reply, which would be found at who has asked: so it comes last.
        for turn in (False, True):
            some = [drain for drain in drains if drain.replies is turn]
            until, last = time.monotonic() + COMING, time.monotonic()
            while some:
                if sum(drain.look() for drain in some):
                    last = time.monotonic()
                missing = any(drain.wanted(expected) for drain in some)
                if time.monotonic() > (until if missing else last + SILENCE):
                    break
                time.sleep(0.002)
        return [drain.found for drain in drains if drain.found] + _closed.pop(self._trace, [])

    def end(self) -> None:
        """Let everybody go on: those who end now, to their end."""
        for still in self._stills:
            if still.worker in self._owned:
                still.worker.ask_to_stop()
            still.go_on()


class Drain:
    """What is found in one socket. One that lives on is only looked at."""

    def __init__(self, socket: zmq.Socket, empty_it: bool, do: Callable[[Callable[[], object]], object]) -> None:
        self._socket, self._empty_it, self._do = socket, empty_it, do
        self.replies = socket.type == zmq.REP
        self.found: Found | None = None

    def look(self) -> bool:
        """Look once more, where that is allowed. True when something was found that was not known."""
        before = self.found
        self._do(self._look)
        return before is not None and self.found != before

    def wanted(self, expected: Callable[[int], int]) -> bool:
        """Whether less was found than there should be."""
        if self.found is None:
            return False
        wanted = expected(self.found.socket)
        return len(self.found.messages) < wanted if self._empty_it else bool(wanted) and not self.found.ready

    def _look(self) -> None:
        record = record_of(self._socket)
        if record is None or self._socket.closed or not record.acquire(False):
            return
        try:
            found = self.found or Found(record.number, now(), False, self._empty_it)
            if self._empty_it:
                found = found._replace(messages=(*found.messages, *_take_all(self._socket, record)))
            else:
                found = found._replace(ready=bool(Backend.get(self._socket, zmq.EVENTS) & zmq.POLLIN))
            self.found = found
        except zmq.ZMQError:  # its context is ended
            self.found = None
        finally:
            record.release()


def begin(trace: Trace, workers: Iterable[Any], owned: Iterable[Any]) -> Standstill | None:
    """Have everybody stand still; None where no records are kept."""
    return Standstill(trace, workers, owned) if keeping.folder() else None


def closes(socket: zmq.Socket, record: Record) -> None:
    """Keep what waits in a socket that its user closes now."""
    if not keeping.folder():
        return
    moment = now()
    replies = socket.type == zmq.REP  # a reply would come to who has asked: it is only looked at
    try:
        messages = () if replies else tuple(_take_all(socket, record))
        ready = replies and bool(Backend.get(socket, zmq.EVENTS) & zmq.POLLIN)
    except zmq.ZMQError:
        return
    found = Found(record.number, moment, True, not replies, messages, ready)
    _closed.setdefault(record.trace, []).append(found)


def _sockets_of(worker: Any) -> list[zmq.Socket]:
    contexts = [worker.context] if worker.visitor else list(worker.contexts)
    guests = [] if worker.visitor else list(worker.guests)
    return [*(socket for context in contexts for socket in list(context._sockets)), *guests]


def _take_all(socket: zmq.Socket, record: Record) -> Iterable[tuple[tuple[bytes, ...], tuple[int, ...]]]:
    """Take the messages that can be received now, beginnings and sizes of their frames. Raises `zmq.ContextTerminated`."""
    taken, frames = [], list(record.received_parts)
    while True:
        try:
            frames.append(Backend.recv(socket, NOBLOCK))
        except zmq.ZMQError as problem:
            if problem.errno == zmq.ETERM:
                raise
            if problem.errno != zmq.EAGAIN and socket.type == zmq.REP and not frames:
                Backend.send(socket, b"", NOBLOCK)  # it owes a reply, and hears nothing before
                continue
            return taken
        if not Backend.get(socket, zmq.RCVMORE):
            beginnings, sizes, _ = measure(frames)
            single = isinstance(beginnings, bytes)
            taken.append(((beginnings,), (sizes,)) if single else (beginnings, sizes))
            frames = []
