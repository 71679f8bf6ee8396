"""What lesson 04 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question
from ...record.events import Finished, OfAnActor, Started

# --- the opening question, about the pipeline ---

OPENING = Question(
    name="who gets the work",
    text="A `PUSH` deals twenty tasks out to two workers. One of them is ten times slower. How many does the slow one get?",
    options={
        "A": "ten: tasks are dealt out in turn",
        "B": "about two: it takes a new task when it has done one",
        "C": "none after its first: ZeroMQ sees that it is slow",
    },
    said={
        "A": "`PUSH` deals out in turn, whoever is slow: ten tasks wait in the slow worker's queue.",
        "B": "`PUSH` does not wait until a worker is free. A worker that should take a task when it is free must ask for one.",
        "C": "ZeroMQ does not measure its peers. A peer is left out only when its queue is full.",
    },
    right="A",
)

# --- predictions ---


def _ended(experiment: Any, actor: str) -> float | None:
    """Return how many seconds an actor took from its start to the end of its function, or None when it has not ended."""
    own = [event for event in experiment.events() if isinstance(event, OfAnActor) and event.actor == actor]
    moments = {type(event): event.time for event in own}
    return (moments[Finished] - moments[Started]) / 1e9 if Finished in moments else None


def _answered(experiment: Any) -> tuple[str, str]:
    answered = len(experiment.messages("traveller", "received"))
    return {0: "C", 1: "B"}.get(answered, "A"), {0: "nobody was answered", 1: "one question was answered"}.get(
        answered, f"{answered} questions were answered"
    )


IN_TURN = Prediction(
    name="in turn",
    text="This desk receives a question, then news, then a question, and so on. A traveller has three questions, and asks one "
    "after the other. No news comes. How many are answered?",
    options={
        "A": "all three: without news there is nothing to receive",
        "B": "one",
        "C": "none: the desk waits for news first",
    },
    said={
        "A": "`recv` does not skip a socket that is silent. It waits.",
        "B": "After the first answer the desk waits in `recv()` on the socket that is silent, and hears nothing else.",
        "C": "The line that answers comes first, and there is a question to answer.",
    },
    right="B",
    happened=_answered,
)


def _how_long_the_ticks_took(experiment: Any) -> tuple[str, str]:
    ticks = experiment.messages("clock", "sent")
    if len(ticks) < 100:
        return "A", "the clock had not ended after 3 s"
    return "C", f"a hundred ticks in {_in_words((ticks[-1].time - ticks[0].time) / 1e9)}"


def _in_words(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{max(1, round(seconds * 1000))} ms"


HALF_A_SECOND = Prediction(
    name="half a second",
    text="The clock should tick every half a second, so it is given `timeout=0.5`. How long do a hundred ticks take?",
    options={
        "A": "fifty seconds",
        "B": "none comes: `poll` wants a whole number, and raises an error",
        "C": "next to nothing",
    },
    said={
        "A": "That would be `timeout=500`.",
        "B": "`poll` takes it without a word, and cuts 0.5 to 0.",
        "C": "`poll` counts in milliseconds, and cuts 0.5 ms to 0: it does not wait at all.",
    },
    right="C",
    happened=_how_long_the_ticks_took,
)


def _how_often_poll_returned(experiment: Any) -> tuple[str, str]:
    seconds = _ended(experiment, "relay")
    if seconds is None:
        return "A", "`poll` was still waiting after 10 s"
    busy = next(e.processor for e in experiment.events() if isinstance(e, Finished) and e.actor == "relay")
    return (
        "C",
        f"no note came, and poll() returned 50,000 times in {_in_words(seconds)}. "
        f"That took {_in_words(busy)} of a processor's time, for nothing",
    )


NO_FLAGS = Prediction(
    name="no flags",
    text="This relay registers both its sockets without saying for what. No note comes. How often does `poll` return?",
    options={
        "A": "not at all: it waits for a note",
        "B": "once, to say that the second socket may send; then it waits",
        "C": "again and again, as fast as the computer can",
    },
    said={
        "A": "Without flags a socket is watched for two things: that it can receive, and that it can send.",
        "B": "`poll` does not tell what has changed. It tells how things are, each time that it is asked.",
        "C": "A socket with room in its queue can send now, and now, and now. So `poll` never has to wait.",
    },
    right="C",
    happened=_how_often_poll_returned,
)
