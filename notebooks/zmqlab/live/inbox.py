"""What others want done in an actor's own thread.

A socket belongs to one thread. So nobody touches an actor's sockets from outside: they leave a request here, and
the actor's thread serves it the next time that it waits (in `recv`, `poll`, `pause`, …). A byte through a
socketpair wakes it. A socketpair never blocks the one who wakes.
"""

import contextlib
import ctypes
import socket
import sys
import threading
import time
from collections import deque
from collections.abc import Callable

import zmq
from zmq.backend import zmq_poll

from .kept import keep

LONGEST = 86_400.0
"""Seconds that one wait may take. (What waits longer waits again: `zmq_poll` counts milliseconds in 32 bits.)"""


class Stopped(BaseException):
    """Ends an actor. A `BaseException`, so that `except zmq.ZMQError` or `except Exception` does not swallow it."""


Stopped = keep("Stopped", Stopped)


class Killed(Stopped):
    """Ends an actor as if its process had died: what waits in its queues is lost."""


Killed = keep("Killed", Killed)


SWALLOWED = 2
"""Endings that an actor's own code may catch and go on, before it is ended where it stands."""
ENDLESS = 10
"""Endings raised, after which its code has caught them for sure, however it did that."""


def check_fault(fault: str) -> None:
    """Raise `ValueError`, in words, when there is no such fault."""
    if fault not in ("received", "sent"):
        raise ValueError(f"a fault strikes when a message is 'received' or 'sent', not {fault!r}")


def _look_for_interrupts() -> None:
    """Do nothing: Python looks for what was raised from outside whenever it calls a function."""


def _is_handling_an_ending() -> bool:
    error = sys.exc_info()[1]
    while error is not None and not isinstance(error, Stopped):
        error = error.__context__
    return error is not None


class Inbox:
    """Requests to one actor. Any thread may leave one; only the actor's thread calls `serve` and `wait`."""

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._ours.setblocking(False)
        self._theirs.setblocking(False)
        self._requests: deque[Callable[[], object]] = deque()
        self.ending: type[Stopped] | None = None
        self.fault: str | None = None
        self._departing = threading.Lock()
        self._inside = False  # whether the thread is in the actor's function: only there it may be interrupted
        self.swallowed = 0  # endings that its code has caught, and gone on
        self.give_up: Callable[[], object] | None = None  # ends the actor where it stands, and never returns
        self.hurry = False  # somebody has waited for its end for a while
        self._raised = 0
        self._thread = 0
        self.alert = False  # the one flag that a socket looks at for each message: an ending, an armed fault, a request

    def fileno(self) -> int:
        """Return the descriptor that is readable while something waits here. -1 when closed."""
        return self._ours.fileno()

    def leave(self, request: Callable[[], object]) -> None:
        """Have `request` called in the actor's thread, the next time that it waits, or sends or receives."""
        self._requests.append(request)
        self.alert = True  # a flood leaves nothing to wait for
        self._wake()

    def end(self, ending: type[Stopped] = Stopped) -> None:
        """Raise `ending` in the actor's thread: at its next call on a socket, or at once if it waits."""
        self.ending, self.alert = ending, True
        self._wake()

    def arm(self, fault: str) -> None:
        """Have the actor die by itself: right after its next message was "received", or just before one is "sent"."""
        self.fault, self.alert = fault, True

    def serve(self) -> None:
        """Do what was asked. Raises `Stopped` when the actor is to end."""
        with contextlib.suppress(BlockingIOError):
            while self._ours.recv(4096):
                continue
        if self.ending:
            self._raise_ending()
        self.alert = False
        if self.ending or self.fault:  # asked after the flag is down: who comes in between puts it up again
            self.alert = True
        while self._requests:
            self._requests.popleft()()

    def heed(self, way: str) -> None:
        """Die here, if that is armed for this `way`; else do what was asked. While on alert: after receives, before sends."""
        if self.fault == way:
            self.ending = Killed
        self.serve()

    def _raise_ending(self) -> None:
        """Raise what ends the actor. Its code may have caught that before, and gone on: in the end that helps no more."""
        self._wake()  # its other threads, if it has any, wait for the same byte
        if self._thread and threading.get_ident() != self._thread:
            raise SystemExit  # ends a thread that the actor has started, and prints nothing
        self.depart()
        # On its way out the code may call a socket again, in `finally` or `with`: then the ending is being handled.
        if self._raised and (self._raised > ENDLESS or not _is_handling_an_ending()):
            self.swallowed += 1
        if self.give_up and (self.swallowed > SWALLOWED or (self.swallowed and self.hurry)):
            self.give_up()
        self._raised += 1
        raise self.ending

    def arrive(self) -> None:
        """Enter the actor's function: from now on its thread may be interrupted. Raises what was to end it before."""
        with self._departing:
            self._inside = True
        self._thread = threading.get_ident()
        if self.ending:
            raise self.ending

    def depart(self) -> None:
        """Be on the way out: from now on nobody interrupts this thread. An interrupt that is under way strikes here.

        Otherwise it could strike in the middle of closing a socket, and the context would wait for that one for ever.
        """
        with self._departing:
            self._inside = False
        for _ in range(100):
            _look_for_interrupts()

    def interrupt(self, thread: int, ending: type[Stopped]) -> None:
        """Raise `ending` between two lines of the actor's thread, unless it is on its way in or out."""
        with self._departing:
            if self._inside:
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(ending))

    def wait(self, seconds: float | None) -> None:
        """Wait until something was asked and done, or for so many seconds, a day at most. Raises `Stopped`."""
        if self.fileno() < 0:
            raise ValueError("whose inbox this was has ended: nobody can ask it for anything any more")
        # Not `select`, which takes no descriptor above 1,023: who has made many sockets has such.
        milliseconds = -1 if seconds is None else int(min(seconds, LONGEST) * 1000)
        if zmq_poll([(self, zmq.POLLIN)], milliseconds):
            self.serve()
        elif seconds is not None:
            time.sleep(min(max(0.0, seconds - milliseconds / 1000), 0.001))  # what is less than a millisecond

    def close(self) -> None:
        """Give the descriptors back."""
        self._ours.close()
        self._theirs.close()

    def _wake(self) -> None:
        # A full pipe wakes as well as an empty one, and a closed one has nobody left to wake.
        with contextlib.suppress(OSError):
            self._theirs.send(b"!")
