"""The alarm that nobody heard: a gateway publishes before its subscribers are back."""

import zmq

from ...learning.predictions import Question
from .case import CaseFile
from .silent_alarm_repair import GATEWAY

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

WHERE = Question(
    name="where",
    text="Where was “door open” lost?",
    options={
        "A": "on its way from the sensor to the gateway, which was dead",
        "B": "at the gateway, when it published",
        "C": "in the siren: it filtered it",
    },
    said={
        "A": "The gateway received it, as soon as it was back.",
        "B": "The sensor sent it, the gateway received it and published it. Nobody received that: neither of its two copies "
        "left the gateway.",
        "C": "Its subscription is `door`, and “door open” begins with that. The diary has everything, and it did not get it either.",
    },
    right="B",
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
        "B": "A `PUSH` that connects keeps what it has not handed over yet. The restarted gateway received it.",
        "C": "A `SUB` keeps its subscriptions, connects again, and then sends them again. It was about to.",
    },
    right="A",
)

CURE = Question(
    name="cure",
    text="Somebody opens the door while the gateway restarts. With which change of the gateway is that alarm heard, however slow the links are?",
    options={
        "A": "`pause(1)` after `bind`",
        "B": "an `XPUB` for the `PUB`: `puller.bind` only after both subscriptions have been received from it (with "
        "`xpub_verboser`, if two want the same)",
        "C": "`publisher.linger = -1`",
    },
    said={
        "A": "It helps until a link takes longer than a second. Every restart is a bet.",
        "B": "Until both are back, nobody takes the alarm from the sensor: it waits there. Then the gateway can hand it on at once.",
        "C": "Linger keeps what is queued for a peer. For a peer that is not there a `PUB` queues nothing.",
    },
    right="B",
)

CASE = CaseFile(
    number="90",
    title="Find the fault: the alarm that nobody heard",
    questions=(WHERE, WHOSE, CURE),
    programs=(sensor, gateway, subscriber),
    exercises=(GATEWAY,),
    reveals="where",
)
