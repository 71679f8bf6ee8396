"""A plain function in a background thread, with a context of its own.

    def server(context, endpoint): ...          # plain pyzmq, nothing of ours inside
    actor = Actor(server, {"endpoint": "tcp://127.0.0.1:5555"}, trace)
    actor.start()
    actor.stop()                                # within 200 ms, wherever it waits

One actor, one context, as if it were a process. To stop it is to raise `Stopped` in its own thread: at its next
call on a socket, or at once where it waits. Its thread then closes its sockets and ends its context, so that its
endpoints are free for the next one (after `close` alone they often are not).
"""

import inspect
import linecache
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakSet

import zmq

from ..record import events
from ..record.text import REASON, readable
from ..record.trace import Trace
from . import contexts, loops, names, polling, proxies, whose  # noqa: F401  (zmq.Poller, zmq.proxy, … are recorded from here on)
from .callables import actor_name, call, check_kind, check_result, name_of, source_of
from .inbox import Inbox, Killed, Stopped, check_fault
from .processes.latch import Latch
from .recorder import now
from .sockets import Context

GRACE = 0.5
"""Seconds that an actor has to end by itself, before its thread is interrupted between two lines of its own code.

A hundred times what it takes from any call on a socket: only code that never comes to one is interrupted so.
"""
SHORT = 0.25
"""Seconds. Of a shorter pause nobody can see that it is over."""
SOON = 0.1
"""Seconds that an interrupt takes at most, before the contexts are ended that an actor waits in."""
KNOWN = 0.3
"""Seconds more for an actor of which is known what holds it: that it waits where nobody can wake it, say."""
STOP = 5.0
"""Seconds after which an actor counts as stuck."""
CLOSING = 0.5
"""Seconds that the other threads of an actor have to let go of its sockets."""
ENDED = {
    events.Stopped: "stopped",
    events.Finished: "finished",
    events.Died: "died",
    events.Failed: "failed",
}
"""How an actor has ended, in a word."""
SWALLOWS = "its `except:` catches everything, also what stops it: write `except zmq.ZMQError:`"

names.bind_everywhere()


class Actor:
    """One plain function, at work in a thread of its own.

    `arguments` are passed by name. Three more are made for it, if the function names them: `context` (a recorded
    `zmq.Context` of its own), `pause` (like `time.sleep`, in seconds, but it can be stopped) and `texts` or
    `messages` (an iterator over what a control passes to `say`: strings, or lists of frames). With `common`, a context,
    it has that one together with others, as threads of one program have: whoever made it ends it.
    """

    visitor = guest = False

    def __init__(
        self, function: Callable, arguments: dict[str, Any], trace: Trace, *, name="", link_watch=None, common=None
    ):
        check_arguments(function, arguments)
        names.bind_of(function)
        self.common = common
        self.function, self.name = function, readable(name or actor_name(function))
        self.trace, self.link_watch = trace, link_watch
        self.error: BaseException | None = None
        self.inbox = Inbox()
        self.started = 0
        self.given = dict(arguments)
        self._said: list[Any] = []
        self._saying = threading.Lock()  # what was said, and how much of it is told as kept
        self._wants_one = False  # waits for what it is given
        self.tells_kept = True
        self._kept = 0  # of what was said, as it was told last
        self._moved: tuple[float, int] | None = None
        self.ended = "not started yet"
        self.note = ""  # what its author should mend, in words
        self.unseen: dict[str, str] = {}  # what it uses that is not recorded, and what to do about that
        self.whose: dict[str, Any] = {"trace": trace, "actor": self.name, "inbox": self.inbox, "link_watch": link_watch}
        self.contexts: WeakSet[Context] = WeakSet()  # that it was given, or made itself
        self.strangers: WeakSet[zmq.Context] = WeakSet()  # that it made itself, and that are not recorded
        self.guests: WeakSet[zmq.Socket] = WeakSet()  # sockets that it made in a context of somebody else's
        self._context: Context | None = None
        self._asked = 0.0
        self._over = Latch()
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether the function is still at work."""
        return self._thread.is_alive() and not self._over.is_set()

    @property
    def why(self) -> str:
        """What keeps it from ending, in words that say what to do."""
        if self.unseen:
            what, do = next(iter(self.unseen.items()))
            return f"it uses {what}, which the lab cannot see, and so it cannot be stopped: {do}"
        return SWALLOWS if self.inbox.swallowed else f"it is busy in code of its own{self._where()}"

    def _where(self) -> str:
        """Return the line of its function that it stands in, in words; nothing where that is not known."""
        file = getattr(getattr(inspect.unwrap(self.function), "__code__", None), "co_filename", None)
        frame = sys._current_frames().get(self._thread.ident or 0)
        while frame is not None and frame.f_code.co_filename != file:
            frame = frame.f_back
        line = linecache.getline(file, frame.f_lineno).strip() if frame is not None else ""
        return f", in `{line}`" if line else ""

    def start(self) -> "Actor":
        """Begin. Returns at once."""
        self.started, self.ended = now(), ""
        self.trace.note(
            events.Started, self.name, function=name_of(self.function), guest=self.guest, code=source_of(self.function)
        )
        self._thread.start()
        return self

    def ask_to_stop(self) -> None:
        """Begin to stop it, and do not wait until that is done."""
        self._ask(Stopped)

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
        check_takes(self.function, self.given, self.name)
        with self._saying:
            self._said.append(message)
            if not self._wants_one:
                self._tell_kept()
        self.inbox.leave(lambda: None)

    def join(self, timeout: float | None = None) -> bool:
        """Wait until the function has ended by itself, for so many seconds at most. True when it has."""
        if self._thread.ident and not self._over.wait(timeout):
            return False
        if not self.note:  # else it has ended where it stands, and its thread stays
            self._thread.join()
        return True

    def not_recorded(self, what: str, do: str) -> None:
        """Say once in the record that the actor uses something that is not seen, and what to do about it."""
        if what not in self.unseen:
            self.unseen[what] = do
            self.trace.note(events.NotRecorded, self.name, what=what, do=do)

    # in the actor's own thread

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._over.set()

    def _work(self) -> None:
        whose.enter(self)
        contexts.watch_devices()
        shadow = {} if self.common is None else {"shadow": self.common}
        self._context = Context(**shadow, **self.whose)
        self.contexts.add(self._context)
        self.inbox.give_up = self._give_up
        left, guests = [], []
        began = time.thread_time()
        try:
            try:
                self.inbox.arrive()
                result = call(self.function, self._arguments(self._context))
                check_result(self.function, result)
            finally:
                self.inbox.depart()
                left = [*self.strangers, *self.contexts]  # kept until they are ended as this actor's
                guests = list(self.guests)
            # for how many seconds it had a processor: waiting takes none
            ended, detail = events.Finished, {"processor": time.thread_time() - began}
        except BaseException as error:
            ended, detail = self._how_it_ended(error)
        self._finish(ended, detail, left, guests)

    def _how_it_ended(self, error: BaseException) -> tuple[str, dict[str, Any]]:
        ending = self.inbox.ending
        if isinstance(error, Stopped):
            ending = type(error)
        elif ending is None or not _is_an_end(error):
            self.error = error
            return events.Failed, {"error": type(error).__name__, "why": readable(error, REASON)}
        return (events.Died, {"fault": self.inbox.fault}) if issubclass(ending, Killed) else (events.Stopped, {})

    def _finish(
        self, ended: type, detail: dict[str, Any], left: Iterable[zmq.Context], guests: Iterable[zmq.Socket]
    ) -> None:
        """Close what the function left open, here, in the thread that used it; end its contexts, and say so."""
        try:
            contexts.close_guests(guests, CLOSING)
            for context in left:
                contexts.close(context, CLOSING)
        finally:
            self._context = None
            self.ended = ENDED[ended]
            self.trace.note(ended, self.name, **detail)
            self.inbox.close()
            self._over.set()

    def _give_up(self) -> None:
        """End the actor where it stands, in the middle of a call: its code catches whatever ends it, and goes on.

        Nothing that Python can raise gets past a bare `except:` in a loop, and no thread can be ended from outside.
        So all is done here that its end consists of, and the call never returns. What stays, until this process ends,
        is a thread that does nothing, with what the function held in its variables.
        """
        self.note = SWALLOWS
        ended, detail = self._how_it_ended(self.inbox.ending())
        self._finish(ended, detail | {"swallowed": True}, [*self.strangers, *self.contexts], list(self.guests))
        threading.Event().wait()

    def _tune(self, option: int, topic: bytes) -> None:
        for socket in [*self.guests, *(socket for context in list(self.contexts) for socket in list(context._sockets))]:
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
            with self._saying:
                self._wants_one = not self._said
            if self._wants_one:
                self.trace.note(events.WaitsForYou, self.name)
                while not self._said:
                    self.inbox.wait(None)
                self.trace.note(events.GoesOn, self.name)
            with self._saying:
                self._wants_one, said = False, self._said.pop(0)
                self._tell_kept()
            yield said

    def _tell_kept(self) -> None:
        """Enter how much of what was said waits for the actor, where that has changed."""
        if self.tells_kept and self._kept != len(self._said):
            self._kept = len(self._said)
            self.trace.note(events.Kept, self.name, number=self._kept)

    # from outside

    def _end(self, ending: type[Stopped], timeout: float) -> bool:
        if not self.alive:
            return True
        if threading.current_thread() is self._thread:
            raise RuntimeError(f"{self.name} cannot stop itself: return from its function instead")
        until = time.monotonic() + timeout
        self._ask(ending)
        if self.join(max(0.0, min(self._asked + GRACE, until) - time.monotonic())):
            return True
        # It is busy in code of its own, away from any recorded call. Python can still raise between two lines of it.
        self.inbox.hurry = True
        if not loops.cancel(self._thread.ident):
            self.inbox.interrupt(self._thread.ident, ending)
        if self.join(max(0.0, min(SOON, until - time.monotonic()))):
            return True
        # It waits, outside of Python. If it waits on a socket, the end of its context wakes it.
        if self.common is None and until > time.monotonic():
            for context in [*self.contexts, *self.strangers]:
                contexts.end(context, 0)
        known = self.unseen or self.inbox.swallowed
        if self.join(max(0.0, min(KNOWN, until - time.monotonic()) if known else until - time.monotonic())):
            return True
        self.trace.note(events.Stuck, self.name, why=self.why)
        return False

    def _ask(self, ending: type[Stopped]) -> None:
        self._asked = self._asked or time.monotonic()  # who has been asked before has had its time
        self.inbox.end(ending)
        if self.unseen:  # it may wait in a loop of asyncio; nobody else is looked into while it works
            loops.cancel(self._thread.ident)

    def __repr__(self) -> str:
        error = f"{type(self.error).__name__}: {self.error}" if self.error else self.note
        if self.alive and self.unseen:
            what, do = next(iter(self.unseen.items()))
            error = f"not recorded: it uses {what}: {do}"
        return in_words(self.name, self.ended or "at work in the background", error)


def _is_an_end(error: BaseException) -> bool:
    """Whether an error may come of an actor's having been asked to stop. (asyncio is not imported for its name.)"""
    return isinstance(error, zmq.ContextTerminated | SystemExit) or type(error).__name__ == "CancelledError"


def in_words(name: str, state: str, error: str) -> str:
    """Return how an actor is, for whom a cell shows it."""
    return f"{name}: {state}: {error}" if error else f"{name}: {state}"


def check_takes(function: Callable, given: dict[str, Any], name: str) -> None:
    """Raise `LookupError`, in words, when an actor never asks for what it is given to send."""
    if not ({"texts", "messages"} - given.keys()) & inspect.signature(function).parameters.keys():
        raise LookupError(f"The {name} takes no text: give its function an argument `texts`, and start it again.")


def check_arguments(function: Callable, given: dict[str, Any]) -> None:
    """Raise `TypeError`, in words, when a function wants an argument that nobody gives, or is given an unknown one."""
    check_kind(function)
    called = name_of(function)
    made = {"context", "pause", "texts", "messages"}
    wanted = inspect.signature(function).parameters.values()
    names = {parameter.name for parameter in wanted}
    missing = [
        parameter.name
        for parameter in wanted
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        and parameter.name not in given.keys() | made
    ]
    if missing:
        raise TypeError(f"{called}() wants {', '.join(missing)}: pass it where you start the actor")
    unknown = [name for name in given if name not in names]
    takes_any = any(parameter.kind is parameter.VAR_KEYWORD for parameter in wanted)
    if unknown and not takes_any:
        raise TypeError(f"{called}() has no argument called {', '.join(unknown)}")
