"""Where a learner's function meets its peers: real sockets, recorded, under a deadline."""

from __future__ import annotations

import gc
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import zmq

from ..live.actors import Actor
from ..live.endpoints import Endpoints
from ..live.links import LinkWatch
from ..record.events import Counted, Event, Message, OfALink, Pauses, Waits, WaitsForYou, messages_of
from ..record.trace import Trace
from .watching import Watch

SECONDS = 2.0
"""What a check waits at most for one thing."""

MOMENT = 0.1
"""Seconds in which who has just sent or received is in its next wait."""
LEAVING = 1.0
"""Seconds in which who took part in a round is to end. Who has not by then (a thread that the function has started may hold
its sockets) goes on beside the next round, in which nothing has its address."""


def looks(seconds: float, every: float = 0.002) -> Iterator[None]:
    """Yield again and again, for so many seconds of a machine that gives this process its share.

    A moment in which the process got none counts as ten looks at most: a busy machine must not fail a right answer.
    """
    pause, spent, before = threading.Event(), 0.0, time.monotonic()
    while spent < seconds:
        yield
        pause.wait(every)
        now = time.monotonic()
        spent, before = spent + min(now - before, 10 * every), now


class Arena:
    """Actors on real sockets, and what they did."""

    def __init__(self) -> None:
        self.trace = Trace()
        self.watch = Watch()
        self._endpoints = Endpoints("check")
        self._links = LinkWatch(self.trace)
        self._actors: list[Actor] = []
        self._common = zmq.Context()
        self._unclosed: list[str] = []
        self.round_began = 0
        # pyzmq says so when a socket that nobody closed is thrown away.
        warnings.simplefilter("always", ResourceWarning)
        warnings.showwarning = lambda message, kind, *_: self._unclosed.append(str(message))

    def endpoint(self, name: str = "main") -> str:
        """Return an address of this arena's own."""
        return self._endpoints.get(name)

    def start(self, function: Callable, name: str = "", shared: bool = False, **arguments: Any) -> Actor:
        """Have a plain function work in the background. What it names of `context` and `endpoint` it is given.

        With `shared` it has one context together with all others that are shared, as threads of one program have.
        """
        if "endpoint" in function.__code__.co_varnames[: function.__code__.co_argcount]:
            arguments.setdefault("endpoint", self.endpoint())
        common = self._common if shared else None
        actor = Actor(function, arguments, self.trace, name=name, link_watch=self._links, common=common)
        actor.tells_kept = False  # no learner presses here, and a flood of texts would hide what happens
        self._actors.append(actor)
        return actor.start()

    def begin_anew(self) -> None:
        """Stop all actors, and begin another round: of what was before, nothing counts, and nothing is shown."""
        for actor in self._actors:
            actor.ask_to_stop()
        for actor in self._actors:
            actor.stop(LEAVING)
        self._actors.clear()
        self._common = zmq.Context()
        self.watch.begin_anew()
        gc.collect()
        self._unclosed.clear()
        self.round_began = time.monotonic_ns()

    def come_to_rest(self) -> None:
        """Wait until whoever falls into a wait has said so, for a moment at most: else a film ends with who is running."""

        def rests(actor: Actor) -> bool:
            return not actor.alive or isinstance(self._last_of(actor.name), Waits | Pauses | WaitsForYou)

        self.wait_for(lambda: all(map(rests, self._actors)), MOMENT)

    def raise_what_failed(self, actor: Actor) -> None:
        """Raise what an actor's function raised, if it did: `sys.exit()` raises too, and no `Exception`."""
        if actor.error is not None:
            raise actor.error

    def wait_for(self, condition: Callable[[], Any], seconds: float = SECONDS) -> bool:
        """Wait until `condition()` holds, for so many seconds at most (see `looks`). True when it does."""
        return any(condition() for _ in looks(seconds)) or bool(condition())

    def events(self, actor: str = "") -> list[Event]:
        """Return what happened in this round, in order: all of it, or what one actor did."""
        return [event for event in self.trace.events(self.round_began) if actor in ("", event.actor)]

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return the messages that an actor (or all) "sent" or "received" (or both), in order."""
        return messages_of(self.events(), actor, way)

    def of_kind(self, actor: str, kind: type) -> list[Any]:
        """Return the events of one kind (`Closed`, `Refused`, …) that an actor has caused, in order."""
        return [event for event in self.events(actor) if isinstance(event, kind)]

    def waits_in(self, actor: str) -> str:
        """Return the call that an actor waits in now, or "" when it is busy, or has ended."""
        wait = self._last_of(actor)
        if isinstance(wait, Pauses):
            return f"pause({wait.seconds:g})"
        return f"{wait.call}()" if isinstance(wait, Waits) else ""

    def wait_of(self, actor: str) -> Waits | None:
        """Return the wait that an actor is in now, or None. A link that comes or goes meanwhile ends no wait."""
        last = self._last_of(actor)
        return last if isinstance(last, Waits) else None

    def _last_of(self, actor: str) -> Event | None:
        own = [event for event in self.events(actor) if not isinstance(event, OfALink | Counted)]
        return own[-1] if own else None

    def unclosed(self, context: Any) -> int:
        """Return how many sockets of a context were never closed: still open now, or thrown away open."""
        gc.collect()
        thrown_away = sum(words.startswith("Unclosed socket") for words in self._unclosed)
        return thrown_away + sum(not one.closed for one in context._sockets)
