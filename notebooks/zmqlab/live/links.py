"""Whether a link is up. `connect()` succeeds with nobody there, so only a socket's monitor can tell.

One thread for a whole lab reads the monitors of all sockets that connect. Its own sockets are made in a shadow of
each context, so that `context.destroy()` in a learner's cell does not close them under its hands. inproc has no
monitor: such links are known by their calls alone.
"""

import threading
from collections import deque
from typing import Any

import zmq
from zmq.backend import Socket as Backend
from zmq.backend import zmq_poll
from zmq.utils.monitor import parse_monitor_message

from ..record.events import LinkDown, LinkUp
from ..record.trace import Trace
from .inbox import Inbox, Stopped

WATCHED = zmq.EVENT_HANDSHAKE_SUCCEEDED | zmq.EVENT_DISCONNECTED | zmq.EVENT_MONITOR_STOPPED
KINDS = {zmq.EVENT_HANDSHAKE_SUCCEEDED: LinkUp, zmq.EVENT_DISCONNECTED: LinkDown}


class LinkWatch:
    """Records "link up" and "link down", with the endpoint, for every socket given to `attach`."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._inbox = Inbox()
        self._newcomers: deque[tuple[zmq.Socket, str, int]] = deque()
        self._known: set[int] = set()
        self._thread = threading.Thread(target=self._watch, name="zmqlab links", daemon=True)
        self._thread.start()

    def attach(self, socket: Any) -> None:
        """Watch the links of `socket` from now on. Called in the thread that uses it, before it connects."""
        record = socket._record
        if record.number in self._known:
            return
        self._known.add(record.number)
        address = f"inproc://zmqlab-links-{record.number}"
        Backend.monitor(socket, address, int(WATCHED))
        ear = zmq.Context.shadow(socket.context.underlying).socket(zmq.PAIR)
        ear.linger = 0
        ear.connect(address)
        self._newcomers.append((ear, record.actor, record.number))
        self._inbox.leave(lambda: None)

    def close(self) -> None:
        """End the thread."""
        self._inbox.end()
        self._thread.join(2)
        self._inbox.close()

    def _watch(self) -> None:
        watched: dict[zmq.Socket, tuple[str, int]] = {}
        try:
            while True:
                try:
                    ready = dict(zmq_poll([*((ear, zmq.POLLIN) for ear in watched), (self._inbox, zmq.POLLIN)]))
                except zmq.ContextTerminated:
                    ready = dict.fromkeys([*watched, self._inbox.fileno()], zmq.POLLIN)
                if ready.pop(self._inbox.fileno(), None):
                    self._inbox.serve()
                while self._newcomers:
                    ear, *whose = self._newcomers.popleft()
                    watched[ear] = tuple(whose)
                for ear in ready:
                    if not self._hear(ear, *watched[ear]):
                        del watched[ear]
                        ear.close()
        except Stopped:
            for ear in [*watched, *(ear for ear, *_ in self._newcomers)]:
                ear.close()

    def _hear(self, ear: zmq.Socket, actor: str, number: int) -> bool:
        """Record what a monitor says; False when it has nothing more to say."""
        while True:
            try:
                heard = parse_monitor_message(ear.recv_multipart(zmq.NOBLOCK))
            except zmq.Again:
                return True
            except zmq.ContextTerminated:
                return False
            if heard["event"] == zmq.EVENT_MONITOR_STOPPED:
                return False
            self._trace.note(KINDS[heard["event"]], actor, number, endpoint=heard["endpoint"].decode())
