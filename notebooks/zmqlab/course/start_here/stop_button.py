"""Pressing ■ for the learner, where a lesson shows what a cell that waits for ever does."""

from __future__ import annotations

import _thread
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...record.events import LongWait


@contextmanager
def pressing_stop(lab: Any, after: float = 1.0) -> Iterator[None]:
    """Press ■ for the learner: interrupt what stands inside, so many seconds after the picture said it waits too long."""
    trace = lab.trace
    began, left = time.monotonic_ns(), threading.Event()

    def press() -> None:
        while not left.wait(0.02):
            if any(type(event) is LongWait and event.time > began for event in trace.controls()):
                if not left.wait(after):
                    _interrupt_the_cell()
                return

    threading.Thread(target=press, name="zmqlab stop button", daemon=True).start()
    try:
        yield
    finally:
        left.set()


def _interrupt_the_cell() -> None:
    """Do what ■ does: raise `KeyboardInterrupt` in the thread that runs cells, also where it waits in a call."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
    else:  # Windows
        _thread.interrupt_main()
