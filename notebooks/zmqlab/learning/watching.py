"""What a function under test asks for when it waits, and a silence that takes no time.

For the process of a check alone. Every wait is kept with the limit that it was given: so a verdict on waiting reads
what the function asked for, and no clock, which a busy machine would put off. And in a silence, while nobody sends, a
wait with a limit is over at once; the function's own clock (`time.monotonic()` and its like, called in its own
lines) goes forward by what was left out.
"""

from __future__ import annotations

import functools
import math
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import zmq

from ..live import polling, sockets
from ..live.recorder import record_of

YOURS = "<your function>"
"""The file in which the source of a function under test stands, as Python names it."""
MOMENT = 2
"""Milliseconds that a wait with a limit takes in a silence."""
SLICE = 10
"""Milliseconds after which a wait looks whether a silence has begun."""
NAP = 0.25
"""Seconds that `time.sleep` takes at most: what is longer is left out."""
BLINK = 0.001
"""Seconds of sleep of which nothing is said."""
KEPT = 20_000
"""Looks that are kept. Who waits a millisecond at a time makes many."""
NEAR = 4
"""Calls between the line that makes a context and `zmq.Context.__init__`, at most."""
CLOCKS = ("time", "monotonic", "perf_counter")


def loud() -> bool:
    """Somebody may send something, at any time."""
    return False


@dataclass
class Look:
    """One look for messages: `limit` is for how many ms it would wait (-1: for ever), `came` whether there was one.

    `came` is None while it waits. `began` and `ended` are in seconds, by the function's own clock; `time` is
    when it began, as in events. `sockets` are their numbers in the record, with the flags each was watched for.
    """

    actor: str
    sockets: dict[int, int]
    call: str
    limit: int
    began: float
    thread: int
    time: int
    came: bool | None = None
    ended: float = 0.0


class Slept(NamedTuple):
    """The function slept, for so many seconds."""

    seconds: float
    thread: int


@dataclass
class Watch:
    """What was asked for in one round."""

    looks: list[Look] = field(default_factory=list)
    sleeps: list[Slept] = field(default_factory=list)
    lookers: set[int] = field(default_factory=set)
    """The threads that have looked for messages, also without waiting."""
    receivers: dict[int, set[int]] = field(default_factory=dict)
    """The threads that have called a receive of a socket, by its number in the record."""
    contexts: int = 0
    """Contexts that the function has made."""
    silent: Callable[[], bool] = loud
    """Whether nobody will send anything to a wait that begins now."""
    stride: float = 0.0
    """Seconds by which the clock goes forward at least, with each wait that is over at once: any call may come back late."""
    in_silence: int = 0
    """Looks without waiting that were made in silences."""
    skipped: float = 0.0
    """Seconds that were left out, so far: the function's own clock is ahead by so much."""

    def now(self) -> float:
        """Return the seconds of the function's own clock."""
        return time.monotonic() + self.skipped

    def begin_anew(self) -> None:
        """Forget what was asked for. The clock stays as it is: it never goes back."""
        self.looks, self.sleeps, self.lookers, self.receivers = [], [], set(), {}
        self.contexts, self.in_silence, self.silent, self.stride = 0, 0, loud, 0.0

    def of(self, actor: str) -> list[Look]:
        """Return the looks of an actor."""
        return [look for look in list(self.looks) if look.actor == actor]

    def begin(self, watched: list[tuple[Any, int]], call: str, limit: int) -> Look | None:
        """Take note of a look that begins. None of one that does not wait: such are counted."""
        if any(flags & zmq.POLLIN for _, flags in watched):
            self.lookers.add(threading.get_ident())
        if limit == 0:
            self.in_silence += self.silent()
            return None
        records = [(record, flags) for socket, flags in watched if (record := record_of(socket)) is not None]
        numbers = {record.number: flags for record, flags in records}
        actor = records[0][0].actor if records else ""
        look = Look(actor, numbers, call, limit, self.now(), threading.get_ident(), time.monotonic_ns())
        if len(self.looks) < KEPT:
            self.looks.append(look)
        return look

    def install(self) -> None:
        """See every wait of this process, and have the function's own clock go forward in a silence."""
        _see_polls(self)
        _see_messages(self)
        for name in ("recv", "recv_multipart"):
            _see_receivers(self, name)
        for module in (polling, sockets):
            module.wait_for = self._waiting(module.wait_for)
        for name in CLOCKS:
            self._put_forward(name, 1)
            self._put_forward(f"{name}_ns", 1_000_000_000)
        time.sleep = self._sleeping(time.sleep)
        zmq.Context.__init__ = self._counting(zmq.Context.__init__)

    def _waiting(self, plain: Callable) -> Callable:
        def wait_for(watched: list[tuple[Any, int]], inbox: Any, limit: int) -> list[tuple[Any, int]]:
            if limit <= MOMENT:
                return plain(watched, inbox, limit)
            until = time.monotonic() + limit / 1000
            while True:
                left = max(0, math.ceil((until - time.monotonic()) * 1000))
                ready = plain(watched, inbox, min(left, MOMENT if self.silent() else SLICE))
                if ready or left <= MOMENT:
                    return ready
                if self.silent():
                    self.skipped += max(until - time.monotonic(), self.stride)
                    return ready

        return wait_for

    def _put_forward(self, name: str, units: int) -> None:
        plain = getattr(time, name)

        def now() -> Any:
            ahead = self.skipped * units if sys._getframe(1).f_code.co_filename == YOURS else 0
            return plain() + (int(ahead) if units > 1 else ahead)

        now.__name__ = now.__qualname__ = name
        setattr(time, name, now)

    def _sleeping(self, plain: Callable[[float], None]) -> Callable[[float], None]:
        @functools.wraps(plain)
        def sleep(seconds: float) -> None:
            if sys._getframe(1).f_code.co_filename != YOURS or not seconds > BLINK:
                return plain(seconds)
            self.sleeps.append(Slept(seconds, threading.get_ident()))
            plain(min(seconds, NAP))
            self.skipped += max(0.0, seconds - NAP)
            return None

        return sleep

    def _counting(self, plain: Callable) -> Callable:
        def __init__(context: zmq.Context, *args: Any, **kwargs: Any) -> None:
            plain(context, *args, **kwargs)
            if any(frame.f_code.co_filename == YOURS for frame in _callers(sys._getframe(1), NEAR)):
                self.contexts += 1

        return __init__


def _callers(frame: Any, number: int) -> Iterator[Any]:
    while frame is not None and number:
        yield frame
        frame, number = frame.f_back, number - 1


def _see_polls(watch: Watch) -> None:
    plain = polling._poll_and_record

    def poll(watched: list[tuple[Any, int]], timeout: int, record: Any) -> list[tuple[Any, int]]:
        look = watch.begin(watched, "poll", int(timeout))
        if look is None:
            return plain(watched, timeout, record)
        try:
            ready = plain(watched, timeout, record)
            look.came = bool(ready)
            return ready
        finally:
            look.ended = watch.now()

    polling._poll_and_record = poll


def _see_receivers(watch: Watch, name: str) -> None:
    plain = getattr(sockets.Socket, name)

    @functools.wraps(plain)
    def receive(self: Any, *args: Any, **kwargs: Any) -> Any:
        if (record := record_of(self)) is not None:  # before: what it receives is counted before it is back
            watch.receivers.setdefault(record.number, set()).add(threading.get_ident())
        return plain(self, *args, **kwargs)

    setattr(sockets.Socket, name, receive)


def _see_messages(watch: Watch) -> None:
    plain = sockets.Socket._wait_or_raise

    def wait_or_raise(self: Any, call: str, event: int, problem: zmq.ZMQError, flags: int, since: int) -> int:
        if problem.errno != zmq.EAGAIN:
            return plain(self, call, event, problem, flags, since)
        limit = sockets.RCVTIMEO if event == sockets.POLLIN else sockets.SNDTIMEO
        limit = 0 if flags & sockets.NOBLOCK else self._record.limits[limit]
        look = watch.begin([(self, event)], call, limit)
        if look is None:
            return plain(self, call, event, problem, flags, since)
        try:
            moment = plain(self, call, event, problem, flags, since)
            look.came = True
            return moment
        finally:
            look.came = bool(look.came)
            look.ended = watch.now()

    sockets.Socket._wait_or_raise = wait_or_raise
