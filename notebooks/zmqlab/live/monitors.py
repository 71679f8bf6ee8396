"""The learner's own monitor, beside the lab's: what it asked for is passed on to the address that it named.

It is read as the pyzmq documentation shows: https://pyzmq.readthedocs.io/en/latest/api/zmq.utils.monitor.html
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque

import zmq
from zmq.backend import Socket as Backend

KEPT = 1_000
"""Events that wait for a listener, at most; as many as plain libzmq keeps."""
BITS = 16
"""Bits of a mask of events in this version of a monitor's messages: zmq_socket_monitor(3) refuses others."""


def is_fit_for_a_monitor(address: object, events: object) -> bool:
    """Whether libzmq takes this for a monitor: an address of inproc, or None to end it."""
    text = address.decode("utf-8", "replace") if isinstance(address, bytes) else address
    fit = text is None or (isinstance(text, str) and text.startswith("inproc://") and text != "inproc://")
    return fit and isinstance(events, int) and 0 <= events < 1 << BITS


class Relay:
    """Where a learner listens to a monitor. Made in the learner's thread, used in the thread that reads the monitors.

    Raises `zmq.ZMQError`, as a monitor does, when the address is in use. Other than libzmq's own it never holds a
    socket up: what nobody hears waits here, the newest `KEPT` events. `ended` is set when the address is free again.
    """

    def __init__(self, context: zmq.Context, address: str | bytes, events: int) -> None:
        self.socket = context.socket(zmq.PAIR)
        self.socket.linger, self.socket.sndhwm = 0, 0
        self.waiting: deque[list[bytes]] = deque(maxlen=KEPT)
        self.ended = threading.Event()
        self._address, self._events = address, events
        try:
            Backend.bind(self.socket, address)  # whose words are those of a monitor
        except zmq.ZMQError:
            self.socket.close()
            raise

    def pass_on(self, event: int, frames: list[bytes]) -> None:
        """Pass an event on, as it came, if it was asked for."""
        if event & self._events:
            self.waiting.append(frames)
            self.flush()

    def flush(self) -> None:
        """Send what waits, as far as somebody listens."""
        with contextlib.suppress(zmq.ZMQError):
            while self.waiting:
                self.socket.send_multipart(self.waiting[0], zmq.NOBLOCK)
                self.waiting.popleft()

    def end(self) -> None:
        """Give the address back. What was sent before can still be read."""
        if not self.ended.is_set():
            self.waiting.clear()
            with contextlib.suppress(zmq.ZMQError):
                self.socket.unbind(self._address)
            self.socket.close()
            self.ended.set()
