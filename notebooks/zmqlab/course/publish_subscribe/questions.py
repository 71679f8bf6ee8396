"""What lesson 02 asks."""

from __future__ import annotations

from collections import Counter
from typing import Any

from ...learning.predictions import Prediction, Question

# --- the opening question, from lesson 01 ---

OPENING = Question(
    name="asked again",
    text="A client waits a second for its reply, makes a new socket, and asks again. How often is the work done?",
    options={
        "A": "once: ZeroMQ drops the second request",
        "B": "once or more often",
        "C": "once, or not at all",
    },
    said={
        "A": "ZeroMQ does not know that the two requests mean the same.",
        "B": "The first request may have been done, and its reply lost: then the work is done twice.",
        "C": "The client goes on until it has a reply, so the work is done at least once.",
    },
    right="B",
)

# --- predictions ---


def _heard(experiment: Any, actor: str) -> list[str]:
    return [message.frames[0].decode() for message in experiment.messages(actor, "received")]


def _which_passed(experiment: Any) -> tuple[str, str]:
    return {1: "A", 2: "B"}.get(len(_heard(experiment, "subscriber")), "C"), " and ".join(
        _heard(experiment, "subscriber")
    ) + " came through"


PREFIX = Prediction(
    name="prefix",
    text="The subscription is `paris`. Published are four messages, each of two frames: their topics are `paris`, `paris-nord`, "
    "`oslo-paris` and `Paris`. Which are received?",
    options={
        "A": "`paris` alone",
        "B": "`paris` and `paris-nord`",
        "C": "`paris`, `paris-nord` and `oslo-paris`",
    },
    said={
        "A": "The topic need not equal the subscription: where its frame ends is not compared.",
        "B": "A message passes when its first frame begins with the bytes of the subscription. That is called a prefix.",
        "C": "It is not enough that the bytes stand somewhere in the topic.",
    },
    right="B",
    happened=_which_passed,
)


PUBLISHED = ["one", "two", "three"]


def _what_arrived(experiment: Any) -> tuple[str, str]:
    heard = [text for text in _heard(experiment, "subscriber") if text in PUBLISHED]
    words = {0: "nothing", 1: "the last one", 2: "all but the first", 3: "all three"}[len(heard)]
    return {3: "A", 2: "B"}.get(len(heard), "C"), words


def _graded_by_luck(letters: Counter[str]) -> str:
    """What is sure comes out nearly always: the rest is luck."""
    return next((letter for letter in "AB" if letters[letter] >= 0.9 * letters.total()), "C")


SLOW_JOINER = Prediction(
    name="slow joiner",
    text="The subscriber subscribes and connects; then the publisher sends “one”, “two”, “three”, and, once it has heard of "
    "the subscription, “end”. What arrives before “end”?",
    options={
        "A": "all three, in order",
        "B": "“two” and “three”",
        "C": "mostly nothing: it depends on timing",
    },
    said={
        "A": "`connect` returns before there is a connection, and a publisher keeps nothing for those who come later.",
        "B": "Not only the first message is lost, but all that leave too early.",
        "C": "The subscription is still on its way when “one” leaves. How many are lost until it arrives is luck. "
        "That is called the slow joiner.",
    },
    right="C",
    happened=_what_arrived,
    grade=_graded_by_luck,
    runs=20,
)


def _what_the_second_life_brought(experiment: Any) -> tuple[str, str]:
    heard = [text for text in _heard(experiment, "listener") if text.startswith("news 2")]
    came = {0: ("A", "nothing of the second life"), 1: ("C", "the later message"), 2: ("B", "both messages")}
    letter, words = came[len(heard)]
    return letter, f"{words} came"


REVIVED = Prediction(
    name="revived",
    text="The publisher dies, comes back, publishes “at once”, and then “later”. What does the subscriber receive?",
    options={
        "A": "nothing: it must connect and subscribe again",
        "B": "both: “at once” waits for it",
        "C": "“later” alone, and it need do nothing for that",
    },
    said={
        "A": "The program need do nothing: it does not even notice.",
        "B": "A publisher keeps nothing for a subscriber whose subscription has not come.",
        "C": "ZeroMQ connects again and sends the subscriptions again. What was published before they arrived is lost.",
    },
    right="C",
    happened=_what_the_second_life_brought,
    runs=5,
)
