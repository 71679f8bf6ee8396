"""What lesson 05 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question
from ...record.events import Refused

# --- the opening question, from lesson 04 ---

OPENING = Question(
    name="if and elif",
    text="A server asks its poller which sockets are ready. Why does it look at them with `if` and `if`, and not with `elif`?",
    options={
        "A": "with `elif`, a message at the second socket is lost",
        "B": "with `elif`, the second has no turn while the first always has messages",
        "C": "it makes no difference: `poll` comes back anyway",
    },
    said={
        "A": "Nothing is lost: the message waits in its queue.",
        "B": "Every round begins with the first socket, and a flood there never ends.",
        "C": "`poll` comes back, and the first socket is ready again.",
    },
    right="B",
)

# --- predictions ---


def _received(experiment: Any, actor: str) -> str:
    count = len(experiment.messages(actor, "received"))
    return {0: "nothing", 1: "one message"}.get(count, f"{count} messages")


def _refused(experiment: Any) -> bool:
    return any(isinstance(event, Refused) for event in experiment.events())


def _what_became_of_carl(experiment: Any) -> tuple[str, str]:
    if _refused(experiment):
        return "A", "carl got an error"
    alone = len(experiment.messages("anna", "received")) == 1
    return "C" if alone else "B", f"carl got no error, and anna received {_received(experiment, 'anna')}: that of bert"


THIRD = Prediction(
    name="a third",
    text="Anna and bert are a pair. Now carl connects to the same endpoint, and sends. What happens?",
    options={
        "A": "carl's `connect` or `send` raises an error: the place is taken",
        "B": "anna receives carl's message too",
        "C": "no error, and anna never receives it",
    },
    said={
        "A": "Nobody tells carl. To him all looks well.",
        "B": "A `PAIR` has exactly one peer, the one that came first.",
        "C": "Anna's socket turns the third one away, and tells nobody. Carl's message is lost, and his next `send` waits for "
        "ever.",
    },
    right="C",
    happened=_what_became_of_carl,
)


def _what_came_through(experiment: Any) -> tuple[str, str]:
    if _refused(experiment):
        return "C", "an error"
    return "A" if experiment.messages(
        "two", "received"
    ) else "B", f"no error, and {_received(experiment, 'two')} arrived"


TWO_CONTEXTS = Prediction(
    name="two contexts",
    text="Two threads each make a context of their own. One binds an `inproc` endpoint, the other connects to the same "
    "endpoint, and sends. What happens?",
    options={
        "A": "the message arrives: it is one process",
        "B": "no error, and the message never arrives",
        "C": "`connect` raises an error: there is no such endpoint",
    },
    said={
        "A": "One process is not enough: a name after `inproc://` belongs to one context.",
        "B": "In its own context nobody has bound that name yet. So the message waits, as long as its socket is open.",
        "C": "`connect` may come before `bind`, so it waits for somebody to bind.",
    },
    right="B",
    happened=_what_came_through,
)
