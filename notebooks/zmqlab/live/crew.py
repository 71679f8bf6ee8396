"""Who is at work in a lab: the one registry, by name.

A name has one worker at a time: an actor in a thread, an actor in a process, a cell's context. Each of them is an
incarnation of its name, with a number of its own, and stands in one of four states:

    starting    somebody makes it, and it is nobody else's yet
    at work     it was begun (and may have come to its end by itself since)
    ending      somebody ends it, or puts another in its place
    gone        it was ended

Only one thread at a time may move a name on. Who comes second waits until the first is through, or is told that the
name is busy. The lock guards the table and nothing else. While it is held nobody joins a thread, calls ZeroMQ, a widget or
somebody else's function, or takes another lock: it is a leaf, so nothing can stand still for it. What takes time is
done outside, and whole (see `hands.py`): an interrupt leaves no name half way.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from .ending import stop_together
from .hands import caller, whole

STARTING, AT_WORK, ENDING, GONE = "starting", "at work", "ending", "gone"
PATIENCE = 3.0
"""Seconds that who wants a name waits for who has it in hand."""
LOOK = 0.05
"""Seconds between two looks whether a name is free: a cell says nothing when it has closed its context."""
CLOSING = 10.0
"""Seconds that `close` waits for what others have in hand: to end an actor that is stuck takes them 5."""


BUSY = "{name} is busy: somebody else starts it, ends it or uses it just now. Try again in a moment."
TAKEN = "{name} is at work in this lab already, and others use it. Choose another name for this one."


class Busy(RuntimeError):
    """Somebody else has that name in hand. The same again, in a moment, will do."""


class Closed(RuntimeError):
    """The lab is closed: nobody begins any more."""


class Worker(Protocol):
    """Whoever can be at work under a name."""

    name: str
    started: int
    visitor: bool  # whether it is a cell, which uses its context itself
    guest: bool  # whether it belongs to a stretch, and ends with it

    @property
    def alive(self) -> bool:
        """Whether it is at work."""

    @property
    def why(self) -> str:
        """What keeps it from ending, in words."""

    def start(self) -> object:
        """Begin. Returns at once."""

    def ask_to_stop(self) -> None:
        """Begin to stop it, and do not wait until that is done."""

    def stop(self) -> bool:
        """End it. True when it has ended."""

    def kill(self) -> bool:
        """End it as if its process had died. True when it has ended."""

    def join(self, timeout: float) -> bool:
        """Wait until it has ended, for so many seconds at most. True when it has."""


@dataclass
class Entry:
    """One name, as it stands. `owner` is the stretch that it belongs to (None: the lab), `thread` who asked for it."""

    run: int = 0
    state: str = GONE
    worker: Any = None
    owner: object = None
    thread: threading.Thread | None = None

    @property
    def in_hand(self) -> bool:
        """Whether somebody moves it on just now."""
        return self.state in (STARTING, ENDING)


class Crew:
    """The workers of one lab, by name. Any thread may call any of this, at any time."""

    def __init__(self, closed: str) -> None:
        """`closed` is what to say to who comes when it is closed, in words that say what to do."""
        self._closed_words, self._closed = closed, False
        self._runs = itertools.count(1)
        self._table: dict[str, Entry] = {}
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)

    # asking

    @property
    def closed(self) -> bool:
        """Whether nobody begins any more."""
        return self._closed

    def check_open(self) -> None:
        """Raise `Closed` when nobody begins any more."""
        if self._closed:
            raise Closed(self._closed_words)

    def entry(self, name: str) -> Entry | None:
        """Return how a name stands: a copy. None when nobody was ever started under it."""
        with self._lock:
            entry = self._table.get(name)
            return replace(entry) if entry and entry.worker is not None else None

    def names(self, owner: object = None) -> list[str]:
        """Return the names of all who were started: all of them, or those of one owner."""
        with self._lock:
            return [
                name
                for name, entry in self._table.items()
                if entry.worker is not None and (owner is None or entry.owner is owner)
            ]

    # beginning and ending

    def begin(self, name: str, make: Callable[[Any], Worker], owner: object = None) -> Any:
        """Have a worker at work under a name, and return it. `make` is given the former one (or None).

        The former one is ended once the new one is made, and before that begins.

        Raises `Closed`, `Busy` (somebody else has the name in hand, or a stretch that still runs has it), and
        `RuntimeError` when the former one does not end.
        """
        return whole(lambda: self._begin(name, make, owner))

    def end(self, name: str, how: str = "stop") -> bool:
        """End who is at work under a name: "stop" or "kill". True when it has ended. Raises `Busy`."""
        return whole(lambda: self._end(name, how))

    def end_all_of(self, owner: object) -> None:
        """End all that belongs to a stretch."""
        whole(lambda: self._end_together(lambda entry: entry.owner is owner))

    def close(self) -> list[str]:
        """End everybody, for good. Returns the names of who does not end. Called again, it goes on with those.

        Whoever is in the middle of beginning somebody ends them again.
        """
        return whole(self._close)

    def _begin(self, name: str, make: Callable[[Any], Worker], owner: object) -> Any:
        entry = self._take_in_hand(name, owner, STARTING)
        former, worker = entry.worker, None
        try:
            worker = make(former)  # before the former ends: what cannot be made costs nobody their work
            worker.guest = owner is not None
            if former is not None and not former.stop():
                raise RuntimeError(f"{name} does not stop: {former.why}. Mend that, and restart the kernel.")
            worker.start()
        except BaseException:
            self._let_go(name, AT_WORK if former is not None and former.alive else GONE)
            raise
        if not self._let_go(name, AT_WORK, worker, owner):
            worker.stop()
            self._let_go(name, GONE)
            raise Closed(self._closed_words)
        return worker

    def _end(self, name: str, how: str) -> bool:
        with self._changed:
            if self._of(name).state == GONE:
                return True
        worker = self._take_in_hand(name, None, ENDING, same=True).worker
        ended = False
        try:
            ended = worker is None or (worker.kill() if how == "kill" else worker.stop())
        finally:
            self._let_go(name, GONE if ended else AT_WORK)
        return ended

    def _end_together(self, which: Callable[[Entry], bool]) -> list[str]:
        """End all of a kind that nobody else has in hand. Returns the names of who does not end."""
        with self._changed:
            mine = {
                name: entry.worker for name, entry in self._table.items() if entry.state == AT_WORK and which(entry)
            }
            for name in mine:
                self._table[name].state = ENDING
        try:
            for worker in mine.values():
                worker.ask_to_stop()
            for worker in mine.values():
                if worker.visitor:  # nobody else ends it
                    worker.stop()
            stop_together(worker for worker in mine.values() if not worker.visitor)
        finally:
            for name, worker in mine.items():
                self._let_go(name, AT_WORK if worker.alive else GONE)
        return [name for name, worker in mine.items() if worker.alive]

    def _close(self) -> list[str]:
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        left = self._end_together(lambda entry: True)
        with self._changed:  # whoever has somebody in hand sees to their end
            self._changed.wait_for(lambda: not any(entry.in_hand for entry in self._table.values()), CLOSING)
        return left + self._end_together(lambda entry: entry.worker.name not in left)

    # the table

    def _of(self, name: str) -> Entry:
        return self._table.setdefault(name, Entry())

    def _take_in_hand(self, name: str, owner: object, state: str, same: bool = False) -> Entry:
        """Be the one who moves a name on, once nobody else is. Returns how it stood.

        Whether it may be taken is seen outside of the lock, and holds if the name still stands so afterwards.
        """
        until = time.monotonic() + PATIENCE
        while True:
            with self._changed:
                if self._closed and state == STARTING:
                    raise Closed(self._closed_words)
                stood = replace(self._of(name))
            free = not stood.in_hand and (same or not _is_anothers(stood, owner))
            with self._changed:
                entry = self._of(name)
                if (entry.run, entry.state) != (stood.run, stood.state):
                    continue
                if free:
                    entry.state = state
                    return stood
                if time.monotonic() >= until:
                    raise Busy(BUSY.format(name=name))
                self._changed.wait(LOOK)

    def _let_go(self, name: str, state: str, worker: Worker | None = None, owner: object = None) -> bool:
        """Say how a name stands now. False when the lab was closed meanwhile, and who was to begin must not."""
        with self._changed:
            entry = self._of(name)
            if worker is not None:
                entry.run, entry.worker, entry.owner, entry.thread = next(self._runs), worker, owner, caller()
                if self._closed:
                    entry.state = ENDING
                    return False
            entry.state = state
            self._changed.notify_all()
            return True


def _is_anothers(entry: Entry, owner: object) -> bool:
    """Whether somebody uses a name who must not lose it: a stretch that still runs, or the cell of another thread."""
    worker = entry.worker
    if entry.state != AT_WORK or not worker.alive or (entry.owner is owner and owner is not None):
        return False
    if owner is not None and entry.owner is None and not worker.visitor:
        raise Busy(TAKEN.format(name=worker.name))
    if entry.thread is caller() or not (entry.thread and entry.thread.is_alive()):
        return False
    return entry.owner is not None or (worker.visitor and worker.in_use)
