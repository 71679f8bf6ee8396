"""The one way to start a process, to watch it, and to end it: with the help of a keeper.

    child = Child([sys.executable, "-c", "print(1)"], work=lambda child: print(child.read()), name="one")
    child.start()                       # returns at once
    child.gone.wait(5)                  # child.status is its exit status now
    child.end()                         # with its whole group; always safe, and returns at once

What is ordered here goes through a queue to one thread, which alone makes pipes, keepers and threads. The main thread
of a kernel can be interrupted between any two lines: all that it does here is to put one thing into a queue, and to
wait. So there is no moment in which an interrupt leaves a process, a descriptor or a lock behind.

A keeper (`keeper.py`) goes when it has been idle for a while, and another comes when one is needed; so too when it was
killed. On Windows, where no descriptor can be passed on, there is none (`unkept.py`).
"""

from __future__ import annotations

import _thread
import os
import queue
import select
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import IO, Any

from ..hands import begin
from .latch import Latch
from .line import Line
from .unkept import CAN_BE_KEPT, Unkept

IDLE = 2.0
"""Seconds after which a keeper goes that nobody has needed."""
CHUNK = 65_536
LOOK = 0.2
"""Seconds between two looks whether who could still write is gone."""
ANSWER = 3.0
"""Seconds in which a keeper tells that somebody has ended."""
MARK = "ZMQLAB_KEPT"
"""In the environment of each process that a keeper has started, and of all that those start (`keeper.py`)."""
LOST = "keeper"
"""Why a process was ended: what watches it is gone."""


class Child:
    """A process of its own, in a group of its own.

    `work` is called with the child in a thread of its own from the start on; `read` and `input` are for that thread.
    When it returns, the pipes are closed, and when the process is gone too, `done` is set.
    `folder` is where it begins, `environment` what it finds there. `talks`: its standard input is a pipe (else it is
    empty). `errors`: what it says there goes to "output" too, to a "file", or to "nobody". `seconds` and `memory` (bytes,
    all of its group) are limits that the keeper holds it to.

    `pid` is 0 until it `began`. When it is `gone`, `status` is its exit status (minus a signal's number), and `why` says
    who has ended it: "ended" (somebody here), "deadline", "memory", "keeper"; "" if it has ended by itself.
    """

    def __init__(
        self,
        command: list[str],
        work: Callable[[Child], object],
        *,
        name: str,
        folder: str = "",
        environment: dict[str, str] | None = None,
        talks: bool = False,
        errors: str = "output",
        seconds: float | None = None,
        memory: int | None = None,
    ) -> None:
        self.name, self.work = name, work
        self.order = {"command": command, "folder": folder, "environment": dict(environment or os.environ)}
        self.order |= {"seconds": seconds, "memory": memory}
        self.talks, self.errors_to = talks, errors
        self.pid, self.status, self.why, self.problem = 0, 0, "", ""
        self.input: IO[bytes] | None = None
        self.errors: IO[bytes] | None = None
        self.asked = False
        self.number = 0  # none yet: nobody has started it
        self.nursery: Nursery | None = None
        self._output = -1
        self.began, self.gone, self.done = Latch(), Latch(), Latch()

    @property
    def alive(self) -> bool:
        """Whether it was started, and is not gone."""
        return self.asked and not self.gone.is_set()

    def start(self) -> None:
        """Begin. Returns at once: `began` says when it is there."""
        self.asked = True
        _order(_nursery, self, "start", self)

    def end(self) -> None:
        """Kill it, and all of its group. Returns at once: `gone` says when that is done."""
        if not self.gone.is_set():
            _order(_nursery, self, "end", self)

    def end_from_here(self) -> None:
        """Kill it and its group at once, whatever the keeper does. A keeper that does not even tell of that is replaced."""
        if self.pid and self.nursery is _nursery and not self.gone.is_set():
            kill_group(self.pid)
            in_background(partial(self._await_or_replace, _nursery), f"{self.name} (end)")

    def _await_or_replace(self, nursery: Nursery) -> None:
        if not self.gone.wait(ANSWER) and nursery.line is not None:
            nursery.line.kill()

    def limit(self, *, seconds: float | None = None, memory: int | None = None) -> None:
        """Set other limits, from now on."""
        _order(_nursery, self, "limit", self, {"seconds": seconds, "memory": memory})

    def read(self) -> bytes:
        """Return what it has written meanwhile, waiting for some. Nothing when nobody can write any more."""
        while os.name == "posix" and self._output >= 0:
            over = self.gone.is_set()
            if self._poll.poll(0 if over else LOOK * 1000):
                break
            if over:  # somebody has escaped, and holds the other end
                return b""
        with suppress(OSError):
            return os.read(self._output, CHUNK)
        return b""


class Folder:
    """A folder for a while, which is removed even if this process is killed. Use it as a context manager."""

    def __init__(self, prefix: str) -> None:
        self.path = os.path.join(tempfile.gettempdir(), prefix + os.urandom(8).hex())

    def __enter__(self) -> str:
        known = Latch()
        _order(_nursery, None, "keep", self.path, known)
        known.wait()  # before it is made: from here on somebody else knows of it
        os.mkdir(self.path, 0o700)
        return self.path

    def __exit__(self, *_: object) -> None:
        import shutil

        shutil.rmtree(self.path, ignore_errors=True)
        _order(_nursery, None, "forget", self.path)


def in_background(work: Callable[[], object], name: str) -> None:
    """Have `work` done in a thread of its own, which an interrupt does not reach."""
    _order(_nursery, None, "spawn", work, name)


def keeper_pid() -> int:
    """Return the id of the keeper's process, 0 when there is none just now."""
    line = _nursery.line
    return line.pid if line is not None else 0


class Nursery:
    """Who does what is ordered: one thread. All below is called in it alone, but for `wake`."""

    def __init__(self) -> None:
        self.orders: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.line: Line | Unkept | None = None
        self._at_work = _thread.allocate_lock()
        self._children: dict[int, Child] = {}
        self._folders: set[str] = set()
        self._number = 0

    def wake(self) -> None:
        """See to it that somebody does what was ordered. Safe from any thread, and to be interrupted."""
        if not self._at_work.locked():
            begin(self._work, "zmqlab processes")

    def _work(self) -> None:
        while not self.orders.empty() or self._children:
            if not self._at_work.acquire(blocking=False):
                return  # another does it
            try:
                self._obey()
            finally:
                self._at_work.release()
            # What was ordered just before that, when it seemed that somebody was still here, is seen now.

    def _obey(self) -> None:
        while True:
            try:
                order = self.orders.get(timeout=None if self._children or self._folders else IDLE)
            except queue.Empty:
                self._rest()
                return
            try:
                order()
            except Exception:
                sys.excepthook(*sys.exc_info())

    def _rest(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def _join(self) -> Line | Unkept:
        """Return who keeps: the one there is, or a new one."""
        if self.line is None:
            listen = lambda line, told: self.orders.put(partial(self._hear, line, told))  # noqa: E731
            self.line = Line(listen, _begin) if CAN_BE_KEPT else Unkept(listen, _begin)
            for folder in self._folders:
                self.line.tell({"do": "keep", "folder": folder})
        return self.line

    def _tell(self, order: dict[str, Any]) -> None:
        if self.line is not None:
            with suppress(OSError):  # it is gone: who listens to it says so
                self.line.tell(order)

    # what is ordered

    def start(self, child: Child) -> None:
        if child.gone.is_set():
            return  # ended before it began
        self._number += 1
        number = child.number = self._number
        theirs: list[int] = []
        try:
            theirs = self._pipes(child)
            self._children[number] = child
            for left in (1, 0):
                try:
                    self._join().tell({"do": "start", "number": number} | child.order, theirs)
                    break
                except OSError:  # the keeper has just gone
                    self._hear_the_end_of(self.line, except_for=number)
                    if not left:
                        raise
        except Exception as problem:
            self._children.pop(number, None)
            child.problem = f"{type(problem).__name__}: {problem}"
            child.status, child.why = 127, LOST
            _close(child)
            child.began.set()
            child.gone.set()
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        _begin(partial(_attend, child), child.name)

    def _pipes(self, child: Child) -> list[int]:
        """Give a child its pipes. Returns the ends that are its own: what it reads, writes, and complains to."""
        if child.talks:
            reads, writes = os.pipe()
            child.input = os.fdopen(writes, "wb", buffering=0)
        else:
            reads = os.open(os.devnull, os.O_RDONLY)
        child._output, output = os.pipe()
        if os.name == "posix":
            child._poll = select.poll()
            child._poll.register(child._output, select.POLLIN)
        if child.errors_to == "file":
            child.errors = tempfile.TemporaryFile()  # noqa: SIM115  (it is closed when the process has ended)
            return [reads, output, os.dup(child.errors.fileno())]
        return [reads, output, os.dup(output) if child.errors_to == "output" else os.open(os.devnull, os.O_WRONLY)]

    def end(self, child: Child) -> None:
        if not child.number:
            for latch in (child.began, child.gone, child.done):
                latch.set()
        self._about(child, {"do": "end"})

    def limit(self, child: Child, limits: dict[str, Any]) -> None:
        self._about(child, {"do": "limit"} | limits)

    def _about(self, child: Child, order: dict[str, Any]) -> None:
        for number in [number for number, one in self._children.items() if one is child]:
            self._tell(order | {"number": number})

    def keep(self, folder: str, known: Latch) -> None:
        self._folders.add(folder)
        try:
            if self.line is None:
                self._join()
            else:
                self._tell({"do": "keep", "folder": folder})
        finally:
            known.set()

    def forget(self, folder: str) -> None:
        self._folders.discard(folder)
        self._tell({"do": "forget", "folder": folder})

    def spawn(self, work: Callable[[], object], name: str) -> None:
        _begin(work, name)

    # what is told

    def _hear(self, line: Line | Unkept, told: dict[str, Any] | None) -> None:
        if told is None:
            self._hear_the_end_of(line)
        elif "there" in told and (child := self._children.get(told["there"])):
            child.pid = told["pid"]
            child.began.set()
        elif "over" in told and (child := self._children.pop(told["over"], None)):
            child.status, child.why = told["status"], told["why"]
            child.gone.set()

    def _hear_the_end_of(self, line: Line | Unkept | None, except_for: int = 0) -> None:
        """The keeper is gone. What it kept ends here, so far as that can be done from here."""
        if line is not self.line or line is None:
            return
        self.line = None
        line.close()
        if line.pid:
            kill_marked(line.pid)
        for number in [number for number in self._children if number != except_for]:
            child = self._children.pop(number)
            if child.pid:
                kill_group(child.pid)
            child.status, child.why = -9, LOST
            child.began.set()
            child.gone.set()

    def leave(self) -> None:
        """Let go of what a fork has copied: it belongs to the parent. Called in the child."""
        if self.line is not None:
            self.line.let_go()
        for child in self._children.values():
            child.errors = None  # a file may be in use by a thread that is not there any more
            _close(child)


def _order(nursery: Nursery, child: Child | None, what: str, *arguments: Any) -> None:
    """Put one thing into the queue. A child of before a fork belongs to somebody else, who sees to it."""
    if child is not None:
        child.nursery = child.nursery or nursery
        if child.nursery is not nursery:
            return
    nursery.orders.put(partial(getattr(nursery, what), *arguments))
    nursery.wake()


def _attend(child: Child) -> None:
    """In a child's own thread: do its work, and close what was opened for it."""
    try:
        child.work(child)
    finally:
        child.gone.wait()
        _close(child)
        child.done.set()


def _close(child: Child) -> None:
    for stream in (child.input, child.errors):
        if stream is not None:
            with suppress(OSError):
                stream.close()
    if child._output >= 0:
        output, child._output = child._output, -1
        os.close(output)


def _begin(work: Callable[[], object], name: str) -> None:
    threading.Thread(target=work, name=name, daemon=True).start()


def kill_group(pid: int) -> None:
    """Kill a process with its group, from here."""
    with suppress(OSError):
        os.kill(pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def kill_marked(keeper: int) -> None:
    """Kill what a keeper has started that is gone itself (Linux; elsewhere the groups are all that can be found)."""
    mark = f"{MARK}={keeper}.".encode()
    for name in os.listdir("/proc") if sys.platform.startswith("linux") else ():
        if name.isdigit():
            with suppress(OSError):
                if any(one.startswith(mark) for one in Path("/proc", name, "environ").read_bytes().split(b"\0")):
                    kill_group(int(name))


_nursery = Nursery()


def _after_a_fork() -> None:
    global _nursery
    _nursery.leave()
    _nursery = Nursery()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_a_fork)
