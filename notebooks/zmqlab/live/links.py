"""Whether a link is up, and to whom. `connect()` succeeds with nobody there, so only a socket's monitor can tell.

One thread for a whole lab reads the monitors of all sockets that connect or bind over tcp or ipc. inproc has no
monitor: such links are known by their calls alone.

libzmq has one monitor a socket (zmq_socket_monitor(3)). So the learner's own is the same one: what it asks for is
passed on, unchanged, to a socket at the address that it named (see `monitors.py`).

Over tcp an event carries the descriptor of its connection. The system knows the addresses of both its ends, and the
other end knows the same two, turned round: so two ends that are recorded find each other, however each address was
spelled, and an end that finds none belongs to a program that is not recorded.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import socket as system
import struct
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import zmq
from zmq.backend import Socket as Backend
from zmq.backend import zmq_poll

from ..record.addresses import could_be_same, host_and_port, place_of
from ..record.events import Accepted, Departed, LinkDown, LinkUp
from ..record.trace import Trace
from . import whose
from .hands import whole
from .inbox import Inbox, Stopped
from .monitors import Relay, is_fit_for_a_monitor

CONNECTED, ACCEPTED = int(zmq.EVENT_CONNECTED), int(zmq.EVENT_ACCEPTED)
UP, DOWN, OVER = int(zmq.EVENT_HANDSHAKE_SUCCEEDED), int(zmq.EVENT_DISCONNECTED), int(zmq.EVENT_MONITOR_STOPPED)
FAILED = int(
    zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL | zmq.EVENT_HANDSHAKE_FAILED_AUTH
)
WATCHED = CONNECTED | ACCEPTED | UP | FAILED | DOWN | OVER
UNKNOWN = ("", "")
HANDED_OVER = 1.0
"""Seconds that a call on a monitor waits for the end of the former one, at most. (It takes some 0.1 ms.)"""


RECENT = 16
"""Events of a socket that are kept for a monitor that is asked for at once."""
AT_ONCE = 50_000_000
"""Nanoseconds after `connect` in which who asks for a monitor hears also what came of that call.

In plain pyzmq a monitor that is asked for in the next line is in time for it. Here our own work stands in between.
"""


def is_watched(endpoint: str) -> bool:
    """Whether a monitor tells of links at this address."""
    return endpoint.startswith(("tcp://", "ipc://"))


@dataclass(eq=False)
class End:
    """One end of one connection. `pair` is "host:port" of this end and of the other, or `UNKNOWN`."""

    line: Line
    endpoint: str  # as it stands in the record
    raw: str  # as libzmq spells it now
    pair: tuple[str, str]
    accepted: bool
    shaken: bool = False  # it has greeted the other, and was greeted
    told: bool = False
    waits: End | None = None  # the end that we made, which has greeted, and waits for this one that we accepted


@dataclass(eq=False)
class Ear:
    """Where one monitor of a socket is heard. It says of itself when it is over, even before its socket is closed."""

    since: int  # the moment from which on its listener is to hear (monotonic ns)
    socket: Any = None
    relay: Relay | None = None
    failed: bool = False  # the monitor could not be made


@dataclass(eq=False)
class Line:
    """What is known of one recorded socket. `ends` are its connections, by descriptor; `ears` the thread's alone.

    `leaving` are those whose loss was read, and is not judged yet: their descriptors may be others' by now.
    """

    record: Any
    socket: weakref.ref
    ears: deque[Ear] = field(default_factory=deque)
    ends: dict[int, End] = field(default_factory=dict)
    leaving: list[End] = field(default_factory=list)
    relay: Relay | None = None
    asked: int = 0  # when the socket was last told to connect (monotonic ns)
    recent: deque[tuple[int, int, list[bytes]]] = field(default_factory=lambda: deque(maxlen=RECENT))
    refused: str = ""  # where a greeting has just failed: the next that is lost there is that one


class LinkWatch:
    """Records the links of every socket given to `attach`.

    Of who connects: `LinkUp` and `LinkDown`; of who bound: `Accepted` and `Departed`. Each with the endpoint as it stands
    in the record, and with the two ends of the connection.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._inbox = Inbox()
        self._newcomers: deque[tuple[Line, Ear]] = deque()
        self._lines: dict[int, Line] = {}  # by the socket's number in the record
        self._open: dict[tuple[tuple[str, str], bool], End] = {}  # by pair, and whether it was accepted
        self._given = itertools.count()  # (a generator that is interrupted once gives nothing any more)
        self._thread = threading.Thread(target=self._watch, name="zmqlab links", daemon=True)
        self._thread.start()

    # called in the thread that uses the socket

    def attach(self, socket: Any, connects: bool) -> bool:
        """Watch the links of `socket` from now on, before it `connects` or binds. False where that is not possible.

        A context has a limit of sockets, and nobody is refused theirs for the sake of the record.
        """
        record = socket._record
        if record.number not in self._lines:
            try:
                self._listen(self._line(socket), socket, WATCHED)
            except zmq.ZMQError:
                return False
        if connects:
            self._lines[record.number].asked = time.monotonic_ns()
        return True

    def share(self, socket: Any, address: str | bytes | None, events: int) -> None:
        """Do what `socket.monitor(address, events)` does in plain pyzmq, and go on watching."""
        if not is_fit_for_a_monitor(address, events):
            Backend.monitor(socket, address, events)  # which refuses it, and leaves all as it is
            return
        line = self._lines.get(socket._record.number)
        if line is not None and line.relay is not None:
            former, line.relay = line.relay, None
            self._listen(line, socket, WATCHED)
            former.ended.wait(HANDED_OVER)
        if address is None:
            return
        line = line or self._line(socket)
        at_once = time.monotonic_ns() - line.asked < AT_ONCE
        since = line.asked if at_once else 0
        self._listen(line, socket, WATCHED | events, since, lambda context: Relay(context, address, events))

    def _line(self, socket: Any) -> Line:
        return Line(socket._record, weakref.ref(socket))

    def _listen(
        self,
        line: Line,
        socket: Any,
        events: int,
        since: int = 0,
        relay: Callable[[zmq.Context], Relay] | None = None,
    ) -> None:
        """Have a new monitor in the place of the former: libzmq lets nothing happen in between.

        Its listener, if there is one, is made by `relay`, and hears what happened from the moment `since` on (monotonic ns).
        """
        ear = Ear(since)
        try:
            # What is opened for it is known to our thread, which closes it, also where the caller is interrupted here.
            address = whole(lambda: self._open_ear(ear, line, socket.context.underlying, relay))
            Backend.monitor(socket, address, events)
        except BaseException:
            ear.failed = True
            self._inbox.leave(lambda: None)
            raise

    def _open_ear(self, ear: Ear, line: Line, context: int, relay: Callable[[zmq.Context], Relay] | None) -> str:
        """Open the sockets that a monitor needs. Returns the address at which it is to speak."""
        address = f"inproc://zmqlab-links-{id(self):x}-{next(self._given)}"
        with whose.nobody():
            shadow = zmq.Context.shadow(context)
            if relay is not None:
                line.relay = ear.relay = relay(shadow)
            pair = shadow.socket(zmq.PAIR)
        pair.linger = 0
        pair.rcvhwm = 0  # or a thread of libzmq waits in the middle of its work until we have read
        pair.connect(address)  # first: a monitor that nobody hears holds up its socket
        ear.socket = pair
        self._lines[line.record.number] = line
        self._newcomers.append((line, ear))
        self._inbox.leave(lambda: None)
        return address

    def close(self) -> None:
        """End the thread."""
        self._inbox.end()
        self._thread.join(2)
        self._inbox.close()

    # the thread

    def _watch(self) -> None:
        try:
            while True:
                self._wait()
                heard = self._read()
                while heard:
                    # Before a greeting is judged, all that was said before it at any other socket is read.
                    later = self._read() if any(what == UP for what, _ in heard) else []
                    for what, end in heard:
                        self._judge(what, end)
                    heard = later
        except Stopped:
            self._take_newcomers()
            for line in list(self._lines.values()):
                self._let_go(line)

    def _wait(self) -> None:
        ears = [(line.ears[0].socket, zmq.POLLIN) for line in list(self._lines.values()) if line.ears]
        relays = [(line.relay.socket, zmq.POLLOUT) for line in list(self._lines.values()) if _has_more(line.relay)]
        with contextlib.suppress(zmq.ContextTerminated):
            ready = dict(zmq_poll([*ears, *relays, (self._inbox, zmq.POLLIN)]))
            if self._inbox.fileno() in ready:
                self._inbox.serve()
            for line in list(self._lines.values()):
                if _has_more(line.relay) and line.relay.socket in ready:
                    line.relay.flush()
        if self._inbox.ending:
            self._inbox.serve()

    def _take_newcomers(self) -> None:
        while self._newcomers:
            line, ear = self._newcomers.popleft()
            line.ears.append(ear)
            self._lines[line.record.number] = line

    def _read(self) -> list[tuple[int, Any]]:
        """Read all that the monitors have said. Returns what is to be judged, in order."""
        self._take_newcomers()
        heard: list[tuple[int, Any]] = []
        lines = {line.ears[0].socket: line for line in list(self._lines.values()) if line.ears}
        try:
            ready = dict(zmq_poll([(ear, zmq.POLLIN) for ear in lines], 0))
        except zmq.ContextTerminated:
            ready = lines
        for ear in ready:
            self._read_line(lines[ear], heard)
        for line in [line for line in list(self._lines.values()) if line.ears and line.ears[0].failed]:
            self._end_ear(line)
        return heard

    def _read_line(self, line: Line, heard: list[tuple[int, Any]]) -> None:
        while line.ears:
            ear = line.ears[0]
            try:
                frames = ear.socket.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                if ear.failed:
                    self._end_ear(line)
                return
            except zmq.ZMQError:  # its context has ended
                self._end_ear(line)
                continue
            event, value = struct.unpack("=hi", frames[0])
            if ear.relay is not None:
                ear.relay.pass_on(event, frames)
            if event == OVER:
                self._end_ear(line)
            else:
                if ear.relay is None:
                    line.recent.append((time.monotonic_ns(), event, frames))
                heard += self._note(line, event, value, frames[1].decode("utf-8", "replace"))

    def _note(self, line: Line, event: int, value: int, raw: str) -> list[tuple[int, Any]]:
        """Take in one event. What begins a connection is known at once; the rest is returned, to be judged in order."""
        refused, line.refused = line.refused, ""
        if event in (CONNECTED, ACCEPTED):
            accepted = event == ACCEPTED
            own = line.record.listening if accepted else line.record.connected
            pair = pair_of(value, raw, accepted)
            end = line.ends[value] = End(line, _as_recorded(own, raw, accepted), raw, pair, accepted)
            if pair != UNKNOWN:
                self._open[pair, accepted] = end
        elif event & FAILED:
            line.refused = raw
        elif event == UP:
            return [(UP, self._greeted(line, raw) or (line, raw))]
        elif event == DOWN and value in line.ends:
            end = line.ends.pop(value)
            line.leaving.append(end)
            mistaken = [(UP, (line, raw))] if refused == raw and end.accepted and end.shaken else []
            return [(DOWN, end), *mistaken]
        return []

    def _greeted(self, line: Line, raw: str) -> End | None:
        """Return the connection that we made of which this greeting is; None if it is one that we accepted."""
        for end in line.ends.values():
            if not (end.accepted or end.shaken) and end.raw == raw:
                end.shaken = True
                return end
        return None

    def _judge(self, what: int, whom: Any) -> None:
        if what == DOWN:
            self._lost(whom)
        elif isinstance(whom, End):
            self._connected(whom)
        else:
            self._accepted(*whom)

    def _connected(self, end: End) -> None:
        """Tell of a link that we made: once its other end, if that is a socket of ours, has greeted, too.

        Before that who bound has no pipe to send by: the two ends greet each other at moments of their own.
        """
        other = self._open.get((end.pair[::-1], True))
        if other is None or other.told:
            self._tell(LinkUp, end, time.monotonic_ns())
        elif other.shaken:
            self._tell_both(end, other)
        else:
            other.waits = end

    def _accepted(self, line: Line, raw: str) -> None:
        """Tell who was accepted. libzmq says only where: of several, it is one that we know from its other end, or the first."""
        ends = [*line.leaving, *line.ends.values()]
        those = [end for end in ends if end.accepted and end.raw == raw and not end.shaken]
        if not those:
            return
        known = [end for end in those if end.waits or (end.pair[::-1], False) in self._open]
        end = next((end for end in known if end.waits), (known or those)[0])
        end.shaken = True
        other = end.waits or self._open.get((end.pair[::-1], False))
        if end.waits:
            self._tell_both(end.waits, end)
        elif other is None or other.told:  # else its other end will tell of both
            self._tell(Accepted, end, time.monotonic_ns())

    def _tell_both(self, made: End, accepted: End) -> None:
        """Tell of both ends of a link, at one moment."""
        accepted.waits, moment = None, time.monotonic_ns()
        self._tell(LinkUp, made, moment)
        self._tell(Accepted, accepted, moment)

    def _lost(self, end: End) -> None:
        end.line.leaving.remove(end)
        self._forget(end)
        other = self._open.get((end.pair[::-1], True))
        if other is not None and other.waits is end:
            self._tell_who_waits(other)
        if end.told:
            self._tell(Departed if end.accepted else LinkDown, end, time.monotonic_ns())

    def _forget(self, end: End) -> None:
        key = (end.pair, end.accepted)
        if self._open.get(key) is end:
            del self._open[key]
        if end.waits:
            self._tell_who_waits(end)

    def _tell_who_waits(self, accepted: End) -> None:
        """Tell of a link that was up for who made it, and nobody will know any more whether it was for who bound."""
        made, accepted.waits = accepted.waits, None
        self._tell(LinkUp, made, time.monotonic_ns())

    def _tell(self, kind: type, end: End, moment: int) -> None:
        end.told = True
        record = end.line.record
        self._trace.count()
        self._trace.add(kind(moment, record.actor, record.number, end.endpoint, *end.pair))

    def _end_ear(self, line: Line) -> None:
        ear = line.ears.popleft()
        ear.socket.close()
        if ear.relay is not None:
            ear.relay.end()
        self._take_newcomers()
        if line.ears and line.ears[0].since:
            for moment, event, frames in line.recent:
                if moment >= line.ears[0].since:
                    line.ears[0].relay.pass_on(event, frames)
        if not line.ears:  # the socket is closed, or its context has ended
            for end in line.ends.values():
                self._forget(end)
            self._lines.pop(line.record.number, None)

    def _let_go(self, line: Line) -> None:
        """Leave a socket that is still at work: a monitor that nobody hears any more would hold it up."""
        socket = line.socket()
        if socket is not None and not socket.closed and line.record.acquire(False):
            with contextlib.suppress(zmq.ZMQError):
                Backend.monitor(socket, None, 0)
            line.record.release()
        while line.ears:
            self._end_ear(line)


def _has_more(relay: Relay | None) -> bool:
    return relay is not None and bool(relay.waiting)


def _as_recorded(own: list[str], raw: str, accepted: bool) -> str:
    """Return an address that a socket has bound or connected to as it stands in the record.

    libzmq spells it in its own ways: who connects again does so to what the name was resolved to.
    """
    if raw in own:
        return raw
    place = place_of(raw)
    for endpoint in own:
        here, there = (place_of(endpoint), place) if accepted else (place, place_of(endpoint))
        if could_be_same(here, there):
            return endpoint
    return raw


def pair_of(descriptor: int, raw: str, accepted: bool) -> tuple[str, str]:
    """Return the two ends of a tcp connection, ours first, each "host:port"; `UNKNOWN` where the system does not say.

    The descriptor is libzmq's, and by now it may be closed, or another's: it is looked at in a copy, and must have the
    port that belongs to the address `raw`.
    """
    if not raw.startswith("tcp://"):
        return UNKNOWN
    try:
        double = os.dup(descriptor)
    except OSError:
        return UNKNOWN
    try:
        connection = system.socket(fileno=double)
    except OSError:
        os.close(double)
        return UNKNOWN
    with connection:
        try:
            ours, theirs = connection.getsockname(), connection.getpeername()
        except OSError:
            return UNKNOWN
        if connection.family not in (system.AF_INET, system.AF_INET6):
            return UNKNOWN
    known = ours if accepted else theirs
    return (host_and_port(ours), host_and_port(theirs)) if raw.endswith(f":{known[1]}") else UNKNOWN
