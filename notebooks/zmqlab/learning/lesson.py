"""What a lesson asks: its opening question, its predictions, its exercises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

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


def lazily(package: str, places: dict[str, str]) -> Callable[[str], object]:
    """Return the `__getattr__` of a lesson's folder: each name comes from its file when somebody asks for it.

    A check imports the folder too, in a process that needs no widgets.
    """

    def get(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{places[name]}"), name)

    return get
