"""What will happen? A question with options, answered once, and graded by what the sockets then did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """A question and its options, by letter. `right` is the letter of the true one.

    The wrong options are what people really believe. `said` has a sentence for each: what to tell who chose it.
    In all of these texts `code` may stand between backticks.
    """

    name: str
    text: str
    options: dict[str, str]
    said: dict[str, str]
    right: str


@dataclass(frozen=True)
class Prediction(Question):
    """A question whose answer is found by an experiment.

    `observe` gets the stretch in which the experiment ran after each of `runs` runs, and says in a
    few words what happened. `grade` makes a letter of how often each was said. What depends on timing is run 20
    times, so that luck does not grade.
    """

    observe: Callable[[Any], str]
    grade: Callable[[Counter[str]], str]
    runs: int = 1


def tally_in_words(seen: Counter[str]) -> str:
    """Return what was observed as a sentence: "nothing arrived", or "in 20 runs: nothing 19 times, the last once"."""
    if seen.total() == 1:
        return next(iter(seen))
    parts = [f"{words} {_times(number)}" for words, number in seen.most_common()]
    return f"in {seen.total()} runs: {', '.join(parts)}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
