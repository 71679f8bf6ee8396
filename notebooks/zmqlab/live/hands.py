"""What must be done whole, whoever is interrupted meanwhile.

`KeyboardInterrupt` strikes the thread that runs cells, between any two lines. An actor that is started, ended or handed
over there could be left half way, with nobody to finish it. So that is done in a thread which nobody interrupts, and
the thread of the cells only waits. Interrupted, it waits no longer, and the work is done all the same.
"""

from __future__ import annotations

import contextvars
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from .kept import keep
from .processes.latch import Latch

T = TypeVar("T")


class Job:
    """One piece of work, and what came of it."""

    def __init__(self, work: Callable[[], Any], name: str = "zmqlab: what must be done whole") -> None:
        self.work, self.name, self.caller = work, name, threading.current_thread()
        self.context = contextvars.copy_context()  # what is printed or shown goes where the caller's goes
        self.done = Latch()
        self.result: Any = None
        self.problem: BaseException | None = None

    def run(self) -> None:
        """Do it."""
        _here.caller = self.caller
        try:
            self.result = self.context.run(self.work)
        except BaseException as problem:
            self.problem = problem
        self.done.set()


class Hands:
    """Takes on what must be done whole, and gives each job a thread of its own."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Job] = SimpleQueue()  # `put` is one step: an interrupt comes before it, or after
        threading.Thread(target=self._take_on, name="zmqlab hands", daemon=True).start()

    def do(self, work: Callable[[], T]) -> T:
        """Have it done, and return what it returns, or raise what it raises. See `whole`."""
        job = Job(work)
        self.take(job)
        job.done.wait()
        if job.problem is not None:
            raise job.problem
        return job.result

    def take(self, job: Job) -> None:
        """Have it done, and do not wait."""
        self._jobs.put(job)

    def _take_on(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                threading.Thread(target=job.run, name=job.name, daemon=True).start()
            except RuntimeError:  # Python is about to end, and begins no thread any more
                job.run()
            del job  # or the last one would be kept until the next comes


_here = threading.local()
_hands: list[Hands] = keep("hands", [])
if not _hands:
    _hands.append(Hands())


def whole(work: Callable[[], T]) -> T:
    """Do something to its end, and return what it returns: an interrupt of the caller does not reach it.

    Only the thread that runs cells is ever interrupted. Any other does the work itself.
    """
    if threading.current_thread() is not threading.main_thread():
        return work()
    return _present().do(work)


def begin(work: Callable[[], object], name: str) -> None:
    """Have something done in a thread of that name, and do not wait. An interrupt comes before it was begun, or after."""
    _present().take(Job(work, name))


def _present() -> Hands:
    if not _hands:  # in a forked child
        _hands.append(Hands())
    return _hands[0]


def caller() -> threading.Thread:
    """Return the thread for which this one works: itself, unless it does something `whole` for another.

    Not its number: that of a thread which has ended is given to another.
    """
    return getattr(_here, "caller", None) or threading.current_thread()


def thread_for_the_caller(work: Callable[[], object], name: str) -> threading.Thread:
    """Return a thread, not started yet, that works for whom this one works for (see `caller`)."""
    mine = caller()

    def run() -> None:
        _here.caller = mine
        work()

    return threading.Thread(target=run, name=name, daemon=True)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_hands.clear)  # threads do not come along
