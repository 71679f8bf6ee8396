"""Where an actor works: in a thread of this kernel, or in a process of its own. The function is the same."""

from __future__ import annotations

import os
from functools import partial

import ipywidgets as widgets

from ...page.control import Control
from ...page.panel import choice, mark, panel
from ...picture.outputs import AboutAnActor
from ...picture.scene import ActorState
from ...record.events import ENDINGS, Event, Started

PLACES = {False: "in a thread of this kernel", True: "in a process of its own"}


class Place(Control):
    """Two buttons, the current place of an actor marked, and a line of words. Moving is to start again elsewhere."""

    def __init__(self, actor: str) -> None:
        self._actor, self.actors = actor, (actor,)
        self.output = AboutAnActor(actor, partial(whereabouts, kernel=os.getpid()))
        self._now: bool | None = None

    def build(self) -> widgets.Widget:
        """Make the two buttons, and the words."""
        self.buttons = {
            process: choice(words, lambda process=process: self.move(process), tooltip=f"Run {self._actor} {words}")
            for process, words in PLACES.items()
        }
        row = widgets.HBox(list(self.buttons.values()))
        row.add_class("zl-row")
        return panel(f"Where the {self._actor} works", row, self.told)

    def move(self, process: bool) -> None:
        """Start the actor again in the other place."""
        if process == self._now:
            self.refuse("It works there already.", "zl-quiet")
        else:
            self.press(lambda: self.lab[self._actor].restart(process))

    def way_back(self, actor: str) -> str:
        """Return what to press here to have an actor at work again."""
        return "press where it should work" if actor == self._actor else ""

    def tell(self, events: list[Event]) -> None:
        """Mark the button of the place where it works. Called by the lab's pump."""
        for event in events:
            if event.actor != self._actor:
                continue
            if isinstance(event, Started):
                self._mark(event.process is not None)
            elif type(event) in ENDINGS:
                self._mark(None)

    def _mark(self, now: bool | None) -> None:
        self._now = now
        mark(self.buttons, now)


def whereabouts(actor: ActorState, kernel: int) -> str:
    """Return in which process an actor works, or that it is not at work. `kernel` is the process of this kernel."""
    if not actor.alive:
        return f"The {actor.name} is not at work: {actor.words}. Press where it should work."
    where = f"The {actor.name} works in process {actor.process or kernel}"
    return f"{where}, this kernel in process {kernel}." if actor.process else f"{where}, which is this kernel."
