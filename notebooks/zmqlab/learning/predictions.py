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


def most_often(letters: Counter[str]) -> str:
    """Return the letter that came out most often."""
    return letters.most_common(1)[0][0]


@dataclass(frozen=True)
class Prediction(Question):
    """A question whose answer is found by an experiment.

    `happened` gets the stretch in which the experiment ran, after each of `runs` runs, and returns the letter of what
    happened, and the same in a few words: no grade reads a sentence. `grade` makes one letter of how often each came out.
    What depends on timing is run 20 times, so that luck does not grade.
    """

    happened: Callable[[Any], tuple[str, str]]
    grade: Callable[[Counter[str]], str] = most_often
    runs: int = 1


def tally_in_words(seen: Counter[str]) -> str:
    """Return what was observed as a sentence: "nothing arrived", or "in 20 runs: nothing 19 times, the last once"."""
    if seen.total() == 1:
        return next(iter(seen))
    parts = [f"{words} {_times(number)}" for words, number in seen.most_common()]
    return f"in {seen.total()} runs: {', '.join(parts)}"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
