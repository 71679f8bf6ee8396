"""What controls show of what happened: logs, bars, gauges. They are part of the film.

An output is told each event after the scene has taken it in, and says which of its pieces have changed. A piece is HTML
in which every text is escaped. So outputs pause, step back and play again with the picture, also where there is no
kernel. Nothing here knows of a clock, a widget or a lab: the same events give the same pieces.

An output may have a method `look(scene)` besides, for what it reads of the scene: it is asked whenever the picture is
drawn, after each event that the film tells, and in a flood once for many. It returns what has changed.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Iterable
from html import escape
from typing import Protocol

from ..record.events import Event
from .scene import ActorState, Scene
from .words import came_to_a_stop

LINES = 50
"""Lines of a log that are kept."""

Changes = dict[str, str | None]
"""HTML by the name of each piece that has changed; None where it is gone. Pieces stand in the order of their names."""


class Output(Protocol):
    """What one control shows of what happened."""

    def begin(self, scene: Scene) -> Changes:
        """Return what there is to see before anything happens. The scene is not to be kept."""

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event, after which the scene stands so. Returns what has changed."""


class Outputs:
    """The outputs of one panel. `pieces` is what they show now: `outputs/<place of the output>/<name>` to HTML."""

    def __init__(self, outputs: Iterable[Output] = ()) -> None:
        self._outputs = dict(enumerate(outputs))
        self.pieces: dict[str, str] = {}

    def begin(self, scene: Scene) -> None:
        """Show what there is before anything happens."""
        for place in list(self._outputs):
            self._change(place, lambda output: output.begin(scene))

    def apply(self, event: Event, scene: Scene, drawn: bool = True) -> None:
        """Take in an event. Where it is not `drawn`, what is read of the scene is left to `look`."""
        for place in list(self._outputs):
            self._change(place, lambda output: output.apply(event, scene))
        if drawn:
            self.look(scene)

    def look(self, scene: Scene) -> None:
        """Have those look at the scene that do."""
        for place, output in list(self._outputs.items()):
            if hasattr(output, "look"):
                self._change(place, lambda output: output.look(scene))

    def _change(self, place: int, how: Callable[[Output], Changes]) -> None:
        """Put what has changed. An output that fails says so where it stands, and is asked no more: the others go on."""
        try:
            changes = dict(how(self._outputs[place]))
        except Exception as problem:
            traceback.print_exception(problem, file=sys.__stderr__)  # for a developer: no cell is to print it
            del self._outputs[place]
            words = came_to_a_stop("control", problem)
            changes = {"0": f'<div class="zl-note" role="alert">{escape(words)}</div>'}
        for name, html in changes.items():
            full_name = f"outputs/{place}/{name}"
            if html is None:
                self.pieces.pop(full_name, None)
            else:
                self.pieces[full_name] = html


class Continued:
    """An output that was told what happened before its film begins. It begins with what it shows by then."""

    def __init__(self, output: Output, scene: Scene) -> None:
        """Begin to tell the output, with a scene in which nothing has happened yet."""
        self._output = output
        self._pieces: Changes = {}
        self._problem: Exception | None = None
        self._change(lambda: output.begin(scene))
        if hasattr(output, "look"):
            self.look = output.look

    def before(self, event: Event, scene: Scene) -> None:
        """Take in an event that the film does not tell."""
        if self._problem is None:
            self._change(lambda: self._output.apply(event, scene))

    def begin(self, scene: Scene) -> Changes:
        """Return what it shows by now. Raises what it has raised."""
        if self._problem is not None:
            raise self._problem
        return self._pieces | (self.look(scene) if hasattr(self, "look") else {})

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of the film."""
        return self._output.apply(event, scene)

    def _change(self, how: Callable[[], Changes]) -> None:
        try:
            self._pieces |= how()
        except Exception as problem:
            self._problem = problem


def changed(shown: dict[str, str], now: dict[str, str]) -> Changes:
    """Return what turns the pieces that are shown into those that there are now."""
    return {name: html for name, html in now.items() if shown.get(name) != html} | dict.fromkeys(
        shown.keys() - now.keys()
    )


class Lines:
    """The lines of a log: a piece each, the newest on top. What is beyond `LINES` goes."""

    def __init__(self, section: str = "5") -> None:
        self._section, self._number = section, 0

    def add(self, html: str) -> Changes:
        """Return the change that puts one more line on top."""
        self._number += 1
        changes: Changes = {self._name(self._number): html}
        if self._number > LINES:
            changes[self._name(self._number - LINES)] = None
        return changes

    def _name(self, number: int) -> str:
        return f"{self._section}/{999_999_999 - number:09}"


class AboutAnActor:
    """One line about an actor: what `words` says of how it stands, or nothing."""

    def __init__(self, actor: str, words: Callable[[ActorState], str]) -> None:
        self._actor, self._words, self._said = actor, words, ""

    def begin(self, scene: Scene) -> Changes:
        """Return the line."""
        actor = scene.actors.get(self._actor)
        words = self._words(actor) if actor else ""
        changed, self._said = words != self._said, words
        return {"1": line(words, "zl-quiet zl-prose") if words else None} if changed else {}

    def apply(self, event: Event, scene: Scene) -> Changes:
        """Take in an event of this actor."""
        return self.begin(scene) if event.actor == self._actor else {}


def line(words: str, kind: str = "", aside: str = "") -> str:
    """Return a line of a log as HTML."""
    extra = f' <span class="zl-quiet">{escape(aside)}</span>' if aside else ""
    return f'<div class="{kind}">{escape(words)}{extra}</div>'
