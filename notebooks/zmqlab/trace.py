"""What happened: every event on the recorded sockets, in the order in which it took effect.

Everything else stands on this record: pictures are drawn from it, predictions and exercises are graded against
it. It knows nothing of sockets, pictures or notebooks.

Four kinds of event, each with a `time` in nanoseconds of `time.monotonic_ns()`:

- `Message`: one whole message, however many frames. A send takes effect when it begins, a receive when it ends:
  appended after the call, a receive could otherwise stand before its own send.
- `Wait`: a call that has to wait, from now on; `call` is empty when the wait is over and nothing came of it.
- `Count`: totals of one socket, where messages came faster than they are kept one by one.
- `Control`: everything else (socket made, bound, connected, link up, subscribed, failed, …).
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any, NamedTuple

PREVIEW = 64
"""Bytes kept of each frame. Sizes are always exact."""

BURST = 2_000
"""Messages kept one by one, for each socket and direction, before the record begins to thin out."""

REFILL = 250
"""Messages more that each tick allows. With 20 ticks a second: everything up to 5,000 messages a second."""


class Message(NamedTuple):
    """One message, sent or received whole.

    `began` and `ended` are when its call began and returned; `time` is `began` of a send, `ended` of a receive.
    `frames` holds the first `PREVIEW` bytes of each frame, `sizes` the exact size of each in bytes. `total` is how
    many messages the socket has sent (or received), this one included: a gap in it says that messages went by
    which were only counted.
    """

    time: int
    began: int
    ended: int
    actor: str
    socket: int
    way: str
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    total: int


class Wait(NamedTuple):
    """A call that has to wait from now on, such as `recv()`; with an empty `call`, the end of the wait."""

    time: int
    actor: str
    socket: int | None
    call: str


class Count(NamedTuple):
    """Totals of a socket at a moment: messages and bytes since it was made."""

    time: int
    actor: str
    socket: int
    sent: int
    received: int


class Control(NamedTuple):
    """Anything but a message: what was done to a socket, a link, an actor. Never thinned out, never dropped."""

    time: int
    actor: str
    socket: int | None
    kind: str
    detail: dict[str, Any]


Event = Message | Wait | Count | Control
by_time = attrgetter("time")

WAITED = 10_000
"""A receive that took longer than so many ns had to wait. (One whose message is there takes some 2,000.)"""
TOLD = 10_000_000
"""A receive that waited longer than so many ns has entered its wait itself."""

SILENCE = 500_000_000
"""Nanoseconds for which the record waits for another process that has told nothing for so long."""


class Tally:
    """The exact counters of one socket, in messages and bytes. Its own thread writes them, any thread reads them.

    `sends_to_keep` and `receives_to_keep` are how many more messages may be kept one by one. `in_vain` is how often its
    user asked for what was not there, and would not wait.
    """

    __slots__ = ("actor", "in_vain", "number", "receives_to_keep", "received", "received_bytes", "told")
    __slots__ += ("sends_to_keep", "sent", "sent_bytes")

    def __init__(self, trace: "Trace", actor: str) -> None:
        self.actor = actor
        self.sent = self.received = self.sent_bytes = self.received_bytes = self.in_vain = 0
        self.sends_to_keep = self.receives_to_keep = trace.burst
        self.told = (0, 0)
        self.number = trace.enter(self)


class Trace:
    """The record of one lab. Any thread may add to it; reading never waits for a socket.

    `capacity` is how many messages and waits it keeps. What it drops is folded, oldest first, into `checkpoint` by
    `fold(checkpoint, event)`, together with the control events of that time. Folding `events()` onto the
    checkpoint therefore gives the same as folding all that ever happened.

    `burst` and `refill` bound what is kept one by one; see `BURST` and `REFILL`.
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
        self._fold = fold or (lambda checkpoint, event: checkpoint)
        self._arrivals: deque[Any] = deque()  # append and popleft are atomic: the one thing that threads share
        self._lock = threading.RLock()
        self._passing: list[Event] = []
        self._controls: list[Control] = []
        self._controls_folded = 0
        self._taken = 0
        self._fresh: list[Event] = []
        self._tellers: dict[object, int] = {}
        self._polled: set[str] = set()  # actors that have waited in poll(), and received nothing since
        self.tallies: dict[int, Tally] = {}
        self.add = self._arrivals.append

    # adding

    def enter(self, tally: Tally) -> int:
        """Keep an eye on the counters of a new socket. Returns the number that names it in the record."""
        with self._lock:
            self.tallies[len(self.tallies) + 1] = tally
            return len(self.tallies)

    def control(self, kind: str, actor: str, socket: int | None = None, **detail: Any) -> None:
        """Record that something other than a message happened, now."""
        self.add(Control(time.monotonic_ns(), actor, socket, kind, detail))

    def tick(self) -> None:
        """Let each socket keep some more messages, and record the totals of those that went by uncounted.

        Whoever looks at the trace calls this, 20 times a second.
        """
        now = time.monotonic_ns()
        for tally in list(self.tallies.values()):
            spent = tally.sends_to_keep <= 0 or tally.receives_to_keep <= 0
            totals = (tally.sent, tally.received)
            if spent and totals != tally.told:
                self.add(Count(now, tally.actor, tally.number, *totals))
                tally.told = totals
            tally.sends_to_keep = min(self.burst, max(0, tally.sends_to_keep) + self.refill)
            tally.receives_to_keep = min(self.burst, max(0, tally.receives_to_keep) + self.refill)

    # what other processes tell

    def told(self, teller: object, until: int) -> None:
        """Note that all of `teller`, another process, up to the moment `until` has been added."""
        self._tellers[teller] = until

    def told_all(self, teller: object) -> None:
        """Note that nothing more will come of `teller`."""
        self._tellers.pop(teller, None)

    def complete_until(self) -> int:
        """Return the moment up to which all tellers have told what happened (monotonic ns); now, where there are none.

        A teller that has fallen silent holds nobody up for longer than `SILENCE`.
        """
        now = time.monotonic_ns()
        return max(min([now, *list(self._tellers.values())]), now - SILENCE)

    def settle(self) -> None:
        """Wait until all that happened before this call has been told, for `SILENCE` at most."""
        if not self._tellers:
            return
        began, pause = time.monotonic_ns(), threading.Event()
        while self.complete_until() < began:
            pause.wait(0.001)

    # reading

    def events(self, since: int = 0) -> list[Event]:
        """Return what happened from the moment `since` on (monotonic ns), in order, as far as it is kept."""
        with self._lock:
            self._collect()
            kept = self._passing + self._controls[self._controls_folded :]
        return sorted((event for event in kept if event.time >= since), key=by_time)

    def controls(self) -> list[Control]:
        """Return every control event since the beginning, in order."""
        with self._lock:
            self._collect()
            return list(self._controls)

    def messages(self, since: int = 0) -> list[Message]:
        """Return the messages from the moment `since` on (monotonic ns), in order, as far as they are kept."""
        return [event for event in self.events(since) if isinstance(event, Message)]

    def take(self, until: int | None = None) -> list[Event]:
        """Return, in order, the events up to the moment `until` that no earlier call has returned.

        A thread may be held up between its call and its entry in the record. Leave it a little time: with `until`
        some 20 ms in the past, what comes out of order is a rarity, and comes late rather than never.
        """
        with self._lock:
            self._collect()
            ready = [event for event in self._fresh if until is None or event.time <= until]
            self._fresh = self._fresh[len(ready) :]
            return ready

    def _collect(self) -> None:
        """Put what has arrived in its place, and fold away what is too much."""
        arrivals: list[Event] = []
        for _ in range(len(self._arrivals)):
            event = self._arrivals.popleft()
            if type(event) is tuple:
                event = _as_message(*event)
            if isinstance(event, Wait) and event.call == "poll()":
                self._polled.add(event.actor)
            elif isinstance(event, Message) and event.way == "received":
                # A short wait enters no event of its own: it would cost the receiver more than the wait. But who has
                # waited in poll() did not wait again: its message was there.
                if WAITED < event.ended - event.began < TOLD and event.actor not in self._polled:
                    arrivals.append(Wait(event.began, event.actor, event.socket, "recv()"))
                self._polled.discard(event.actor)
            arrivals.append(event)
        if not arrivals:
            return
        # Sorting a list that is in order but for its end costs little more than looking at it.
        self._fresh = sorted(self._fresh + arrivals, key=by_time)
        self._controls.extend(event for event in arrivals if isinstance(event, Control))
        self._controls.sort(key=by_time)
        self._passing.extend(event for event in arrivals if not isinstance(event, Control))
        self._passing.sort(key=by_time)
        if len(self._passing) > self.capacity:
            self._forget(len(self._passing) - self.capacity * 9 // 10)  # by the tenth: rarely, and then some

    def _forget(self, number: int) -> None:
        leaving, self._passing = self._passing[:number], self._passing[number:]
        until = leaving[-1].time
        of_that_time = [event for event in self._controls[self._controls_folded :] if event.time <= until]
        for event in sorted(leaving + of_that_time, key=by_time):
            self.checkpoint = self._fold(self.checkpoint, event)
        self._controls_folded += len(of_that_time)
        self.dropped += number


def _as_message(tally: Tally, way: str, began: int, ended: int, total: int, frames: Any, sizes: Any) -> Message:
    """Make a message of what a socket noted in a hurry: of a single frame it notes the frame itself."""
    if type(frames) is bytes:
        frames, sizes = (frames,), (sizes,)
    time_of_effect = began if way == "sent" else ended
    return Message(time_of_effect, began, ended, tally.actor, tally.number, way, frames, sizes, total)


def preview(frames: Iterable[Any]) -> tuple[tuple[bytes, ...], tuple[int, ...]]:
    """Return the beginning of each frame, and the size of each in bytes. Takes anything that pyzmq sends."""
    beginnings, sizes = [], []
    for frame in frames:
        if type(frame) is bytes:
            beginnings.append(frame[:PREVIEW])
            sizes.append(len(frame))
        else:
            view = memoryview(frame).cast("B") if memoryview(frame).nbytes else memoryview(b"")
            beginnings.append(bytes(view[:PREVIEW]))
            sizes.append(view.nbytes)
    return tuple(beginnings), tuple(sizes)
