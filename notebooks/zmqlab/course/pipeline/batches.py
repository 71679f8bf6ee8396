"""A batch of work: a button that has it dealt out, a slider for the workers, and bars that tell who did how much.

All that is shown comes from the trace: who took a task, who sent a result, when the first left and the last came in.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import button, panel
from ...record.events import CONTROLS, ENDINGS, MESSAGES, Died, Event, Message, SocketMade, Started

REMEMBERED = 4
"""Batches whose figures stay in sight."""


class Batches(Control):
    """A button, a slider, a bar for each worker, and the figures of the last batches.

    `workers` of them are started at `worker` when it is shown (see `Lab.crew`, which gets the `arguments` too), and
    others as the slider says, at most `most`. The `ventilator` gets `count`, as text, as the next of its `texts`; the
    `sink` receives a result for each task. No two results may be equal, but for those of a task that was done twice.
    With `kill` there is a button that kills the worker of that name.
    """

    beside = True

    def __init__(
        self,
        worker: Callable,
        *,
        ventilator: str = "ventilator",
        sink: str = "sink",
        count: int = 20,
        workers: int = 1,
        most: int = 4,
        kill: str = "",
        **arguments: Any,
    ) -> None:
        self._worker, self._workers, self._most, self._arguments = worker, workers, most, arguments
        self._ventilator, self._sink, self._count, self._kill = ventilator, sink, count, kill
        self.actors = (ventilator, sink)
        self._at_work: dict[str, bool] = {}
        self._pushes: set[int | None] = set()  # the sockets that results leave by
        self._since = self._began = self._ended = 0
        self._done: Counter[str] = Counter()
        self._results: Counter[tuple[bytes, ...]] = Counter()
        self._former: set[tuple[bytes, ...]] = set()  # results of the batches before: some come again, and late
        self._figures: deque[str] = deque(maxlen=REMEMBERED)
        self._kept = ""

    def build(self) -> widgets.Widget:
        """Make the button, the slider and the bars."""
        count, workers, most, kill = self._count, self._workers, self._most, self._kill
        self.button = button(f"Push {count} tasks", self.push, "main")
        self.slider = widgets.IntSlider(workers, 1, most, description="workers", continuous_update=False)
        self.slider.add_class("zl-slider")
        self.slider.observe(lambda change: self._change(change["new"]), "value")
        buttons = [self.button, self.slider]
        if kill:
            buttons.append(button(f"Kill {kill}", self._strike, "fault"))
        row = widgets.HBox(buttons)
        row.add_class("zl-row")
        self.bars = widgets.HTML()
        still = f"[ Push {count} tasks ]  workers: {workers}"
        self._show()
        return panel("A batch of work", row, self.note, self.bars, still=still)

    def attach(self, lab: Any, bench: Any) -> None:
        """Belong to a lab, and have the workers at work."""
        super().attach(lab, bench)
        self._hire(self._workers, 0)

    def _hire(self, workers: int, keep: int) -> None:
        self.lab.crew(self._worker, workers, keep=keep, **self._arguments)

    # what a learner does

    def push(self) -> None:
        """Have a batch dealt out. Workers that have died are replaced before."""
        self.press(self._deal)

    def _deal(self) -> None:
        self._hire(self.slider.value, self._most)
        self._keep()
        self._since, self._began, self._ended = time.monotonic_ns(), 0, 0
        self._done.clear()
        self._former |= set(self._results)
        self._results.clear()
        self.lab[self._ventilator].say(str(self._count))
        self._show()

    def _change(self, workers: int) -> None:
        self.press(lambda: self._hire(workers, self._most))

    def _strike(self) -> None:
        self.press(lambda: self.lab[self._kill].kill())

    # what happened

    def tell(self, events: list[Event]) -> None:
        """Take in what happened next, and show it. Called by the lab's pump."""
        for event in events:
            if type(event) in CONTROLS:
                self._changed(event)
            elif type(event) in MESSAGES and self._since and event.time >= self._since:
                self._message(event)
        if events:
            self._show()

    def _changed(self, event: Event) -> None:
        if isinstance(event, SocketMade) and event.type == "PUSH":
            self._pushes.add(event.socket)
        if isinstance(event, Started) and event.actor == self._ventilator:
            self._former.clear()  # it numbers its tasks anew
        if event.actor in (self._ventilator, self._sink):
            return
        if isinstance(event, Started) and not event.visitor:
            self._at_work[event.actor] = True
        elif type(event) in ENDINGS and event.actor in self._at_work:
            if isinstance(event, Died):
                self._at_work[event.actor] = False
            else:
                del self._at_work[event.actor]

    def _message(self, event: Message) -> None:
        if event.actor == self._ventilator and event.way == "sent":
            self._began = self._began or event.time
        elif event.actor == self._sink and event.way == "received" and event.frames not in self._former:
            self._results[event.frames] += 1
            if len(self._results) == self._count and not self._ended:
                self._ended = event.time
        elif event.actor in self._at_work and event.socket in self._pushes:
            self._done[event.actor] += 1

    # what is shown

    def _keep(self) -> None:
        """Put the figures of the last batch among those before it."""
        if self._kept:
            self._figures.append(self._kept)
        self._kept = ""

    def _figure(self) -> str:
        workers = sum(self._at_work.values())
        return f"{self._count} tasks, {_plural(workers, 'worker')}: {(self._ended - self._began) / 1e9:.2f} s"

    def _show(self) -> None:
        came, again = len(self._results), self._results.total() - len(self._results)
        if self._ended and not self._kept:
            self._kept = self._figure()
        rows = [_bar("results", came, self._count, f"{came} of {self._count}", "zl-bar-all")] if self._since else []
        most = max([self._count, *self._done.values()])
        for name in sorted(self._at_work):
            words = f"{self._done[name]} done" if self._at_work[name] else f"{self._done[name]}, died"
            rows.append(_bar(name, self._done[name], most, words, "" if self._at_work[name] else "zl-bar-dead"))
        lines = [*self._figures, *([self._kept] if self._kept else [])]
        if again:
            lines.append(f"{_plural(again, 'result')} came a second time")
        said = "".join(f"<div>{escape(line)}</div>" for line in lines)
        self.bars.value = f'<div class="zl-bars"><div>{"".join(rows)}</div><div class="zl-figures">{said}</div></div>'


def _bar(name: str, value: float, most: float, words: str, kind: str) -> str:
    """Return a bar with its name before it and what it says behind it."""
    width = min(100.0, 100 * value / most)
    return (
        f'<div class="zl-bar {kind}"><span class="zl-bar-name">{escape(name)}</span>'
        f'<span class="zl-bar-ground"><span style="width: {width:.0f}%"></span></span>'
        f'<span class="zl-bar-words">{escape(words)}</span></div>'
    )


def _plural(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
