"""A batch of work: a button that has it dealt out, a slider for the workers, and bars that tell who did how much."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import button, panel
from ...record.events import ENDINGS, Event, Pressed, Started
from .bars import Bars


class Batches(Control):
    """A button, a slider, a bar for each worker, and the figures of the last batches.

    `workers` of them are started at `worker` when it is shown (see `Lab.crew`, which gets the `arguments` too), and
    others as the slider says, at most `most`. The `ventilator` gets `count`, as text, as the next of its `texts`; the
    `sink`, who may be the same, receives a result for each task. No two results may be equal, but for those of a task that was done twice.
    With `kill` there is a button that kills the worker of that name.
    """

    lines = 8

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
        self.actors, self.may_come = tuple(dict.fromkeys((ventilator, sink))), most
        self.output = Bars(ventilator, sink, count)

    def build(self) -> widgets.Widget:
        """Make the button, the slider and the bars."""
        count, workers, most, kill = self._count, self._workers, self._most, self._kill
        self.button = button(f"Push {count} tasks", self.push, "main")
        self.slider = widgets.IntSlider(workers, 1, most, description="workers", continuous_update=False)
        self.slider.add_class("zl-slider")
        self.slider.observe(lambda change: self._change(change["new"]), "value")
        buttons = [self.button, self.slider]
        if kill:
            self.kill = button(f"Kill {kill}", self._strike, "fault")
            self.kill.disabled = True  # until it is at work
            buttons.append(self.kill)
        row = widgets.HBox(buttons)
        row.add_class("zl-row")
        still = f"[ Push {count} tasks ]  workers: {workers}"
        return panel("A batch of work", row, self.told, still=still)

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
        ventilator = self.lab[self._ventilator]
        self.lab.trace.note(Pressed, self._ventilator, button=self.button.description)
        ventilator.say(str(self._count))

    def _change(self, workers: int) -> None:
        self.press(lambda: self._hire(workers, self._most))

    def tell(self, events: list[Event]) -> None:
        """Let nobody kill who is not at work. Called by the lab's pump."""
        for event in events:
            if self._kill and event.actor == self._kill and (isinstance(event, Started) or type(event) in ENDINGS):
                self.kill.disabled = not isinstance(event, Started)

    def _strike(self) -> None:
        self.press(lambda: self.lab[self._kill].kill())
