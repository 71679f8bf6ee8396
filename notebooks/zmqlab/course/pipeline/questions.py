"""What lesson 03 asks."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from ...learning.predictions import Prediction, Question

# --- the opening question, from lesson 02 ---

OPENING = Question(
    name="published too early",
    text="A publisher begins to send at once. A subscriber connects a moment later. What becomes of the messages that were "
    "sent before?",
    options={
        "A": "they wait at the publisher until a subscriber is there",
        "B": "they are dropped: the publisher keeps nothing",
        "C": "`send` waits until a subscriber is there",
    },
    said={
        "A": "A `PUB` keeps nothing for those who are not there.",
        "B": "To a `PUB`, nobody there means nobody to send to. Compare it with the `PUSH` of this lesson.",
        "C": "A `PUB` never waits. What nobody has subscribed to is dropped.",
    },
    right="B",
)

# --- predictions ---


def _results(experiment: Any) -> list[str]:
    return [message.frames[0].decode() for message in experiment.messages("sink", "received")]


def _computing_at_a_time(experiment: Any) -> tuple[str, str]:
    """Say how much of the work was going on at the same time. Each result ends with the ms that it took."""
    results, tasks = experiment.messages("sink", "received"), experiment.messages("ventilator", "sent")
    if not results:
        return "A", "no result came"
    took = (results[-1].time - tasks[0].time) / 1e6
    work = sum(float(words.split()[-2]) for words in _results(experiment))
    letter = "B" if work / took < 1.5 or not has_a_lock() else "A"
    words = f"{work:.0f} ms of work took {took:.0f} ms, {work / took:.1f} times as fast as one worker"
    return letter, words if has_a_lock() else f"{words}: this Python is free-threaded, and has no such lock"


def has_a_lock() -> bool:
    """Whether one thread of this Python computes at a time (see PEP 703: free-threaded builds have no GIL)."""
    return getattr(sys, "_is_gil_enabled", lambda: True)()


COMPUTING = Prediction(
    name="computing",
    text="Now the work computes, where it only waited before. Four workers in four threads, as until now: how much faster "
    "are they than one?",
    options={
        "A": "about four times, as before",
        "B": "not at all",
        "C": "as many times as this computer has processors",
    },
    said={
        "A": "Threads can wait at the same time. In the usual Python they cannot compute at the same time.",
        "B": "In a process of the usual Python, one thread computes at a time. The lock that sees to it is called the GIL.",
        "C": "Threads of one process share one lock (the GIL), however many processors there are. A free-threaded Python has no such lock.",
    },
    right="B",
    happened=_computing_at_a_time,
)


def _who_did_how_many(experiment: Any) -> Counter[str]:
    sent = Counter(message.actor for message in experiment.messages("", "sent"))
    return Counter({name: number for name, number in sent.items() if name.startswith("worker ")})


def _the_first_did(share: int) -> Callable[[Any], tuple[str, str]]:
    """The letter is B when worker 1 did so many tasks of 12."""

    def happened(experiment: Any) -> tuple[str, str]:
        did = _who_did_how_many(experiment)
        own, others = did["worker 1"], did.total() - did["worker 1"]
        letter = "B" if (own, others) == (share, 12 - share) else "A"
        return letter, f"worker 1 did {own} of {did.total()} tasks, the others {others}"

    return happened


JOINING = Prediction(
    name="joining",
    text="One worker is there when 12 tasks are pushed. Three more join while it works. Who does the tasks that still wait?",
    options={
        "A": "all four share them",
        "B": "the first worker, all of them",
        "C": "the three who have nothing to do",
    },
    said={
        "A": "Nothing is shared out a second time.",
        "B": "`send` gave each task to a worker at once, and there was only one. What is dealt stays dealt.",
        "C": "Nobody hands a task over, however long its worker needs.",
    },
    right="B",
    happened=_the_first_did(12),
)

SLOW = Prediction(
    name="slow",
    text="Three workers are there from the beginning, and `worker 1` is ten times slower. 12 tasks are pushed. How many of "
    "them does `worker 1` get?",
    options={
        "A": "one: the others take more, since they are done sooner",
        "B": "four, as everybody",
        "C": "four at first, but the others take some of them over",
    },
    said={
        "A": "A `PUSH` does not know who is done.",
        "B": "A `PUSH` deals in turn, and looks at nobody's speed.",
        "C": "The others have finished and look on: what waits for `worker 1` is out of their reach.",
    },
    right="B",
    happened=_the_first_did(4),
)
