"""An actor, by its name: `lab["server"]`. It says what to do with it, and who does it is looked up at each call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..record.events import Message
from ..record.trace import Trace
from .crew import Crew


class NotAtWork(LookupError):
    """The actor called `name` has ended, so it cannot be asked for anything. `words` say so; what to do depends on where it is said."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.words = f"{'Your function' if name == 'you' else f'“{name}”'} is not at work any more."
        super().__init__(f"{self.words} Run the cell that starts it.")


class Handle:
    """A name in a lab, not a run: started again, the actor has the same handle.

    `crew` is who is at work there; `restart` starts an actor again (with `process`, elsewhere); `nudge` lets the
    picture know that something was done.
    """

    def __init__(
        self,
        name: str,
        crew: Crew,
        trace: Trace,
        restart: Callable[[str, bool | None], None],
        nudge: Callable[[], None],
    ) -> None:
        self.name = name
        self._crew, self._trace, self._restart, self._nudge = crew, trace, restart, nudge

    # what can be asked

    @property
    def alive(self) -> bool:
        """Whether it is at work."""
        return self._worker().alive

    @property
    def run(self) -> int:
        """The number of its present run: another one each time that it is started. No two in a lab are equal."""
        return self._crew.entry(self.name).run

    @property
    def started(self) -> int:
        """The moment at which it was started last, in monotonic ns."""
        return self._worker().started

    @property
    def pid(self) -> int | None:
        """The id of its process, if it has one of its own."""
        return getattr(self._worker(), "pid", None)

    @property
    def error(self) -> BaseException | None:
        """What its function raised in its present run, if it did."""
        return getattr(self._worker(), "error", None)

    def messages(self, way: str = "", since: int = 0) -> list[Message]:
        """Return the messages that it "sent" or "received" (or both) in its present run, in order.

        With `since`, a moment in monotonic ns, those from then on.
        """
        self._trace.settle()
        found = self._trace.messages(max(since, self.started))
        return [message for message in found if message.actor == self.name and way in ("", message.way)]

    # what can be done

    def say(self, message: Any) -> None:
        """Give it the next of its `texts` (a string) or `messages` (a list of frames)."""
        self._at_work().say(message)
        self._nudge()

    def arm(self, fault: str) -> None:
        """Let it die by itself: right after its next message is "received", or just before its next is "sent"."""
        self._at_work().arm(fault)
        self._nudge()

    def subscribe(self, topic: bytes) -> None:
        """Have its SUB sockets subscribe to `topic`, in its own thread."""
        self._at_work().subscribe(topic)
        self._nudge()

    def unsubscribe(self, topic: bytes) -> None:
        """Have its SUB sockets unsubscribe from `topic`, in its own thread."""
        self._at_work().unsubscribe(topic)
        self._nudge()

    def join(self, seconds: float | None = None) -> bool:
        """Wait until its function has ended by itself, for so many seconds at most. True when it has."""
        return self._worker().join(seconds)

    def stop(self) -> bool:
        """End it, with its sockets. True when it has ended. Raises `Busy` when somebody else has it in hand."""
        return self._crew.end(self.name)

    def kill(self) -> bool:
        """End it as if its process had died: what waits in its queues is lost. True when it has ended."""
        return self._crew.end(self.name, "kill")

    def restart(self, process: bool | None = None) -> Handle:
        """Start its function again, with the same arguments, stopping it first if it is at work. Returns itself.

        It works where it did before; with `process`, in a process of its own (True) or in a thread of this kernel.
        """
        self._restart(self.name, process)
        return self

    def _worker(self) -> Any:
        return self._crew.entry(self.name).worker

    def _at_work(self) -> Any:
        self._crew.check_open()
        worker = self._worker()
        if worker.visitor:
            raise LookupError(f"{self.name} is a cell of this notebook: what it does stands there.")
        if not worker.alive:
            raise NotAtWork(self.name)
        return worker

    def __repr__(self) -> str:
        return repr(self._worker())
