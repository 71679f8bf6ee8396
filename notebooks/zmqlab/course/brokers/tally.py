"""Bars that tell how many of a batch of requests are answered, who did how many, and how long the last batches took."""

from __future__ import annotations

from collections import Counter, deque

from ...picture.bars import bar, figures
from ...picture.outputs import Changes, changed
from ...picture.scene import Scene
from ...record.events import Event, Pressed, Received, Sent, Started

REMEMBERED = 4
"""Batches whose figures stay in sight."""


class Tally:
    """A batch begins when a button is pressed that concerns the `broker`: `count` requests in all, and a reply for each."""

    def __init__(self, broker: str, clients: tuple[str, ...], workers: tuple[str, ...], count: int) -> None:
        self._broker, self._clients, self._workers, self._count = broker, clients, workers, count
        self._way, self._began, self._answered = "", 0, 0
        self._done: Counter[str] = Counter()
        self._figures: deque[str] = deque(maxlen=REMEMBERED)
        self._shown: dict[str, str] = {}

    def begin(self, scene: Scene) -> Changes:
        """Return the bars as they are."""
        return self.look(scene)

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of the broker, a client or a worker."""
        match event:
            case Pressed() if event.actor == self._broker:
                self._begin_batch(event.button, event.time)
            case Started() if event.actor == self._broker:
                self._begin_batch("", 0)
            case Sent() if self._began and event.actor in self._workers:
                self._done[event.actor] += 1
            case Received() if self._began and event.actor in self._clients:
                self._answered += 1
                if self._answered == self._count:
                    self._figures.append(f"{self._way}: {(event.time - self._began) / 1e9:.1f} s")
        return {}

    def _begin_batch(self, way: str, time: int) -> None:
        self._way, self._began, self._answered = way, time, 0
        self._done.clear()

    def look(self, scene: Scene) -> Changes:
        """Return the bars that have changed."""
        rows = {"1": bar("replies", self._answered, self._count, f"{self._answered} of {self._count}", "zl-bar-all")}
        for name in self._workers:
            rows[f"2/{name}"] = bar(name, self._done[name], self._count, f"{self._done[name]} done")
        if self._figures:
            rows["3"] = figures(reversed(self._figures))
        changes, self._shown = changed(self._shown, rows), rows
        return changes
