"""A cell of the notebook, in the picture: a recorded context, whose sockets the cell makes and uses itself."""

from __future__ import annotations

import threading
from typing import Any

import zmq

from ..record import events
from ..record.trace import Trace
from . import contexts, whose
from .hands import caller
from .inbox import Inbox, Killed
from .processes.latch import Latch
from .recorder import now
from .sockets import Context

CLOSING = 0.5
"""Seconds that other threads have to let go of its sockets."""


class Visitor:
    """A context under a name, at work until it is ended. `context` is what the cell uses.

    With `common`, a context, it is that one under another name: whoever made that ends it.
    """

    visitor, guest = True, False

    def __init__(self, name: str, trace: Trace, link_watch: Any, common: zmq.Context | None = None) -> None:
        self.name, self.trace = name, trace
        self.inbox, self.started = Inbox(), 0
        shadow = {} if common is None else {"shadow": common}
        with whose.nobody():
            self.context = Context(trace=trace, actor=name, inbox=self.inbox, link_watch=link_watch, **shadow)
        self._over = Latch()
        self._ending = threading.Lock()

    @property
    def alive(self) -> bool:
        """Whether it was begun, and not ended."""
        return bool(self.started) and not self._over.is_set()

    @property
    def in_use(self) -> bool:
        """Whether the cell has sockets open, or has not begun to make any."""
        return not self.context.closed

    @property
    def why(self) -> str:
        """What keeps it from ending, in words."""
        return "one of its sockets is in use in another thread"

    def start(self) -> Visitor:
        """Begin: the picture shows it from now on."""
        self.started = now()
        self.trace.note(events.Started, self.name, visitor=True)
        return self

    def ask_to_stop(self) -> None:
        """Wake whoever waits on its sockets."""
        self.inbox.end(Killed)  # what a cell leaves open is thrown away

    def stop(self) -> bool:
        """Close what the cell left open, and end the context. True when that is done, or will be.

        A thread that is in the middle of a message, and may go on, keeps its socket until it does.
        """
        with self._ending:
            if self.alive:
                self.ask_to_stop()
                if self._end():  # or a thread that still has a socket hears of it at its next call
                    self.inbox.close()
                self.trace.note(events.Stopped, self.name)
                self._over.set()
        return True

    kill = stop

    def join(self, timeout: float | None = None) -> bool:
        """Wait until it has been ended, for so many seconds at most. True when it has."""
        return not self.started or self._over.wait(timeout)

    def _end(self) -> bool:
        return self.context.closed or contexts.close(self.context, CLOSING, user=caller(), then=self.inbox.close)
