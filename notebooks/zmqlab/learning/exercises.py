"""What an exercise is: a task, hints, a solution, the wrong answers that are known, and the check that tells them apart.

All of one exercise stands in one place, so its parts cannot drift: a test proves that the solution passes and that
each wrong answer is told what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..record.events import Event

if TYPE_CHECKING:
    from .arena import Arena


class Wrong(Exception):
    """The function under test broke a law. `title` says what went wrong, `text` why and what to do.

    `event` is the event of the run that broke the law, or None: then it is the end of the run.
    """

    def __init__(self, title: str, text: str, event: Event | None = None) -> None:
        super().__init__(title)
        self.title, self.text, self.event = title, text, event


@dataclass(frozen=True)
class Exercise:
    """A function to write, called `name`.

    `task` says what it must do. `check` gets an arena and the function; it returns in words what went well, or
    raises `Wrong`. `hints` are read one after the other. `solution` is the source of a function that passes.
    `wrong` holds known wrong answers: the source of each, by the title that it must be told.
    """

    name: str
    title: str
    task: str
    check: Callable[[Arena, Callable], str]
    hints: tuple[str, ...]
    solution: str
    wrong: dict[str, str] = field(default_factory=dict)
