"""Where actors work and sockets are seen: a record, a crew, addresses, and a pump that tells who shows it.

A lab has one for its whole life. A prediction has one of its own, for as long as it runs.
"""

from __future__ import annotations

import inspect
import re
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import zmq

from . import gone
from .live import whose
from .live.actors import Actor
from .live.callables import actor_name, check_kind
from .live.crew import Crew
from .live.endpoints import Endpoints
from .live.handle import Handle
from .live.hands import caller
from .live.links import LinkWatch
from .live.processes.latch import Latch
from .live.processes.parent import ProcessActor
from .live.sockets import Context
from .live.visitor import Visitor
from .page.pump import Pump
from .picture.scene import Scene, apply
from .record import events
from .record.text import readable
from .record.trace import Trace

NOBODY = "No actor is called {name!r}. Run the cells above: Run > Run All Above Selected Cell. (There are: {names}.)"
LINKED = 5.0
"""Seconds that a new crew gets to have its links up."""


class Bench:
    """One record and all that stands on it. `closed` is what to say to who comes when it is closed, in words."""

    def __init__(self, name: str, closed: str) -> None:
        self.name = name
        self.trace = Trace(fold=apply, start=Scene())
        self.crew = Crew(closed)
        self.endpoints = Endpoints(name)
        self.links = LinkWatch(self.trace)
        with whose.nobody():
            self.common = zmq.Context()
        self._ends_common = threading.Lock()
        self.pump = Pump(self.trace, name, self._say)
        self.stretches: list[Any] = []  # that are open
        self.alone: Callable[[str], Any]  # gives a stretch with a bench of its own, which ends with the lab

    def start(
        self, function: Callable, arguments: dict[str, Any], *, name="", process=False, shared=False, owner=None
    ) -> Handle:
        """Have a plain function work in the background for `owner`. See `Workplace.start`."""
        self.crew.check_open()
        check_kind(function)
        for argument in inspect.signature(function).parameters:
            if argument == "endpoint" or argument.endswith("_endpoint"):
                place = argument.removesuffix("endpoint").strip("_") or "main"
                arguments.setdefault(argument, self.endpoints.get(place))
        name = readable(name or actor_name(function))
        self.crew.begin(name, lambda former: self._worker(function, arguments, name, process, shared), owner)
        self.pump.nudge()
        return self.handle(name)

    def restart(self, name: str, process: bool | None = None) -> None:
        """Start an actor's function again, with the same arguments, stopping it first if it is at work."""

        def again(former: Any) -> Any:
            elsewhere = isinstance(former, ProcessActor) if process is None else process
            shared = getattr(former, "common", None) is not None and not elsewhere
            return self._worker(former.function, former.given, name, elsewhere, shared)

        self.crew.begin(name, again, self.crew.entry(name).owner)
        self.pump.nudge()

    def _worker(self, function: Callable, arguments: dict[str, Any], name: str, process: bool, shared: bool) -> Any:
        if process:
            return ProcessActor(function, arguments, self.trace, name=name)
        common = self.common if shared else None
        return Actor(function, arguments, self.trace, name=name, link_watch=self.links, common=common)

    def visit(self, name: str, shared: bool, owner: object) -> Context:
        """Return a recorded context for a cell. Asked for again by the same name, it ends the former one."""
        common = self.common if shared else None
        self.pump.cells.add(name)
        made = self.crew.begin(name, lambda former: Visitor(name, self.trace, self.links, common), owner)
        return made.context

    def _say(self, name: str, words: str) -> None:
        """Print words in the output of a cell that waits: in its own thread, which serves its inbox meanwhile."""
        entry = self.crew.entry(name)
        if entry is not None and entry.worker.visitor:
            entry.worker.inbox.leave(lambda: print(words, flush=True))

    def handle(self, name: str) -> Handle:
        """Return the actor of that name. Raises `LookupError`, with what to do, when nobody was ever started under it."""
        self.crew.check_open()
        name = readable(name)
        if self.crew.entry(name) is None:
            actors = [one for one in self.crew.names() if not self.crew.entry(one).worker.visitor]
            raise LookupError(NOBODY.format(name=name, names=", ".join(actors) or "none yet"))
        return Handle(name, self.crew, self.trace, self.restart, self.pump.nudge)

    def end_abandoned(self) -> None:
        """End the stretches whose code was left without ending them: those of the thread that calls."""
        for stretch in list(self.stretches):
            if stretch.thread is caller() and stretch.abandoned:
                stretch.close()

    @property
    def closed(self) -> bool:
        """Whether nobody begins any more."""
        return self.crew.closed

    def pressed(self) -> None:
        """Take note that a learner has pressed something: an echo must be prompt. Raises `Closed`."""
        self.crew.check_open()
        self.pump.nudge()

    def close(self) -> list[str]:
        """End everybody, every thread, every socket. Returns the names of who does not end. May be called again."""
        stuck = self.crew.close()
        for stretch in list(self.stretches):
            self.pump.end_stretch(stretch.stage)
        self.stretches.clear()
        self.pump.close()
        self.links.close()
        with self._ends_common:  # to end one context twice at the same moment is fatal in libzmq
            self.common.destroy(linger=0)
        self.endpoints.close()
        return stuck


class Workplace:
    """What a lab and a stretch of it have in common: who is started through it belongs to it, and ends with it."""

    _bench: Bench
    _owner: object = None
    _called = "lab"  # in a notebook

    @property
    def trace(self) -> Trace:
        """The record of all that happens here."""
        return self._bench.trace

    def start(self, function: Callable, *, name="", process=False, shared=False, **arguments: Any) -> Handle:
        """Have a plain function work in the background, under `name` (its own name, if none is given).

        It works in a thread of this kernel, or with `process` in a process of its own, which gets copies of its
        arguments: what it puts into a list there is not seen here. With `shared` it has one context together with all
        other actors that are shared, as threads of one program have.

        What it names of `context`, `endpoint`, `pause`, `texts` and `messages` it is given; any other argument stands
        here. An actor of the same name is stopped first. Returns at once, with the actor's handle.
        """
        return self._bench.start(function, arguments, name=name, process=process, shared=shared, owner=self._owner)

    def crew(
        self,
        function: Callable,
        number: int,
        *,
        keep: int = 0,
        process: bool = False,
        first: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        """Have so many workers: start a function as `worker 1`, `worker 2`, …, and end those beyond.

        The first `keep` of them stay as they are, if they are at work at this function. `first` are arguments for
        `worker 1` alone; a function with an argument `my_name` is given its name. Returns when each
        has had a link to every peer that it connects to, or after 5 s.
        """
        crew = self._bench.crew
        crew.check_open()
        names = [f"worker {place}" for place in range(1, number + 1)]
        former_names = [name for name in crew.names() if re.fullmatch(r"worker \d+", name)]
        # Those of others are left alone: who wants such a name is told so where it is begun.
        entries = {name: crew.entry(name) for name in former_names}
        formers = {name: entry.worker for name, entry in entries.items() if entry.owner is self._owner}
        for name in formers.keys() - set(names):
            crew.end(name)
        for name in names[keep:]:
            if name in formers:
                formers[name].ask_to_stop()  # all at once, then one by one
        for place, name in enumerate(names):
            former = formers.get(name)
            if place >= keep or former is None or not former.alive or former.function is not function:
                own = arguments | (first or {} if place == 0 else {})
                if "my_name" in inspect.signature(function).parameters:
                    own.setdefault("my_name", name)
                self.start(function, name=name, process=process, **own)
        self.wait_for(lambda: all(self._was_linked(name) for name in names), LINKED)

    def _was_linked(self, name: str) -> bool:
        """Whether an actor has connected, and each of its links has been up since it was started."""
        since = self._bench.crew.entry(name).worker.started
        seen: dict[type, set] = {events.Connected: set(), events.LinkUp: set()}
        for event in self._bench.trace.controls():
            if event.actor == name and event.time >= since and type(event) in seen:
                seen[type(event)].add((event.socket, event.endpoint))
        return bool(seen[events.Connected]) and seen[events.Connected] <= seen[events.LinkUp]

    def __getitem__(self, name: str) -> Handle:
        """Return the actor of that name. Raises `LookupError`, which says what to do, when nobody was started under it."""
        return self._bench.handle(name)

    def context(self, name: str = "your cell", shared: bool = False) -> Context:
        """Return a recorded context for sockets of your own, made and used in a cell.

        Asked for again by the same name, it closes what the former one left open. With `shared` it is the one that the
        shared actors have in common.
        """
        return self._bench.visit(readable(name), shared, self._owner)

    def endpoint(self, name: str = "main", transport: str = "") -> str:
        """Return an address that is this lab's as long as it lives. See `Endpoints.get`."""
        self._bench.crew.check_open()
        return self._bench.endpoints.get(name, transport)

    def wait_for(self, condition: Callable[[], Any], seconds: float = 5.0) -> bool:
        """Wait until `condition()` holds, for so many seconds at most. True when it does."""
        deadline, pause = time.monotonic() + seconds, Latch()
        while not (held := bool(condition())) and time.monotonic() < deadline:
            pause.wait(0.005)
        return held

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(gone.words(self._called, name), name=name, obj=self)
