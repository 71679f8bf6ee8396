"""The clock of a film: elastic, and in order.

Real messages travel in microseconds. A flight takes 0.6 s, a pause of more than a second is cut to one, a receive waits
for its message to land, and what comes after waits for that. Time gained by stretching is spent in the pauses that
follow. The program is never slowed, only its film. What lasts too long all in all is made shorter at its end: `fit`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Any, NamedTuple

from ..record.events import Event

FLIGHT = 600.0
"""Film milliseconds that a message takes from socket to socket."""
SHORTEST_FLIGHT = 120.0
"""The same where the film is far behind: an eye can still follow."""
LONGEST_PAUSE = 1_000.0
"""Film milliseconds that nothing happens, at most."""
DEBT_TO_SAY_LESS = 8_000.0
"""Film milliseconds that the film may run behind the program before it stops drawing messages one by one.

A live view hurries up to four times: so it is 2 s behind what happens, at most."""
BEAT = 140.0
"""Film milliseconds between a landing and what follows from it."""
AFTER = 1.0
"""Film milliseconds from an event to a wait that follows from it."""
STRIDE = 30.0
"""Film milliseconds between two events at least, so that each can be stopped at."""
SPACING = 240.0
"""Film milliseconds between two messages that leave one socket, in a film: so the second does not cover the first."""
HURRY = 3.0
"""How much faster than usual a live view plays while it is behind, so how fast the film makes up for what it stretched."""
LONGEST_FILM = 20_000.0
"""Film milliseconds that a film lasts, at most."""
TICK = 0.1
"""Film milliseconds between two moments of a film, at least: a view can stop at each."""


class Step(NamedTuple):
    """What changes at one moment of the film.

    `at` is in film ms; `put` and `drop` change the pieces of the picture (a pill is a dict: its SVG, its path `d`,
    whether it takes it `back`wards, and the film ms `from` which and `to` which it travels); `kind` is "message",
    "fault", "control", "loss" (either of those by which a message is lost) or "" (no place to stop at); `say` is the step in words; `real` is when it happened, in ms
    since the beginning; `cut` is the length in s of a pause that was shortened; `row` is where the sequence diagram
    stands.
    """

    at: float
    kind: str
    put: dict[str, Any]
    drop: list[str]
    say: str
    real: float
    cut: float
    row: int


class Clock:
    """The clock of one film, told live or whole.

    `at` is where the film is, in film ms, `before` where it was before the last event; `first` and `last` are the times
    of the first and the last event (monotonic ns); `debt` is how many film ms it was stretched by and has not made up for.
    """

    def __init__(self) -> None:
        self.at = self.before = self.debt = 0.0
        self.first: int | None = None
        self.last = 0
        self.spacing = 0.0
        self._free = self._stop = self._told = 0.0
        self._ready: dict[int, float] = {}  # when a socket may send again
        self._behind = False

    def real(self, time: int) -> float:
        """Return a moment of the program (monotonic ns) in ms since the first event."""
        return round((time - (time if self.first is None else self.first)) / 1e6, 3)

    def advance(self, event: Event, stops: bool, sends: bool = False) -> float:
        """Move to an event, at which one can stop or not. Returns the length in s of a pause that was cut, or 0."""
        self.before = self.told(self.at)
        if self.first is None:
            self.first = self.last = event.time
        gap = max(0, event.time - self.last) / 1e6
        self.last = max(self.last, event.time)
        # Who stops at an event does not see yet what follows from it.
        self.wait_until(self._free if stops else self._stop + AFTER)
        spent = min(gap * HURRY, self.debt)
        self.debt -= spent
        pause = max(0.0, gap - spent)
        self.at += min(pause, LONGEST_PAUSE)
        if sends and self.spacing:
            self.wait_until(self._ready.get(event.socket or 0, 0))
            self._ready[event.socket or 0] = self.at + self.spacing
        return round(gap / 1e3, 1) if pause > LONGEST_PAUSE else 0

    @property
    def flight(self) -> float:
        """How long a message takes that leaves now, in film ms."""
        return max(SHORTEST_FLIGHT, FLIGHT * self._leisure)

    @property
    def _leisure(self) -> float:
        """How much of its usual time the film has, from 1 down to 0: the less, the more it has to make up for."""
        return min(1.0, 1.1 * (1 - self.debt / DEBT_TO_SAY_LESS))

    def wait_until(self, landing: float) -> None:
        """Let nothing more happen before a moment of the film."""
        self.debt += max(0.0, landing - self.at)
        self.at = max(self.at, landing)

    def stop(self, landed: bool) -> None:
        """Take note that one can stop here, where something has landed or not. The next event comes a little later."""
        rest = max(STRIDE, BEAT * self._leisure) if landed else STRIDE
        self._stop, self._free = self.at, self.at + rest

    def wait_for_the_last(self) -> None:
        """Let nothing more happen before the last event had its time."""
        self.wait_until(self._free)

    def told(self, at: float) -> float:
        """Return a moment at which a step can still be told: none before the last."""
        self._told = max(self._told, round(at, 1))
        return self._told

    def is_too_far_behind(self, now: int) -> bool:
        """Whether the film is, although it makes up for it in the pause that ends `now` (ns)."""
        limit = DEBT_TO_SAY_LESS / 2 if self._behind else DEBT_TO_SAY_LESS
        made_up = max(0, now - self.last) / 1e6 * HURRY
        self._behind = self.debt - made_up > limit
        return self._behind


def travels(steps: Iterable[Step]) -> list[tuple[float, float]]:
    """Return from when to when messages travel, as far as these steps tell."""
    return [
        (piece["from"], piece["to"])
        for step in steps
        for name, piece in step.put.items()
        if name.startswith("pills/")  # a name of pieces
    ]


def end_of(steps: list[Step]) -> float:
    """Return when a film is over, in film ms: its last step is told, and its last message has landed."""
    return max([0.0, *(step.at for step in steps[-1:]), *(to for _, to in travels(steps))])


def fit(steps: list[Step], longest: float = LONGEST_FILM) -> list[Step]:
    """Return a film that takes no longer than so many film ms: pauses give first, then all gets faster alike.

    Order is kept, and moments that differ still do.
    """
    flights = sorted(travels(steps))
    moments = sorted({0.0, *(step.at for step in steps), *(moment for flight in flights for moment in flight)})
    if moments[-1] <= longest:
        return steps
    room = longest - TICK * len(moments)  # that moments still differ takes some
    lengths = [(later - moment, _is_still(moment, flights)) for moment, later in pairwise(moments)]
    spare = sum(max(0.0, length - BEAT) for length, still in lengths if still)
    less = min(1.0, (moments[-1] - room) / spare) if spare else 0
    lengths = [(length - (less * max(0.0, length - BEAT) if still else 0), still) for length, still in lengths]
    factor = min(1.0, max(0.0, room) / sum(length for length, _ in lengths))
    moved, at = {moments[0]: 0.0}, 0.0
    for moment, (length, _) in zip(moments[1:], lengths, strict=True):
        at += length * factor + TICK
        moved[moment] = round(at, 1)
    return [
        step._replace(at=moved[step.at], put={name: _moved(piece, moved) for name, piece in step.put.items()})
        for step in steps
    ]


def _is_still(moment: float, flights: list[tuple[float, float]]) -> bool:
    """Whether nothing travels just after a moment. (No flight is longer than one, or a fall.)"""
    nearest = flights[
        max(0, bisect_right(flights, (moment - 2 * FLIGHT, 0.0))) : bisect_right(flights, (moment, float("inf")))
    ]
    return not any(begins <= moment < ends for begins, ends in nearest)


def _moved(piece: Any, moved: dict[float, float]) -> Any:
    if not isinstance(piece, dict) or "to" not in piece:
        return piece
    return piece | {"from": moved[piece["from"]], "to": moved[piece["to"]]}
