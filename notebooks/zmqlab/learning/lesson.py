"""What a lesson asks: its opening question, its predictions, its exercises."""

from __future__ import annotations

from dataclasses import dataclass

from .exercises import Exercise
from .predictions import Prediction, Question


@dataclass(frozen=True)
class Lesson:
    """All that a lesson asks. `number` and `title` are as in its file; `opening` is about the lesson before."""

    number: str
    title: str
    predictions: tuple[Prediction, ...] = ()
    exercises: tuple[Exercise, ...] = ()
    opening: Question | None = None

    def prediction(self, name: str) -> Prediction:
        """Return a prediction by its name. Raises `LookupError`, with the names there are."""
        return _named(name, self.predictions)

    def exercise(self, name: str) -> Exercise:
        """Return an exercise by its name. Raises `LookupError`, with the names there are."""
        return _named(name, self.exercises)


def _named(name: str, things: tuple) -> object:
    for thing in things:
        if thing.name == name:
            return thing
    raise LookupError(
        f"Nothing here is called {name!r}. There are: {', '.join(thing.name for thing in things) or 'none'}."
    )
