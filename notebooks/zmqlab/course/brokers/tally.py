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
    """A batch begins when a button is pressed that concerns the `broker`: `count` requests, and a reply for each.

    Who presses again while they are answered makes the batch larger. A button that has the name of one of the `ways`
    chooses how it is done from then on.
    """

    def __init__(
        self, broker: str, clients: tuple[str, ...], workers: tuple[str, ...], count: int, ways: tuple[str, ...]
    ) -> None:
        self._broker, self._clients, self._workers, self._count, self._ways = broker, clients, workers, count, ways
        self._way, self._began, self._asked, self._answered = ways[0], 0, 0, 0
        self._done: Counter[str] = Counter()
        self._figures: deque[str] = deque(maxlen=REMEMBERED)
        self._shown: dict[str, str] = {}

    def begin(self, scene: Scene) -> Changes:
        """Return the bars as they are."""
        return self.look(scene)

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of the broker, a client or a worker."""
        match event:
            case Pressed() if event.actor == self._broker and event.button in self._ways:
                self._way = event.button
            case Pressed() if event.actor == self._broker:
                if self._answered == self._asked:
                    self._begin_batch(event.time)
                self._asked += self._count
            case Started() if event.actor == self._broker:
                self._begin_batch(0)
            case Sent() if self._began and event.actor in self._workers:
                self._done[event.actor] += 1
            case Received() if self._began and event.actor in self._clients:
                self._answered += 1
                if self._answered == self._asked:
                    self._figures.append(self._took((event.time - self._began) / 1e9))
        return {}

    def _begin_batch(self, time: int) -> None:
        self._began, self._asked, self._answered = time, 0, 0
        self._done.clear()

    def _took(self, seconds: float) -> str:
        several = f", {self._asked} requests" if self._asked > self._count else ""
        return f"{self._way}{several}: {seconds:.1f} s"

    def look(self, scene: Scene) -> Changes:
        """Return the bars that have changed."""
        wanted = self._asked or self._count
        rows = {"1": bar("replies", self._answered, wanted, f"{self._answered} of {wanted}", "zl-bar-all")}
        for name in self._workers:
            rows[f"2/{name}"] = bar(name, self._done[name], wanted, f"{self._done[name]} done")
        if self._figures:
            rows["3"] = figures(reversed(self._figures))
        changes, self._shown = changed(self._shown, rows), rows
        return changes
