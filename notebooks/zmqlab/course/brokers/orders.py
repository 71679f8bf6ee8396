"""Orders for a broker: a button that has three clients ask, ways to choose from, and bars that tell who did how much."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import ipywidgets as widgets

from ...live.handle import NotAtWork
from ...page.control import Control
from ...page.panel import button, choice, mark, panel
from ...record.events import Pressed
from .actors import client
from .tally import Tally

CLIENTS = ("anna", "ben", "carl")
WORKERS = ("worker 1", "worker 2", "worker 3")
EACH = 4
"""Requests of each client."""
ALL = EACH * len(CLIENTS)
REQUESTS = f"{ALL} requests"
"""The button that has them ask."""


class Orders(Control):
    """Three clients, a broker and three workers. A press has the clients ask 12 requests in all.

    `ways` names pairs of a broker and its worker: with several there is a button for each, and all begin anew with it.
    A request takes `seconds`, and at `worker 1` `slow` times as long.
    """

    lines = 8

    def __init__(self, ways: Mapping[str, tuple[Callable, Callable]], slow: float = 1, seconds: float = 0.1) -> None:
        self._ways, self._way = ways, next(iter(ways))
        self._arguments: dict[str, Any] = {"seconds": seconds, "first": {"seconds": seconds * slow}}
        self.actors = (*CLIENTS, "broker", *WORKERS)
        self.output = Tally("broker", CLIENTS, WORKERS, ALL, tuple(ways))

    def build(self) -> widgets.Widget:
        """Make the buttons and the bars."""
        self.button = button(REQUESTS, self.ask, "main")
        self.choices = {way: choice(way, self._chooser(way)) for way in self._ways if len(self._ways) > 1}
        mark(self.choices, self._way)
        row = widgets.HBox([self.button, *self.choices.values()])
        row.add_class("zl-row")
        still = "  ".join(f"[ {words} ]" for words in (REQUESTS, *self.choices))
        return panel("Three clients", row, self.told, still=still)

    def attach(self, lab: Any, bench: Any) -> None:
        """Belong to a lab, and have everybody at work."""
        super().attach(lab, bench)
        self._open()

    def _open(self) -> None:
        broker, worker = self._ways[self._way]
        self.lab.start(broker, name="broker")
        self._hire_clients()
        self.lab.crew(worker, len(WORKERS), **self._arguments)

    def _hire_clients(self) -> None:
        self._run = self.lab["broker"].run
        for name in CLIENTS:
            self.lab.start(client, name=name, my_name=name)

    # what a learner does

    def ask(self) -> None:
        """Have each client ask."""
        self.press(self._ask)

    def _ask(self) -> None:
        if self.lab["broker"].run != self._run:  # another broker: the clients wait for replies that never come
            self._hire_clients()
        elif not self.lab["broker"].alive and any(map(self._waits, CLIENTS)):
            raise NotAtWork("broker")
        self.lab.trace.note(Pressed, "broker", button=REQUESTS)
        for name in CLIENTS:
            self.lab[name].say(str(EACH))

    def _waits(self, client: str) -> bool:
        return len(self.lab[client].messages("sent")) > len(self.lab[client].messages("received"))

    def _chooser(self, way: str) -> Callable[[], None]:
        return lambda: self.choose(way)

    def choose(self, way: str) -> None:
        """Have everybody begin anew, in this way."""
        self.press(lambda: self._begin(way))

    def _begin(self, way: str) -> None:
        self._way = way
        mark(self.choices, self._way)
        self.lab.trace.note(Pressed, "broker", button=way)
        self._open()
