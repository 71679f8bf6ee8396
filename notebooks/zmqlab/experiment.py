"""A stretch of a lab's life, and what happened in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from IPython.display import display

from .page.stage import Stage
from .record.events import MESSAGES, Ended, Event, Message
from .record.text import readable


class Experiment:
    """A stretch of the life of a `Lab`. It shows a stage of its own, and `messages` and `events` are those of the stretch."""

    def __init__(self, lab: Any, title: str, show: Callable[[Stage], Any] | None = None) -> None:
        self._lab, self.title, self._show = lab, title, show or display
        self.began = self.ended = 0
        self._open = False

    def __enter__(self) -> Experiment:
        lab = self._lab
        self._contexts_before = set(lab._contexts)
        self.stage, self.began = lab._pump.begin_stretch(self.title)
        self._open = True
        self._show(self.stage)
        return self

    def __exit__(self, *problem: object) -> None:
        lab = self._lab
        its_own = set(lab._contexts) - self._contexts_before
        for name in its_own:
            lab.trace.note(Ended, name)
        self.ended = lab._pump.end_stretch(self.stage)
        self._open = False
        for name in its_own:
            lab._leave(name)

    def events(self) -> list[Event]:
        """Return what happened in this stretch, in order."""
        self._lab.trace.settle()
        events = self._lab.trace.events(self.began)
        return [event for event in events if self._open or event.time <= self.ended]

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return the messages of this stretch that an actor (or all) "sent" or "received" (or both), in order."""
        actor, found = readable(actor), [event for event in self.events() if type(event) in MESSAGES]
        return [m for m in found if actor in ("", m.actor) and way in ("", m.way)]
