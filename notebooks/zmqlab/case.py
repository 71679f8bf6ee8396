"""A case file: the recording of a broken system, questions about it, and a program to repair.

What was recorded opens no socket. The repaired program runs on real ones, in a process of its own, once Check is pressed.
"""

from __future__ import annotations

import dataclasses
import inspect

import ipywidgets as widgets
from IPython.display import Markdown

from .course.cases import CASES, recording_of
from .learning.asking import Ask
from .learning.predictions import Question
from .learning.progress import Progress
from .learning.trying import Try, in_the_notebook
from .page.stage import Stage
from .picture.film import last_loss, moment_of, tell
from .picture.scene import Scene
from .record.events import Event, Message, messages_of
from .record.files import load


class Case:
    """One case, by its name. Raises `LookupError`, with the names there are."""

    def __init__(self, name: str) -> None:
        if name not in CASES:
            raise LookupError(f"No case is called {name!r}: there are {', '.join(CASES)}.")
        self.name, self._file = name, CASES[name]
        self.title, self.events = load(recording_of(name))
        self._progress = Progress()

    def recording(self) -> Stage:
        """Return a stage that plays what was recorded, to its end, once somebody presses ▶.

        What is inferred of losses is hidden while the case still asks for it.
        """
        reveals = self._file.reveals
        return story(self.events, self.title, hides=bool(reveals) and not self._progress.answer(self.name, reveals))

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return the messages that an actor (or all) "sent" or "received" (or both), in order."""
        return messages_of(self.events, actor, way)

    def program(self, name: str) -> Markdown:
        """Return the source of one of the programs that were recorded. Raises `LookupError`."""
        for function in self._file.programs:
            if function.__name__ == name:
                return Markdown(f"```python\n{inspect.getsource(function)}```")
        raise LookupError(
            f"No program is called {name!r}: there are {', '.join(f.__name__ for f in self._file.programs)}."
        )

    def question(self, name: str) -> widgets.Widget:
        """Return one of the case's questions, by its name. Its first answer counts. Raises `LookupError`."""
        question = self._file.question(name)
        shows = self.events if name == self._file.reveals else []
        return Finding(self.name, question, self._progress, shows, self.title).widget

    def exercise(self, name: str) -> widgets.Widget:
        """Return the task to repair one of the case's programs, with buttons to run it. Raises `LookupError`."""
        exercise = self._file.exercise(name)
        number = 1 + self._file.exercises.index(exercise)
        return Try(self.name, number, exercise, in_the_notebook, self._progress, "Repair it").widget


class Finding(Ask):
    """A question about a recording. Once it is answered, a film of it stands still where a message is lost, if it shows one."""

    def __init__(self, case: str, question: Question, progress: Progress, events: list[Event], title: str) -> None:
        self.filmed = bool(events)
        self._events, self._title = events, title
        super().__init__(case, question, progress, "Your finding")

    def _reveal(self) -> None:
        super()._reveal()
        if self._events and not self._below.children:
            film, lost = tell(self._events), last_loss(self._events)
            at = film.rest if lost is None else moment_of(film, self._events, lost)
            title = f"{self._title}: where it was lost"
            film = dataclasses.replace(film, rest=at)
            self._below.children = (Stage(film.playback, title, film=film, pause_at=at),)


def story(events: list[Event], title: str, hides: bool) -> Stage:
    """Return a stage that shows its first picture, and plays to its end when somebody presses ▶. It `hides` inferred losses."""
    scene = Scene()
    scene.ledger.hides_losses = hides
    film = tell(events, scene)
    return Stage(film.playback, title, film=dataclasses.replace(film, rest=film.end), pause_at=0)
