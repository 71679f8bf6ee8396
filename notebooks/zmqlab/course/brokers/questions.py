"""What lesson 08 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question

# --- the opening question, about envelopes ---

OPENING = Question(
    name="three frames",
    text="A `REQ` sends `tea` to a `ROUTER`. What does `recv_multipart` return there?",
    options={
        "A": "one frame: the request",
        "B": "two: who asks, and the request",
        "C": "three: who asks, an empty frame, and the request",
    },
    said={
        "A": "That is what a `REP` would return: it takes the envelope off, and keeps it. A `ROUTER` shows it.",
        "B": "A `REQ` puts an empty frame before what it sends. A `DEALER` does not: there you send it yourself.",
        "C": "The address comes first, then the empty frame that ends the envelope. Whoever hands a message on keeps all of it.",
    },
    right="C",
)

# --- predictions ---


def _worker_1_did(run: Any) -> tuple[str, str]:
    did = [len(run.messages(f"worker {number}", "sent")) for number in (1, 2, 3)]
    letter = "B" if did == [4, 4, 4] else "A" if did[0] < 4 else "C"
    return letter, f"the workers did {did[0]}, {did[1]} and {did[2]}"


DEALT = Prediction(
    name="dealt",
    text="The same broker, and `worker 1` is ten times slower than the two others. 12 requests come at once. How many does `worker 1` get?",
    options={
        "A": "one or two: the broker gives the next to who has answered",
        "B": "four, as each",
        "C": "four at first, but the broker takes back what waits there",
    },
    said={
        "A": "The broker does not look at answers. It hands a request to its `DEALER`, and that deals.",
        "B": "A `DEALER` deals in turn, as a `PUSH` does. The broker moved the waiting into the workers' queues: the slow one has most of it.",
        "C": "What is dealt stays dealt. It waits in a queue at the slow worker, and nobody can take it back.",
    },
    right="B",
    happened=_worker_1_did,
)


def _done_and_answered(run: Any) -> tuple[str, str]:
    done = sum(message.frames[-1][:1] == b"C" for message in run.messages(way="sent") if message.actor[:6] == "worker")
    answered = len(run.messages("client", "received"))
    letter = "A" if answered == 12 else "B" if done > answered else "C"
    return letter, f"12 asked, {done} done, {answered} answered"


BROKER_DIES = Prediction(
    name="broker dies",
    text="A client asks 12 requests at once. After the third reply the broker is killed, and started again at once. What becomes of the "
    "others?",
    options={
        "A": "all are answered: ZeroMQ connects again, and sends again",
        "B": "their work is done, and replies never come",
        "C": "their work is never done: it was lost with the broker",
    },
    said={
        "A": "ZeroMQ connects again. It sends nothing again.",
        "B": "The requests waited at the workers by then, and were done. But each reply bears the address that the dead broker had made "
        "up for the client. The new one knows nobody so called, and throws it away.",
        "C": "They had left the broker: it deals at once. They waited at the workers, and those are alive.",
    },
    right="B",
    happened=_done_and_answered,
)


def _arrived(run: Any) -> tuple[str, str]:
    heard = [message.frames[0] for message in run.messages("listener", "received")]
    early = sum(frame in (b"one", b"two", b"three") for frame in heard)
    return ("C" if early == 3 else "A" if early == 0 else "B"), f"{early or 'none'} of the three arrived"


LATE = Prediction(
    name="late publisher",
    text="A broker for news runs, and a subscriber has been with it for long. A new publisher connects to it, and publishes `one`, `two` and "
    "`three` at once. How many arrive? It runs 20 times.",
    options={
        "A": "mostly none",
        "B": "mostly the last one or two",
        "C": "all three: the subscription has long been with the broker",
    },
    said={
        "A": "The broker must tell each new publisher what is wanted, and that takes time. Until then it drops all. You know it from "
        "lesson 02 as the slow joiner; here the late one is the publisher.",
        "B": "Three messages are sent in a moment. Connecting, and being told what is wanted, takes longer.",
        "C": "With the broker, yes. The new publisher is told when it has connected, and what it sent before that it has dropped.",
    },
    right="A",
    happened=_arrived,
    runs=20,
)


def _ben_got(run: Any) -> tuple[str, str]:
    got = [message.frames[0].decode() for message in run.messages("ben", "received")]
    return {"oslo": "B", "": "C"}.get(" ".join(got), "A"), f"ben got {' and '.join(got) or 'nothing'}"


SECOND = Prediction(
    name="second subscriber",
    text="This station sends the newest report whenever its `XPUB` tells it of a subscription. Anna subscribes to `paris`, and gets it. Then Ben "
    "subscribes to `paris` and to `oslo`. What does he get at once?",
    options={
        "A": "both, and Anna gets `paris` again",
        "B": "`oslo` alone",
        "C": "nothing: he hears what is published from now on",
    },
    said={
        "A": "He would, if the station heard of both. `paris` was wanted already, and an `XPUB` does not tell that twice.",
        "B": "An `XPUB` tells of each topic once, however many want it: so a chain of brokers stays quiet. With `xpub_verbose = True` it tells "
        "of every subscription.",
        "C": "So it is with a plain `PUB`. This one is told of subscriptions, and sends what it has kept: of which was it told?",
    },
    right="B",
    happened=_ben_got,
)
