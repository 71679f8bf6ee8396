"""What lesson 01 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question
from ...record.events import Refused

# --- the opening question, from lesson 00 ---

OPENING = Question(
    name="who may come first",
    text="A `PUSH` calls `connect`, and sends, before the other side has called `bind`. What happens?",
    options={
        "A": "an error: nobody is there",
        "B": "it works: messages wait until the other has bound",
        "C": "it works, but what was sent before the bind is lost",
    },
    said={
        "A": "`connect` never fails because nobody is there: it says whom to talk to, and goes on.",
        "B": "`connect` makes a queue at once, and the queue keeps what you send until the peer is there.",
        "C": "Nothing is lost on the side that connects.",
    },
    right="B",
)

# --- predictions ---


def _replies(experiment: Any, actor: str) -> list[str]:
    return [message.frames[0].decode() for message in experiment.messages(actor, "received")]


def _what_the_guest_got(experiment: Any) -> tuple[str, str]:
    if _replies(experiment, "guest"):
        return "A", "a reply came"
    return "C", "no reply came, and the guest waits on"


RESTARTED = Prediction(
    name="restarted",
    text="The server dies with your request, and is restarted a moment later. Does the waiting client get its reply?",
    options={
        "A": "yes: the request waits until the server is back",
        "B": "yes, but late: ZeroMQ sends the request again",
        "C": "no: it waits, and goes on waiting",
    },
    said={
        "A": "The request does not wait anywhere: the server had received it, and died with it.",
        "B": "ZeroMQ brings the link back by itself, but never sends a request twice.",
        "C": "The new server has never heard of the request, and the client may not ask again: its socket is stuck.",
    },
    right="C",
    happened=_what_the_guest_got,
)


def _who_answered(experiment: Any) -> tuple[str, str]:
    who = [message.actor for message in experiment.messages("", "sent") if message.actor != "asker"]
    in_turn = len(who) == 4 and who[0] == who[2] != who[1] == who[3]
    letter = "A" if in_turn else "B" if len(who) == 4 else "C"
    return letter, "answers came from " + ", ".join(who)


TWO_SERVERS = Prediction(
    name="two servers",
    text="One `REQ` is connected to two servers, first to `anna`, then to `bert`, and asks four times. Who answers the "
    "third request?",
    options={
        "A": "anna: they take turns",
        "B": "anna: she answers all, and bert is there in case she fails",
        "C": "both, and the first reply counts",
    },
    said={
        "A": "A `REQ` deals its requests out to its peers in turn. That is called round robin.",
        "B": "`bert` is no spare: he answered every second request.",
        "C": "Each request goes to one server alone.",
    },
    right="A",
    happened=_who_answered,
)


def _who_took_the_third(experiment: Any) -> tuple[str, str]:
    if any(isinstance(event, Refused) and event.actor == "asker" for event in experiment.events()):
        return "C", "`send` raised an error"
    if len(_replies(experiment, "asker")) > 2:
        return "A", "bert answered the third request"
    return "B", "nobody answered the third request"


A_SERVER_IS_DOWN = Prediction(
    name="a server is down",
    text="A `REQ` is connected to `anna` and `bert`. Each has answered one request; then `anna` is stopped. Who answers the third?",
    options={
        "A": "bert: ZeroMQ sees that anna is gone",
        "B": "nobody: the request waits for anna",
        "C": "nobody: `send` raises an error",
    },
    said={
        "A": "ZeroMQ sees it, and goes on trying to reach her. Her turn comes all the same.",
        "B": "`connect` has made a queue for `anna`. It stays when she goes, and the third request waits in it. (With "
        "`immediate` only servers that are there get a turn.)",
        "C": "For `send` all is well: there is a queue with room in it.",
    },
    right="B",
    happened=_who_took_the_third,
)
