"""A plain function in a background thread, with a context of its own.

    def server(context, endpoint): ...          # plain pyzmq, nothing of ours inside
    actor = Actor(server, {"endpoint": "tcp://127.0.0.1:5555"}, trace)
    actor.start()
    actor.stop()                                # within 200 ms, wherever it waits

One actor, one context, as if it were a process. To stop it is to raise `Stopped` in its own thread: at its next
call on a socket, or at once where it waits. Its thread then closes its sockets and ends its context, so that its
endpoints are free for the next one (after `close` alone they often are not).
"""

import contextlib
import inspect
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import zmq

from ..record import events
from ..record.text import REASON, readable
from ..record.trace import Trace
from . import polling  # noqa: F401  (zmq.Poller and zmq.proxy are recorded from here on)
from .inbox import Inbox, Killed, Stopped, check_fault
from .sockets import Context, now

GRACE = 0.5
"""Seconds that an actor has to end by itself, before its thread is interrupted between two lines of its own code.

A hundred times what it takes from any call on a socket: only code that never comes to one is interrupted so.
"""
SHORT = 0.25
"""Seconds. Of a shorter pause nobody can see that it is over."""
STOP = 5.0
"""Seconds after which an actor counts as stuck."""
ENDED = {
    events.Stopped: "stopped",
    events.Finished: "finished",
    events.Died: "died",
    events.Failed: "failed",
}
"""How an actor has ended, in a word."""


class Actor:
    """One plain function, at work in a thread of its own.

    `arguments` are passed by name. Three more are made for it, if the function names them: `context` (a recorded
    `zmq.Context` of its own), `pause` (like `time.sleep`, in seconds, but it can be stopped) and `texts` or
    `messages` (an iterator over what a control passes to `say`: strings, or lists of frames). With `common`, a context,
    it has that one together with others, as threads of one program have: whoever made it ends it.
    """

    def __init__(
        self, function: Callable, arguments: dict[str, Any], trace: Trace, *, name="", link_watch=None, common=None
    ):
        check_arguments(function, arguments)
        self.common = common
        self.function, self.name = function, readable(name or function.__name__.replace("_", " "))
        self.trace, self.link_watch = trace, link_watch
        self.error: BaseException | None = None
        self.inbox = Inbox()
        self.started = 0
        self.given = dict(arguments)
        self._said: list[Any] = []
        self._moved: tuple[float, int] | None = None
        self.ended = "not started yet"
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the function is still at work."""
        return self._thread.is_alive()

    def start(self) -> "Actor":
        """Begin. Returns at once."""
        self.started, self.ended = now(), ""
        self.trace.note(events.Started, self.name, function=self.function.__name__)
        self._thread.start()
        return self

    def ask_to_stop(self) -> None:
        """Begin to stop it, and do not wait until that is done."""
        self.inbox.end()

    def stop(self, timeout: float = STOP) -> bool:
        """End the function where it stands, close its sockets, free its endpoints. True when that is done.

        `timeout` is in seconds. False means that it is stuck in code that cannot be interrupted.
        """
        return self._end(Stopped, timeout)

    def kill(self, timeout: float = STOP) -> bool:
        """End it as if its process had died: what waits in its queues is lost."""
        return self._end(Killed, timeout)

    def arm(self, fault: str) -> None:
        """Let it die by itself: right after its next message is "received", or just before its next is "sent"."""
        check_fault(fault)
        self.trace.note(events.Armed, self.name, fault=fault)
        self.inbox.arm(fault)

    def ask(self, request: Callable[[], object]) -> None:
        """Have `request` called in the actor's own thread, the next time that it waits."""
        self.inbox.leave(request)

    def subscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets subscribe to `topic`, those that have not: in its own thread, when it next waits."""
        self.ask(lambda: self._tune(zmq.SUBSCRIBE, topic))

    def unsubscribe(self, topic: bytes) -> None:
        """Have its open SUB sockets unsubscribe from `topic`, as often as they have subscribed to it."""
        self.ask(lambda: self._tune(zmq.UNSUBSCRIBE, topic))

    def say(self, message: Any) -> None:
        """Give it the next of its `texts` (a string) or `messages` (a list of frames)."""
        self._said.append(message)
        self.inbox.leave(lambda: None)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the function has ended by itself, for so many seconds at most. True when it has."""
        self._thread.join(timeout)
        return not self.alive

    # in the actor's own thread

    def _run(self) -> None:
        whose = {"trace": self.trace, "actor": self.name, "inbox": self.inbox, "link_watch": self.link_watch}
        context = Context(shadow=self.common, **whose) if self.common is not None else Context(**whose)
        self._context = context
        ended, detail = events.Finished, {}
        began = time.thread_time()
        try:
            try:
                self.inbox.arrive()
                self.function(**self._arguments(context))
            finally:
                self.inbox.depart()
            # for how many seconds it had a processor: waiting takes none
            detail = {"processor": time.thread_time() - began}
        except Killed:
            ended, detail = events.Died, {"fault": self.inbox.fault}
        except Stopped:
            ended = events.Stopped
        except BaseException as error:
            self.error = error
            ended, detail = events.Failed, {"error": type(error).__name__, "why": readable(error, REASON)}
        finally:
            self._close(context)
            self._context = None
            self.ended = ENDED[ended]
            self.trace.note(ended, self.name, **detail)
            self.inbox.close()

    def _close(self, context: Context) -> None:
        """Close what the function left open, here, in the thread that used it; then end the context."""
        for socket in list(context._sockets):
            # A context that ended under it can leave a socket closed to us; there is nothing to do then.
            with contextlib.suppress(zmq.ZMQError, Stopped):
                socket.close()
        context.term()

    def _tune(self, option: int, topic: bytes) -> None:
        for socket in list(self._context._sockets):
            if socket.closed or socket.type != zmq.SUB:
                continue
            topics = socket._record.topics
            if option == zmq.SUBSCRIBE and not topics[topic]:
                socket.subscribe(topic)
            while option == zmq.UNSUBSCRIBE and topics[topic]:
                socket.unsubscribe(topic)

    def _arguments(self, context: Context) -> dict[str, Any]:
        made = {
            "context": lambda: context,
            "pause": lambda: self._pause,
            "texts": self._sayings,
            "messages": self._sayings,
        }
        wanted = inspect.signature(self.function).parameters
        return {name: make() for name, make in made.items() if name in wanted} | self.given

    def _pause(self, seconds: float) -> None:
        """Do nothing for so many seconds, unless stopped."""
        until = now() + int(seconds * 1e9)
        # Who only pauses again and again, and moves no message in between, is no news. That it goes on is told where one
        # can see it; else the next event tells.
        long = seconds >= SHORT
        moved = (seconds, sum(one._record.calls for one in list(self._context._sockets) if one._record))
        if long or moved != self._moved:
            self._moved = moved
            self.trace.note(events.Pauses, self.name, seconds=seconds)
        while (left := until - now()) > 0:
            self.inbox.wait(left / 1e9)
        if long:
            self.trace.note(events.GoesOn, self.name)

    def _sayings(self) -> Iterator[Any]:
        """Yield what was said, in order, waiting for the next, for ever."""
        while True:
            if not self._said:
                self.trace.note(events.WaitsForYou, self.name)
                while not self._said:
                    self.inbox.wait(None)
                self.trace.note(events.GoesOn, self.name)
            yield self._said.pop(0)

    # from outside

    def _end(self, ending: type[Stopped], timeout: float) -> bool:
        if not self.alive:
            return True
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"{self.name} cannot stop itself: return from its function instead")
        self.inbox.end(ending)
        self._thread.join(min(GRACE, timeout))
        if self.alive:
            # It is busy in code of its own, away from any socket. Python can still raise between two lines of it.
            self.inbox.interrupt(self._thread.ident, ending)
            self._thread.join(max(0.0, timeout - GRACE))
        if self.alive:
            self.trace.note(events.Stuck, self.name)
        return not self.alive

    def __repr__(self) -> str:
        error = f"{type(self.error).__name__}: {self.error}" if self.error else ""
        return in_words(self.name, self.ended or "at work in the background", error)


def in_words(name: str, state: str, error: str) -> str:
    """Return how an actor is, for whom a cell shows it."""
    return f"{name}: {state}: {error}" if error else f"{name}: {state}"


def check_arguments(function: Callable, given: dict[str, Any]) -> None:
    """Raise `TypeError`, in words, when a function wants an argument that nobody gives, or is given an unknown one."""
    made = {"context", "pause", "texts", "messages"}
    wanted = inspect.signature(function).parameters.values()
    names = {parameter.name for parameter in wanted}
    missing = [
        parameter.name
        for parameter in wanted
        if parameter.default is parameter.empty
        and parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        and parameter.name not in given.keys() | made
    ]
    if missing:
        raise TypeError(f"{function.__name__}() wants {', '.join(missing)}: pass it where you start the actor")
    unknown = [name for name in given if name not in names]
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted)
    if unknown and not takes_any:
        raise TypeError(f"{function.__name__}() has no argument called {', '.join(unknown)}")
