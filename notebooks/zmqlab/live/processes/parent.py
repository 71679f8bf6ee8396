"""An actor in a process of its own, seen from this one. `child.py` is the other side, and says how the two talk.

The function is the same text, and the process shares nothing with this one: no context, no memory, no lock. It ends
with this process, whatever becomes of it, because its standard input does, and because its keeper sees to it.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...record import events
from ...record.events import ENDINGS, Event
from ...record.files import from_json, pack
from ...record.tally import Tally
from ...record.text import readable
from ...record.trace import Trace
from ..actors import ENDED, STOP, check_arguments, check_takes, in_words
from ..callables import actor_name, for_a_process, name_of, source_of
from ..inbox import check_fault
from ..recorder import now
from .keeping import LOST, Child, in_background
from .latch import Latch
from .programs import literals, program

BOOT = "import sys; sys.path.insert(0, sys.argv[1]); from zmqlab.live.processes.child import main; main()"
PACKAGE_IS_IN = str(Path(__file__).parents[3])
GRACE = 0.4
"""Seconds that it has to stop by itself, before its process is killed."""
ANSWER = 5.0
"""Seconds that the process has to do what it is told."""


class ActorError(RuntimeError):
    """What ended an actor in a process of its own, in words."""


class ProcessActor:
    """One plain function, at work in a process of its own. Used like an `Actor`.

    Its arguments are copied: a list that is passed to it stays as it is here. So is what it names besides (see
    `programs.py`): raises `TypeError`, in words, for what only this process has.
    """

    visitor = guest = False

    def __init__(self, function: Callable, arguments: dict[str, Any], trace: Trace, *, name: str = "") -> None:
        check_arguments(function, arguments)
        self.function, self.name = function, readable(name or actor_name(function))
        self.trace, self.given = trace, dict(arguments)
        self.error: ActorError | None = None
        self.started, self.ended = 0, "not started yet"
        inner, all_arguments = for_a_process(function, arguments)
        self._order = {"function": inner.__name__, "name": self.name, "program": program(inner)}
        self._order |= {"arguments": literals(inner, all_arguments), "path": sys.path}
        self._asked_to_stop = False
        self._tallies: dict[int, Tally] = {}
        self._numbers = itertools.count(1)
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._waiting: dict[int, Latch] = {}
        command = [sys.executable, "-c", BOOT, PACKAGE_IS_IN]
        self._child = Child(command, self._listen, name=f"{self.name} (process)", talks=True, errors="file")
        self._begun, self._over = Latch(), Latch()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self._child.asked and not self._child.done.is_set()

    @property
    def pid(self) -> int:
        """The id of its process; 0 before it has one."""
        return self._child.pid

    def start(self) -> ProcessActor:
        """Begin. Returns when the process is there; it needs a tenth of a second until it is at work."""
        self.started, self.ended = now(), ""
        self._child.start()
        self._child.began.wait(STOP)
        if not self._child.done.is_set():
            self._begun.wait(STOP)
        return self

    def ask_to_stop(self) -> None:
        """Begin to stop it, and do not wait until that is done."""
        if self.alive:
            self._asked_to_stop = True
            self._tell("stop")

    def stop(self, timeout: float = STOP) -> bool:
        """End the function where it stands, and the process. True when that is done.

        Other than a thread, a process can always be ended: busy in code of its own, it is killed.
        """
        self.ask_to_stop()
        return self.join(min(GRACE, timeout)) or self.kill(timeout)

    def kill(self, timeout: float = STOP) -> bool:
        """Kill the process (SIGKILL). What it did in its last hundredth of a second nobody gets to know."""
        self._child.end()
        return self.join(timeout)

    def arm(self, fault: str) -> None:
        """Let it die by itself: right after its next message is "received", or just before its next is "sent"."""
        check_fault(fault)
        self._tell("arm", wait=True, fault=fault)

    def say(self, message: Any) -> None:
        """Give it the next of its `texts` (a string) or `messages` (a list of frames)."""
        check_takes(self.function, self.given, self.name)
        self._tell("say", message=pack(message if isinstance(message, str) else tuple(message)))

    def subscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets subscribe to `topic`, those that have not."""
        self._tell("subscribe", topic=pack(topic))

    def unsubscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets unsubscribe from `topic`."""
        self._tell("unsubscribe", topic=pack(topic))

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the process has ended, for so many seconds at most. True when it has."""
        return not self._child.asked or self._child.done.wait(timeout)

    def __repr__(self) -> str:
        return in_words(self.name, self.ended or f"at work in process {self.pid}", str(self.error or ""))

    @property
    def why(self) -> str:
        """What keeps it from ending, in words."""
        return f"its process {self.pid} does not end"

    # to the process: what is ordered waits in a queue, so that an interrupt never leaves half a line

    def _tell(self, do: str, wait: bool = False, **what: Any) -> None:
        """Give an order; with `wait`, return when it has been done (or the process has ended)."""
        number, done = next(self._numbers), Latch()
        if wait:
            self._waiting[number] = done
        self._orders.put(_line({"do": do, "number": number} | what))
        if wait and not self._over.is_set():
            done.wait(ANSWER)

    def _write(self) -> None:
        """In a thread of its own: write the order what to run, and then what comes, until the process has ended."""
        with contextlib.suppress(OSError, ValueError):  # it has ended: whoever listens to it says so
            _write_all(self._child, _line(self._order))
            while (line := self._orders.get()) is not None:
                _write_all(self._child, line)

    # from the process, in a thread of its own

    def _listen(self, child: Child) -> None:
        try:
            self.trace.told(self, self.started)
            child.began.wait()
            what = {"function": name_of(self.function), "code": source_of(self.function)}
            self.trace.note(events.Started, self.name, process=self.pid, guest=self.guest, **what)
            in_background(self._write, f"{self.name} (orders)")
            self._begun.set()
            rest = b""
            while told := child.read():
                *lines, rest = (rest + told).split(b"\n")
                for line in lines:
                    with contextlib.suppress(json.JSONDecodeError):
                        self._hear(json.loads(line))
            child.gone.wait()
            self._tell_the_end(child)
        finally:
            self.trace.told_all(self)
            self._orders.put(None)
            self._begun.set()
            self._over.set()
            for done in list(self._waiting.values()):
                done.set()

    def _hear(self, line: dict[str, Any]) -> None:
        if "until" in line:
            # Its moments compare with ours: on Linux the monotonic clock is one for the whole system. So the trace
            # orders the events of both by when they took effect, a send by its beginning, a receive by its end.
            self.trace.told(self, line["until"])
        elif "done" in line:
            if done := self._waiting.pop(line["done"], None):
                done.set()
        else:
            self._take(from_json(line))

    def _take(self, event: Event) -> None:
        if event.socket is None:
            if type(event) in ENDINGS:
                self._end(event)
            self.trace.add(event)
            return
        # Every process counts its sockets from 1: here they get numbers that no other socket has.
        tally = self._tallies.get(event.socket) or self._new_tally(event.socket)
        match event:
            case events.Sent():
                tally.sent, tally.sent_bytes = event.total, tally.sent_bytes + sum(event.sizes)
            case events.Received():
                tally.received, tally.received_bytes = event.total, tally.received_bytes + sum(event.sizes)
            case events.Counted():
                tally.sent, tally.received = event.sent, event.received
        if type(event) is events.Closed:
            self.trace.leave(self._tallies.pop(event.socket))
        self.trace.add(event._replace(socket=tally.number))

    def _new_tally(self, number: int) -> Tally:
        tally = self._tallies[number] = Tally(self.name)
        self.trace.enter(tally)
        return tally

    def _end(self, ending: Any) -> None:
        self.ended = ENDED[type(ending)]
        if type(ending) is events.Failed:
            self.error = ActorError(f"{ending.error}: {ending.why}")

    def _tell_the_end(self, child: Child) -> None:
        """Say how the process ended, unless it said so itself. Its sockets are closed in any case: the system does that."""
        for tally in self._tallies.values():
            self.trace.leave(tally)
            self.trace.note(events.Closed, self.name, tally.number)
        self._tallies.clear()
        if self.ended:
            return
        ending: Any
        if self._asked_to_stop:
            ending = events.Stopped(now(), self.name)
        elif child.status < 0:
            ending = events.Died(now(), self.name, signal=signal.Signals(-child.status).name)
        else:
            error = "it could not be started" if child.why == LOST else f"exit status {child.status}"
            ending = events.Failed(now(), self.name, error=error, why=child.problem or _last_words(child))
        self._end(ending)
        self.trace.add(ending)


def _line(order: dict[str, Any]) -> bytes:
    return json.dumps(order).encode() + b"\n"


def _write_all(child: Child, line: bytes) -> None:
    while line:
        line = line[child.input.write(line) :]


def _last_words(child: Child) -> str:
    child.errors.seek(0)
    said = child.errors.read().decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else "it said nothing"
