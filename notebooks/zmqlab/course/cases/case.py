"""What a case file holds: the programs of a broken system, and what is asked about its recording."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ...learning.exercises import Exercise
from ...learning.predictions import Question

T = TypeVar("T", Question, Exercise)


@dataclass(frozen=True)
class CaseFile:
    """One case. `programs` are the plain functions whose run was recorded; the recording lies beside, as JSON.

    `reveals` is the name of the question whose answer shows what the record infers: where a message was lost, and why.
    Until it is answered, the films of the case hide that. "" where nothing is inferred. `exercises` are the programs
    that the learner repairs. Their wrong answers stand in a module beside theirs, `<home>_wrong`.
    """

    number: str
    title: str
    questions: tuple[Question, ...]
    programs: tuple[Callable, ...]
    exercises: tuple[Exercise, ...] = ()
    reveals: str = ""

    def question(self, name: str) -> Question:
        """Return a question by its name. Raises `LookupError`, with the names there are."""
        return _named("question", name, self.questions)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise by its name. Raises `LookupError`, with the names there are."""
        return _named("exercise", name, self.exercises)


def _named(what: str, name: str, things: tuple[T, ...]) -> T:
    for thing in things:
        if thing.name == name:
            return thing
    raise LookupError(f"No {what} is called {name!r}: there are {', '.join(thing.name for thing in things) or 'none'}.")
