"""An actor in a process of its own, seen from this one. `child.py` is the other side, and says how the two talk.

The function is the same text, and the process shares nothing with this one: no context, no memory, no lock. It ends
with this process, whatever becomes of it, because its standard input does.
"""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from ...record import events
from ...record.events import ENDINGS, Event
from ...record.files import from_json, pack
from ...record.tally import Tally
from ...record.text import readable
from ...record.trace import Trace
from ..actors import ENDED, STOP, check_arguments, in_words
from ..callables import actor_name, for_a_process, name_of
from ..inbox import check_fault
from ..recorder import now
from .sources import literals, program

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

    Its arguments are copied: a list that is passed to it stays as it is here. What it names besides must be a
    module, something imported, a literal that nobody can change, or a function defined beside it.
    """

    visitor = False

    def __init__(self, function: Callable, arguments: dict[str, Any], trace: Trace, *, name: str = "") -> None:
        check_arguments(function, arguments)
        self.function, self.name = function, readable(name or actor_name(function))
        self.trace, self.given = trace, dict(arguments)
        self.error: ActorError | None = None
        self.started, self.ended, self.pid = 0, "not started yet", 0
        inner, all_arguments = for_a_process(function, arguments)
        self._order = {"function": inner.__name__, "name": self.name, "program": program(inner)}
        self._order |= {"arguments": literals(inner, all_arguments), "path": sys.path}
        self._asked_to_stop = False
        self._tallies: dict[int, Tally] = {}
        self._orders = self._done = 0
        self._writing, self._changed = threading.Lock(), threading.Condition()
        self._over = threading.Event()

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return self.pid != 0 and not self._over.is_set()

    def start(self) -> ProcessActor:
        """Begin. Returns at once; the process needs a tenth of a second until it is at work."""
        self.started, self.ended = now(), ""
        self._errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (it is closed when the process has ended)
        command = [sys.executable, "-c", BOOT, PACKAGE_IS_IN]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=self._errors, text=True, encoding="utf-8"
        )
        self.trace.told(self, self.started)
        self.pid = self._process.pid
        self.trace.note(events.Started, self.name, function=name_of(self.function), process=self.pid)
        self._write(self._order)
        self._thread = threading.Thread(target=self._listen, name=f"{self.name} (process {self.pid})", daemon=True)
        self._thread.start()
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
        if self.alive:
            self._process.kill()
        return self.join(timeout)

    def arm(self, fault: str) -> None:
        """Let it die by itself: right after its next message is "received", or just before its next is "sent"."""
        check_fault(fault)
        self._tell("arm", wait=True, fault=fault)

    def say(self, message: Any) -> None:
        """Give it the next of its `texts` (a string) or `messages` (a list of frames)."""
        self._tell("say", message=pack(message if isinstance(message, str) else tuple(message)))

    def subscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets subscribe to `topic`, those that have not."""
        self._tell("subscribe", topic=pack(topic))

    def unsubscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets unsubscribe from `topic`."""
        self._tell("unsubscribe", topic=pack(topic))

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the process has ended, for so many seconds at most. True when it has."""
        if self.pid:
            self._thread.join(timeout)
        return not self.alive

    def __repr__(self) -> str:
        return in_words(self.name, self.ended or f"at work in process {self.pid}", str(self.error or ""))

    @property
    def why(self) -> str:
        """What keeps it from ending, in words."""
        return f"its process {self.pid} does not end"

    # to the process

    def _tell(self, do: str, wait: bool = False, **what: Any) -> None:
        """Give an order; with `wait`, return when it has been done (or the process has ended)."""
        with self._writing:
            self._orders += 1
            number = self._orders
            self._write({"do": do, "number": number} | what)
        if wait:
            with self._changed:
                self._changed.wait_for(lambda: self._done >= number or self._over.is_set(), ANSWER)

    def _write(self, line: dict[str, Any]) -> None:
        with contextlib.suppress(OSError, ValueError):  # it has ended: whoever listens to it says so
            self._process.stdin.write(json.dumps(line) + "\n")
            self._process.stdin.flush()

    # from the process, in a thread of its own

    def _listen(self) -> None:
        for line in self._process.stdout:
            with contextlib.suppress(json.JSONDecodeError):  # the last line of a process that was killed
                self._hear(json.loads(line))
        status = self._process.wait()
        self._tell_the_end(status)
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            with contextlib.suppress(OSError):  # an order that nobody reads any more
                stream.close()
        self.trace.told_all(self)
        self._over.set()
        with self._changed:
            self._changed.notify_all()

    def _hear(self, line: dict[str, Any]) -> None:
        if "until" in line:
            # Its moments compare with ours: on Linux the monotonic clock is one for the whole system. So the trace
            # orders the events of both by when they took effect, a send by its beginning, a receive by its end.
            self.trace.told(self, line["until"])
        elif "done" in line:
            with self._changed:
                self._done = line["done"]
                self._changed.notify_all()
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

    def _tell_the_end(self, status: int) -> None:
        """Say how the process ended, unless it said so itself. Its sockets are closed in any case: the system does that."""
        for tally in self._tallies.values():
            self.trace.leave(tally)
            self.trace.note(events.Closed, self.name, tally.number)
        self._tallies.clear()
        if self.ended:
            return
        ended, detail = events.Stopped if self._asked_to_stop else events.Died, {}
        if status < 0 and not self._asked_to_stop:
            detail = {"signal": signal.Signals(-status).name}
        elif not self._asked_to_stop:
            self._errors.seek(0)
            said = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            ended, detail = (
                events.Failed,
                {"error": f"exit status {status}", "why": said[-1] if said else "it said nothing"},
            )
        ending = ended(now(), self.name, **detail)
        self._end(ending)
        self.trace.add(ending)
