"""Where an actor works: in a thread of this kernel, or in a process of its own. The function is the same."""

from __future__ import annotations

import os
from html import escape

import ipywidgets as widgets

from ...live.actors import ENDED
from ...page.control import Control
from ...page.panel import button, panel
from ...record.events import ENDINGS, Event, Started

PLACES = {False: "in a thread of this kernel", True: "in a process of its own"}


class Place(Control):
    """Two buttons, the current place of an actor marked, and a line of words. Moving is to start again elsewhere."""

    def __init__(self, actor: str) -> None:
        self._actor, self.actors = actor, (actor,)
        self._now: bool | None = None

    def build(self) -> widgets.Widget:
        """Make the two buttons, and the words."""
        self.buttons = {
            process: button(words, lambda process=process: self.move(process), tooltip=f"Run {self._actor} {words}")
            for process, words in PLACES.items()
        }
        self.words = widgets.HTML()
        row = widgets.HBox(list(self.buttons.values()))
        row.add_class("zl-row")
        return panel(f"Where the {self._actor} works", row, self.words, self.note)

    def move(self, process: bool) -> None:
        """Start the actor again in the other place."""
        if process != self._now:
            self.press(lambda: self.lab[self._actor].restart(process))

    def tell(self, events: list[Event]) -> None:
        """Show where the actor works. Called by the lab's pump."""
        for event in events:
            if event.actor != self._actor:
                continue
            if type(event) is Started:
                self._now = event.process is not None
                self._mark(event.process)
            elif type(event) in ENDINGS:
                self._now = None
                self._mark(None, ENDED[type(event)])

    def _mark(self, pid: int | None, ended: str = "") -> None:
        for process, one in self.buttons.items():
            chosen = process == self._now
            one.description = f"✓ {PLACES[process]}" if chosen else PLACES[process]
            (one.add_class if chosen else one.remove_class)("zl-button-chosen")
        where = f"The {self._actor} works in process {pid or os.getpid()}"
        if ended:
            self._tell(f"The {self._actor} is not at work: {ended}. Press where it should work.")
        elif pid:
            self._tell(f"{where}, this kernel in process {os.getpid()}.")
        else:
            self._tell(f"{where}, which is this kernel.")

    def _tell(self, words: str) -> None:
        self.words.value = f'<span class="zl-quiet" role="status">{escape(words)}</span>'
