"""What happened, told whole: a film with a beginning and an end.

There is no hurry, and one knows how it will end. A short story (of up to 300 messages) is told message by message,
however fast they were. It begins with a picture of all who will take part, and says where it rests.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..record.events import Event
from .clock import Step, end_of
from .playback import Playback
from .scene import Scene
from .words import scale_words


@dataclass(frozen=True)
class Film:
    """A film, from its first picture to its last.

    `base` are the pieces of the picture before the first step. `rest` is the film ms at which it stands when it has been
    seen: where it tells most. `end` is when it is over, in film ms. `scale` says in words how long it really took.
    `playback` has told it, and knows its last picture.
    """

    base: dict[str, Any]
    steps: list[Step]
    rest: float
    end: float
    scale: str
    playback: Playback


def tell(events: Iterable[Event], scene: Scene | None = None, ended: int = 0, whole: bool = True) -> Film:
    """Return the film of events, the first of which finds things as they are in `scene`. It is used up.

    `ended` is the moment (monotonic ns) at which it was over; without it, that of the last event. Where there was more
    than these events, it is not told `whole`.
    """
    events = list(events)
    scene = scene or Scene()
    scene.recorded = True
    playback = Playback(scene)
    playback.begin(events)
    base = dict(playback.snapshot()["pieces"])
    return film_of(events, base, playback.film(events), playback, ended, whole)


def film_of(
    events: list[Event],
    base: dict[str, Any],
    steps: list[Step],
    playback: Playback,
    ended: int = 0,
    whole: bool = True,
) -> Film:
    """Return the film of events that `playback` has told in these steps, the first picture of which was `base`."""
    end = end_of(steps)
    real = (max(ended, events[-1].time) - events[0].time) / 1e6 if events else 0
    return Film(base, steps, _rest(steps, end), end, scale_words(real, end, whole) if events else "", playback)


def moment_of(film: Film, events: list[Event], time: int) -> float:
    """Return the film ms at which a film of `events` tells what happened at a moment (monotonic ns): where it can stop.

    That is the end where nothing but a wait came after the last event that it stops at.
    """
    moment = (time - events[0].time) / 1e6
    return next((step.at for step in film.steps if step.kind and step.real >= moment - 0.001), film.steps[-1].at)


def last_loss(events: Iterable[Event]) -> int | None:
    """Return the moment (monotonic ns) at which a message was lost last in a recording; None if none was."""
    scene, found = Scene(), None
    for event in events:
        if scene.apply(event).changes.lost:
            found = event.time
    return found


def _rest(steps: list[Step], end: float) -> float:
    """Return when it tells most: at its last fault, where a message that was lost is seen to fall; else at its end."""
    for step in reversed(steps):
        if step.kind == "fault":
            falls = [piece for name, piece in step.put.items() if name.startswith("pills/")]
            return round((falls[-1]["from"] + falls[-1]["to"]) / 2, 1) if falls else step.at
    return end
