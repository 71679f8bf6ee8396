"""Bars that tell how many of a batch of requests are answered, who did how many, and how long the last batches took."""

from __future__ import annotations

from collections import Counter, deque
from html import escape

from ...picture.outputs import Changes
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
        rows = {"1": _bar("replies", self._answered, self._count, f"{self._answered} of {self._count}", "zl-bar-all")}
        for name in self._workers:
            rows[f"2/{name}"] = _bar(name, self._done[name], self._count, f"{self._done[name]} done")
        if self._figures:
            said = "".join(f"<div>{escape(words)}</div>" for words in reversed(self._figures))
            rows["3"] = f'<div class="zl-figures">{said}</div>'
        changes: Changes = {name: html for name, html in rows.items() if self._shown.get(name) != html}
        changes |= dict.fromkeys(self._shown.keys() - rows.keys())
        self._shown = rows
        return changes


def _bar(name: str, value: float, most: float, words: str, kind: str = "") -> str:
    """Return a bar with its name before it and what it says behind it, as HTML."""
    return (
        f'<div class="zl-bar {kind}"><span class="zl-bar-name">{escape(name)}</span>'
        f'<span class="zl-bar-ground"><span style="width: {min(100.0, 100 * value / most):.0f}%"></span></span>'
        f'<span class="zl-bar-words">{escape(words)}</span></div>'
    )
