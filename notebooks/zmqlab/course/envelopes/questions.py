"""What lesson 07 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question
from ...record.events import Refused

# --- the opening question, from lesson 06 ---

OPENING = Question(
    name="where are they",
    text="A `PUSH` has sent 500 messages without waiting, over tcp. Both marks are 10, and the reader has received 3. Where are "
    "the others?",
    options={
        "A": "ten wait at each end, and the rest is lost",
        "B": "at the two ends, and most in the buffers of the system between them",
        "C": "all at the sender: a message leaves when the reader asks for it",
    },
    said={
        "A": "A `PUSH` loses nothing here: when its queue is full, it waits.",
        "B": "A mark counts what is in its own queue. The system's buffers count bytes, and hold many small messages.",
        "C": "Messages leave as soon as there is room on the way. Nobody has to ask.",
    },
    right="B",
)

# --- predictions ---


def _refused(experiment: Any) -> bool:
    return any(isinstance(event, Refused) and event.error != "EAGAIN" for event in experiment.events())


def _how_many(experiment: Any) -> tuple[str, str]:
    count = len(experiment.messages("server", "received"))
    told = {0: "none", 1: "one"}.get(count, str(count))
    return {10: "A", 1: "B", 0: "C"}.get(count, "B"), f"ten were sent, without an error, and the server received {told}"


TEN_PLAIN = Prediction(
    name="ten plain",
    text="A `DEALER` sends ten messages of one frame each to a `REP`. How many does the `REP` receive?",
    options={
        "A": "ten, one after the other",
        "B": "one: it must reply before it may receive the next",
        "C": "none, and nobody is told",
    },
    said={
        "A": "A `REP` looks for the empty frame, at which the envelope ends. Here is none.",
        "B": "It did not even receive the first: a `REP` looks for the empty frame, and here is none.",
        "C": "A `REP` throws away what has no empty frame. A `REQ` puts one there, a `DEALER` does not.",
    },
    right="C",
    happened=_how_many,
)


def _what_became_of_it(experiment: Any) -> tuple[str, str]:
    if _refused(experiment):
        return "A", "`send_multipart` raised an error"
    if not experiment.messages("desk", "sent"):
        return "B", "it waited"
    return "C", "no error, no wait, and nobody received it"


NOBODY = Prediction(
    name="nobody",
    text="Anna is there. The `ROUTER` sends to `Zoe`, an address that nobody has. What happens?",
    options={
        "A": "`send_multipart` raises an error: there is no such peer",
        "B": "the message waits until Zoe comes",
        "C": "the message is gone, and nobody is told",
    },
    said={
        "A": "It would, with `router_mandatory`. By itself a `ROUTER` says nothing.",
        "B": "A queue belongs to a peer. Without Zoe there is no queue in which to wait.",
        "C": "A `ROUTER` drops what it cannot deliver. A wrong address looks like a message that was sent.",
    },
    right="C",
    happened=_what_became_of_it,
)


def _who_was_heard(experiment: Any) -> tuple[str, str]:
    heard = len(experiment.messages("desk", "received"))
    told = [who for who in ("first", "second") if experiment.messages(who, "received")]
    words = f"the desk heard {heard} of 2, and its message went to {' and '.join(told) or 'nobody'}"
    return {("first",): "C", ("second",): "B"}.get(tuple(told), "A"), words


TWO_OF_A_NAME = Prediction(
    name="two of a name",
    text="Two devices, the first and then the second, both say “here” under the name `Anna`. Then the `ROUTER` sends to `Anna`. "
    "Who is heard, and who gets it?",
    options={
        "A": "both are heard, and both get it",
        "B": "the second: the newest has the name",
        "C": "the first keeps the name, and the second is never heard",
    },
    said={
        "A": "A name leads to one peer. Nothing is copied.",
        "B": "That is what `router_handover` is for. By itself a `ROUTER` keeps the name for who came first.",
        "C": "The second is turned away, and not told. All that it sends is gone.",
    },
    right="C",
    happened=_who_was_heard,
)


def _was_it_delivered(experiment: Any) -> tuple[str, str]:
    if _refused(experiment):
        return "C", "`send_multipart` raised an error"
    addresses = len({message.frames[0] for message in experiment.messages("server", "received")})
    arrived = bool(experiment.messages("guest", "received"))
    words = f"two messages came, from {addresses} address{'es' * (addresses > 1)}, and the reply to the first "
    return ("A", words + "arrived") if arrived else ("B", words + "reached nobody")


RECONNECTED = Prediction(
    name="reconnected",
    text="A `DEALER` without a name of its own disconnects, connects again, and speaks again. Then the server sends to the "
    "address of its first message. What happens?",
    options={
        "A": "it arrives: it is the same socket",
        "B": "it is gone: the address was for one connection",
        "C": "`send_multipart` raises an error",
    },
    said={
        "A": "For the `ROUTER` each connection is a new peer, with a new address.",
        "B": "A `ROUTER` makes up a new address for each connection. Keep none of them for tomorrow.",
        "C": "A `ROUTER` drops what it cannot deliver, and says nothing.",
    },
    right="B",
    happened=_was_it_delivered,
)
