"""A case file: the recording of a broken system, and questions about it. Nothing here opens a socket."""

from __future__ import annotations

import inspect

import ipywidgets as widgets
from IPython.display import Markdown

from .course.cases import CASES, recording_of
from .learning.asking import Ask
from .learning.progress import Progress
from .page.stage import Stage
from .record.events import MESSAGES, Message
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
        """Return a stage that plays what was recorded."""
        return Stage.of_recording(self.events, self.title)

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return the messages that an actor (or all) "sent" or "received" (or both), in order."""
        found = [event for event in self.events if type(event) in MESSAGES]
        return [m for m in found if actor in ("", m.actor) and way in ("", m.way)]

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
        for question in self._file.questions:
            if question.name == name:
                return Ask(self.name, question, self._progress, "Your finding").widget
        raise LookupError(
            f"No question is called {name!r}: there are {', '.join(q.name for q in self._file.questions)}."
        )
