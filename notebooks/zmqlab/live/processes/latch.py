"""Something that happens once, and that can be waited for, by a thread that may be interrupted at any moment."""

from __future__ import annotations

import time
from _thread import allocate_lock
from contextlib import suppress

LOOK = 0.05
"""Seconds between two looks, where a waiter was interrupted just when it had been woken."""


class Latch:
    """Like `threading.Event`, but that no interrupt can break it.

    An Event holds a lock of its own while it is asked or set. A KeyboardInterrupt between two lines of `threading` can
    leave that locked, and then stands still who sets it. Here the one lock is a bell: it guards nothing.
    """

    def __init__(self) -> None:
        self._happened = False
        self._bell = allocate_lock()
        self._bell.acquire()

    def set(self) -> None:
        """Let it have happened. All who wait go on."""
        self._happened = True
        with suppress(RuntimeError):  # it has rung
            self._bell.release()

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._happened

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it has happened, for so many seconds at most. True when it has."""
        until = None if timeout is None else time.monotonic() + timeout
        while not self._happened:
            left = LOOK if until is None else min(LOOK, until - time.monotonic())
            if left <= 0:
                return False
            if self._bell.acquire(timeout=left):
                with suppress(RuntimeError):
                    self._bell.release()
        return True
