"""The record: every event on the recorded sockets, in the order in which it took effect, and exact counters.

Everything else stands on it: pictures are drawn from it, predictions and exercises are graded against it. It knows
nothing of sockets, pictures or notebooks.
"""

from __future__ import annotations

import copy
import threading
import time
from collections import deque
from collections.abc import Callable
from operator import attrgetter
from typing import Any

from .events import CONTROLS, MESSAGES, Closed, Counted, Event, HeldUp, Message, Received, Started, Waits
from .tally import BURST, REFILL, SILENCE, Tally, UnderWay

PREVIEW = 64
"""Bytes kept of each frame. Sizes are always exact."""
TICK = 0.05
"""Seconds between two ticks, while messages go by that are only counted."""
CLOSED_TO_KEEP = 1_000
"""Closed sockets whose counters can still be asked for."""
WAITED = 10_000
"""A receive that took longer than so many ns had to wait. (One whose message is there takes some 2,000.)"""
TOLD = 10_000_000
"""A receive that waited longer than so many ns has entered its wait itself."""

by_time = attrgetter("time")


class Trace:
    """The record of one lab. Any thread may add to it; reading never waits for a socket.

    `capacity` is how many messages and waits it keeps, and beside them how many control events. What it drops is folded,
    oldest first, into `checkpoint` by `fold(checkpoint, event)`. Folding `events()` onto the checkpoint therefore gives
    the same as folding all that ever happened.

    `burst` and `refill` bound what is kept one by one; see `BURST` and `REFILL`.

    `asleep` is set by who wants `bell` rung (a `threading.Event`) at the next entry.
    """

    def __init__(
        self,
        capacity: int = 20_000,
        *,
        fold: Callable[[Any, Event], Any] | None = None,
        start: Any = None,
        burst: int = BURST,
        refill: int = REFILL,
    ) -> None:
        self.capacity, self.burst, self.refill = capacity, burst, refill
        self.checkpoint, self.dropped = start, 0
        self.asleep, self.bell = False, threading.Event()
        self._fold = fold or (lambda checkpoint, event: checkpoint)
        self._arrivals: deque[Any] = deque()  # append and popleft are atomic: the one thing that threads share
        self.append = self._arrivals.append
        self._lock = threading.RLock()
        self._passing: list[Event] = []
        self._controls: list[Event] = []
        self._former_controls: list[Event] = []  # folded, and still worth telling to who comes late
        self._fresh: list[Event] = []
        self._tellers: dict[object, int] = {}
        self._polled: set[str] = set()  # actors that have waited in poll(), and received nothing since
        self._under_way = UnderWay()
        self._heard: set[object] = set()  # tellers that have told something since they were last named as silent
        self._named: dict[int, int] = {}  # the call of each socket that was named as held up
        self._given = 0
        self._ticking: threading.Thread | None = None
        self.tallies: dict[int, Tally] = {}  # of the sockets that are open
        self._closed: dict[int, Tally] = {}  # of those closed last

    # adding

    def add(self, event: Any) -> None:
        """Enter an event, or in a hurry a bare tuple: its class, and then its fields in order.

        Of a message of one frame a bare tuple may hold the frame itself, and its size.
        """
        self.append(event)
        if self.asleep:  # read after the entry is made; who lies down sets it before the last look: nothing is missed
            self.ring()

    def ring(self) -> None:
        """Wake who looks at the record."""
        self.asleep = False
        self.bell.set()

    def note(self, kind: type, actor: str, socket: int | None = None, **fields: Any) -> None:
        """Enter that something happened, now."""
        self.add(kind(time.monotonic_ns(), actor, socket, **fields))

    def enter(self, tally: Tally) -> int:
        """Keep an eye on the counters of a new socket. Returns the number that names it in the record."""
        with self._lock:
            self._given += 1
            tally.number = self._given
            self.tallies[tally.number] = tally
            return tally.number

    def leave(self, tally: Tally) -> None:
        """Tell the last totals of a socket that is closed, and forget its counters."""
        if _was_only_counted(tally):
            self.count()
        with self._lock:
            self.tallies.pop(tally.number, None)
            self._closed[tally.number] = tally
            if len(self._closed) > CLOSED_TO_KEEP:
                del self._closed[next(iter(self._closed))]

    def tally(self, number: int) -> Tally:
        """Return the counters of a socket that is open, or was closed not long ago. Raises `LookupError`."""
        with self._lock:
            return self.tallies[number] if number in self.tallies else self._closed[number]

    # counting

    def thin(self, tally: Tally) -> None:
        """Enter the totals of a socket whose allowance is spent: from now on messages of its may only be counted.

        Ticks from now on, until every socket may keep a whole burst again.
        """
        with self._lock:
            self._count([tally])
        self.keep_ticking()

    def keep_ticking(self) -> None:
        """See to it that somebody ticks."""
        if self._ticking is None:
            with self._lock:
                if self._ticking is None:
                    self._ticking = threading.Thread(target=self._tick_on, name="zmqlab recorder", daemon=True)
                    self._ticking.start()

    def _tick_on(self) -> None:
        pause = threading.Event()
        while not pause.wait(TICK):
            with self._lock:
                self.tick()
                if all(tally.at_rest for tally in self.tallies.values()):
                    self._ticking = None
                    # Asked after the flag is down: whose allowance is spent from here on finds nobody who ticks.
                    if not any(tally.spent for tally in self.tallies.values()):
                        return
                    self._ticking = threading.current_thread()

    def tick(self) -> None:
        """Enter the totals of sockets whose messages are only counted, and let each keep some more messages."""
        with self._lock:
            self.count()
            # Who reads has not come to what is kept already: more would keep them ever longer.
            more = self.refill if len(self._arrivals) < self.burst else 0
            for tally in self.tallies.values():
                if not tally.at_rest:
                    tally.refill(more)

    def count(self) -> None:
        """Enter the totals of sockets whose messages are only counted: before a link comes or goes, above all.

        For how many receivers a message is meant depends on the links at that moment.
        """
        with self._lock:
            self._count([tally for tally in self.tallies.values() if _was_only_counted(tally)])

    def _count(self, tallies: list[Tally]) -> None:
        # What is received was sent before. So receivers are read first, and senders told first: no moment of the record
        # has more received than sent, whichever end was made first.
        received = [tally.received for tally in tallies]
        sent = [tally.sent for tally in tallies]
        now = time.monotonic_ns()
        for tally, number in zip(tallies, sent, strict=True):
            if number != tally.told_sent:
                tally.told_sent = number
                self.add(Counted(now, tally.actor, tally.number, number, tally.told_received))
        for tally, number in zip(tallies, received, strict=True):
            if number != tally.told_received:
                tally.told_received = number
                self.add(Counted(now, tally.actor, tally.number, tally.told_sent, number))

    # how far the record is complete

    def told(self, teller: Any, until: int) -> None:
        """Note that all of `teller`, another process, up to the moment `until` has been added. It has a `name`."""
        if teller in self._tellers:
            self._heard.add(teller)
        self._tellers[teller] = until

    def told_all(self, teller: Any) -> None:
        """Note that nothing more will come of `teller`."""
        self._tellers.pop(teller, None)
        self._heard.discard(teller)

    def complete_until(self) -> int:
        """Return the moment (monotonic ns) up to which all that happened has been entered, by threads and by processes.

        Who is held up between a call and its entry, or has fallen silent, holds nobody up for longer than `SILENCE`.
        """
        with self._lock:
            until = self._under_way.complete_until(list(self.tallies.values()))
            now = time.monotonic_ns()
            return min([until, *(max(told, now - SILENCE) for told in list(self._tellers.values()))])

    def settle(self, seconds: float = SILENCE / 1e9) -> int:
        """Wait until all that began before this call has been entered, for so many seconds at most; in a flood, count.

        Returns the moment up to which the record is complete (monotonic ns). Who has not come back after `SILENCE` is
        named in the record, if that was waited for.
        """
        if self._ticking is not None:
            self.count()
        began, pause = time.monotonic_ns(), threading.Event()
        while (until := self.complete_until()) < began:
            if time.monotonic_ns() - began > seconds * 1e9:
                break
            pause.wait(0.0005)
        if seconds * 1e9 >= SILENCE:
            self._name_who_is_held_up()
        return until

    def _name_who_is_held_up(self) -> None:
        with self._lock:
            for socket, call in self._under_way.overdue():
                if self._named.get(socket) != call and socket in self.tallies:
                    self._named[socket] = call
                    self.note(HeldUp, self.tallies[socket].actor, socket, seconds=SILENCE / 1e9)
            now = time.monotonic_ns()
            for teller in [one for one in list(self._heard) if now - self._tellers.get(one, now) >= SILENCE]:
                self._heard.discard(teller)
                self.note(HeldUp, teller.name, seconds=SILENCE / 1e9)

    # reading

    def events(self, since: int = 0) -> list[Event]:
        """Return what happened from the moment `since` on (monotonic ns), in order, as far as it is kept."""
        with self._lock:
            self._collect()
            kept = self._passing + self._controls
        return sorted((event for event in kept if event.time >= since), key=by_time)

    def controls(self) -> list[Event]:
        """Return every control event, in order: since the beginning, but of closed sockets those that are kept."""
        with self._lock:
            self._collect()
            return self._former_controls + self._controls

    def taken(self) -> list[Event]:
        """Return what `take` has returned by now, in order: all that is kept, for one who comes late.

        Control events also of those times whose messages are kept no more: who is there, everybody must know.
        """
        with self._lock:
            fresh = set(map(id, self._fresh))
            kept = [*self._former_controls, *self._controls, *self._passing]
        return sorted((event for event in kept if id(event) not in fresh), key=by_time)

    def everything(self, until: int) -> tuple[Any, list[Event]]:
        """Return a copy of the checkpoint, and the events that came after it up to a moment (monotonic ns), in order."""
        with self._lock:
            self._collect()
            after = [event for event in self._passing + self._controls if event.time <= until]
            return copy.deepcopy(self.checkpoint), sorted(after, key=by_time)

    def messages(self, since: int = 0) -> list[Message]:
        """Return the messages from the moment `since` on (monotonic ns), in order, as far as they are kept."""
        return [event for event in self.events(since) if type(event) in MESSAGES]

    def take(self, until: int | None = None) -> list[Event]:
        """Return, in order, the events up to the moment `until` that no earlier call has returned.

        With `until = complete_until()`, asked for before, nothing comes out of order but what came too late for that.
        """
        with self._lock:
            self._collect()
            ready = [event for event in self._fresh if until is None or event.time <= until]
            self._fresh = self._fresh[len(ready) :]
            return ready

    @property
    def at_rest(self) -> bool:
        """Whether there is nothing to take, and nothing will come but by an entry, which rings the bell."""
        return not (self._arrivals or self._fresh)

    def _collect(self) -> None:
        """Put what has arrived in its place, and fold away what is too much."""
        arrivals: list[Event] = []
        for _ in range(len(self._arrivals)):
            event = self._arrivals.popleft()
            if type(event) is tuple:
                event = event_of(event)
            if type(event) is Waits and event.call == "poll":
                self._polled.add(event.actor)
            elif type(event) is Received:
                # A short wait enters no event of its own: it would cost the receiver more than the wait. But who has
                # waited in poll() did not wait again: its message was there.
                if WAITED < event.time - event.began < TOLD and event.actor not in self._polled:
                    arrivals.append(Waits(event.began, event.actor, event.socket, "recv", short=True))
                self._polled.discard(event.actor)
            arrivals.append(event)
        if not arrivals:
            return
        arrivals.sort(key=by_time)
        _merge(self._fresh, arrivals)
        _merge(self._controls, [event for event in arrivals if type(event) in CONTROLS])
        _merge(self._passing, [event for event in arrivals if type(event) not in CONTROLS])
        excess = max(len(self._passing), len(self._controls)) - self.capacity
        if excess > 0:
            self._forget(excess + self.capacity // 10)  # by the tenth: rarely, and then some

    def _forget(self, number: int) -> None:
        """Fold away the oldest so many of the store that is too full, and of the other what is as old."""
        full = self._passing if len(self._passing) >= len(self._controls) else self._controls
        until = full[min(number, len(full)) - 1].time
        leaving = []
        for store in (self._passing, self._controls):
            old = next((place for place, event in enumerate(store) if event.time > until), len(store))
            leaving += store[:old]
            del store[:old]
        leaving.sort(key=by_time)
        for event in leaving:
            self.checkpoint = self._fold(self.checkpoint, event)
        self.dropped += sum(type(event) not in CONTROLS for event in leaving)
        self._former_controls += [event for event in leaving if type(event) in CONTROLS]
        self._former_controls = _worth_telling(self._former_controls)


def event_of(entry: tuple) -> Event:
    """Return the event that a bare entry stands for: its class, and then its fields in order."""
    kind, moment, actor, socket, *fields = entry
    if type(fields[0]) is bytes:
        fields[:2] = (fields[0],), (fields[1],)
    return kind(moment, actor, socket, *fields)


def _worth_telling(controls: list[Event]) -> list[Event]:
    """Return those that still say something of who is there: of sockets that are open, and of each actor's last run."""
    closed = {event.socket for event in controls if type(event) is Closed}
    last_start = {event.actor: place for place, event in enumerate(controls) if type(event) is Started}
    return [
        event
        for place, event in enumerate(controls)
        if (place >= last_start.get(event.actor, 0) if event.socket is None else event.socket not in closed)
    ]


def _merge(store: list[Event], arrivals: list[Event]) -> None:
    """Put arrivals, in order, into a store that is in order. Mostly they belong at its end."""
    in_order = not store or not arrivals or store[-1].time <= arrivals[0].time
    store += arrivals
    if not in_order:
        store.sort(key=by_time)


def _was_only_counted(tally: Tally) -> bool:
    """Whether messages of a socket went by, now or before, that were only counted: its totals are told from then on."""
    return tally.spent or bool(tally.told_sent or tally.told_received)
