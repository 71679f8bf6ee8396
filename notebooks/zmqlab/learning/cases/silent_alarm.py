"""The alarm that nobody heard: a gateway publishes before its subscribers are back."""

import zmq

from ..predictions import Question
from .case import CaseFile

# --- the system, as it was recorded ---


def sensor(context, door_endpoint, texts):
    """Tell the gateway what happens at the door."""
    with context.socket(zmq.PUSH) as pusher:
        pusher.reconnect_ivl = 10  # milliseconds: a lost gateway is looked for at once
        pusher.connect(door_endpoint)
        for text in texts:
            pusher.send_string(text)


def gateway(context, door_endpoint, news_endpoint):
    """Publish all that happens at the door."""
    with context.socket(zmq.PULL) as puller, context.socket(zmq.PUB) as publisher:
        puller.bind(door_endpoint)
        publisher.bind(news_endpoint)
        while True:
            publisher.send_string(puller.recv_string())


def subscriber(context, news_endpoint, topic):
    """Hear what begins with the topic: the siren "door", the diary everything."""
    with context.socket(zmq.SUB) as socket:
        socket.connect(news_endpoint)
        socket.subscribe(topic)
        while True:
            socket.recv_string()


# --- what is asked ---

WHICH = Question(
    name="which",
    text="Which message was lost?",
    options={
        "A": "the first “door test”: it came too early",
        "B": "“battery”: the siren never got it",
        "C": "“door open”",
    },
    said={
        "A": "Both subscribers received both tests.",
        "B": "“battery” is in the diary. The siren did not subscribe to it: it was filtered, as it should be.",
        "C": "The sensor sent “door open”, the gateway received it and published it. Nobody received that.",
    },
    right="C",
)

WHOSE = Question(
    name="whose",
    text="Whose fault was it?",
    options={
        "A": "the gateway's: it published before anybody was back",
        "B": "the sensor's: it sent while the gateway was dead",
        "C": "the siren's: it had lost its subscription",
    },
    said={
        "A": "When the gateway published, no link to a subscriber was up yet. A `PUB` keeps nothing for those who come later.",
        "B": "A `PUSH` keeps a message until its peer is there. The restarted gateway received it.",
        "C": "A `SUB` keeps its subscriptions, connects again, and sends them again. They were on their way.",
    },
    right="A",
)

CURE = Question(
    name="cure",
    text="Which change of the gateway saves every alarm?",
    options={
        "A": "`pause(1)` after `bind`",
        "B": "an `XPUB`, and two subscriptions received from it before the first `recv_string`",
        "C": "`publisher.linger = -1`",
    },
    said={
        "A": "It helps until a link takes longer than a second. Every restart is a bet.",
        "B": "The gateway does not take the alarm before it can hand it on. Until then it waits safely at the sensor.",
        "C": "Linger keeps what is queued for a peer. For a peer that is not there a `PUB` queues nothing.",
    },
    right="B",
)

CASE = CaseFile(
    number="90",
    title="Find the fault: the alarm that nobody heard",
    questions=(WHICH, WHOSE, CURE),
    programs=(sensor, gateway, subscriber),
)
