"""The program that a learner repairs in the case of the silent alarm, and what must hold of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Makes, Round, Run, counted, endless, law
from ...record.events import Bound, LinkUp, Sent

A_WHILE = 1.0
"""Seconds in which the gateway hears of who has come, or hands on what has waited."""
TAKES = 0.5
"""Seconds in which a gateway that has a link to the sensor takes what waits there, if it takes it now at all."""


def sensor(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
    """Tell the gateway what happens at the door."""
    with context.socket(zmq.PUSH) as pusher:
        pusher.reconnect_ivl = 10  # milliseconds: a gateway that is there is found at once
        pusher.connect(endpoint)
        for text in texts:
            pusher.send_string(text)


def subscriber(context: zmq.Context, endpoint: str, topic: str) -> None:
    """Hear what begins with the topic."""
    with context.socket(zmq.SUB) as socket:
        socket.subscribe(topic)
        socket.connect(endpoint)
        while True:
            socket.recv()


def a_restart(**topics: str) -> Callable[[Run], None]:
    """Let an alarm wait for the gateway, and its subscribers come one after the other, each after a silence."""

    def play(run: Run) -> None:
        door, news = run.endpoint("door_endpoint"), run.endpoint("news_endpoint")
        alarms = run.notes["alarms"] = [f"door {what} {secrets.token_hex(2)}".encode() for what in ("open", "shut")]
        run.notes["who"] = list(topics)
        outside = run.start(sensor, f"sensor {run.number}", endpoint=door)
        outside.say(alarms[0].decode())
        run.begin(lambda context: run.call(context, door, news))
        for number, (name, topic) in enumerate(topics.items(), 1):
            run.wait_for(lambda: run.waits_in(), A_WHILE)
            if takes_alarms(run):  # then nobody comes before it has taken the one that waits
                run.wait_for(lambda: run.events(LinkUp, outside.name), A_WHILE)
                run.wait_for(lambda: alarms[0] in taken(run), TAKES)
            run.silence()
            run.start(subscriber, name, endpoint=news, topic=topic)
            run.wait_for(lambda number=number, name=name: came(run) >= number or in_vain(run, name), A_WHILE)
        run.wait_for(lambda: all(heard(run, name) == alarms[:1] for name in topics), A_WHILE)
        outside.say(alarms[1].decode())
        run.wait_for(lambda: all(heard(run, name) == alarms for name in topics), A_WHILE)

    return play


def heard(run: Run, who: str) -> list[bytes]:
    """Return what a subscriber has received."""
    return [frames[0] for frames in run.frames("received", who)]


def came(run: Run, until: int | None = None) -> int:
    """Return of how many subscriptions the gateway had heard until a moment (ns), or until now."""
    told = [one for one in run.messages("received") if one.frames[0][:1] == b"\x01"]
    return sum(until is None or one.time < until for one in told)


def published(run: Run) -> list[Sent]:
    """Return what it has sent."""
    return run.messages("sent")


def takes_alarms(run: Run) -> bool:
    """Whether the gateway has bound the endpoint of the sensor."""
    return any(one.endpoint == run.endpoint("door_endpoint") for one in run.events(Bound))


def taken(run: Run) -> list[bytes]:
    """Return the first frame of all that the gateway has received."""
    return [frames[0] for frames in run.frames("received")]


def in_vain(run: Run, name: str) -> bool:
    """Whether a subscriber is there, and the gateway has published without having waited for it."""
    return bool(published(run)) and bool(run.events(LinkUp, name))


def back(run: Run, until: int) -> list[str]:
    """Return which subscribers had a link to the gateway at a moment (ns), or have heard its first alarm."""
    return [
        name
        for name in run.notes["who"]
        if run.notes["alarms"][0] in heard(run, name) or any(one.time < until for one in run.events(LinkUp, name))
    ]


@law("binds")
def is_at_work(run: Run) -> Complaint | None:
    """It binds both endpoints, or waits for something on the way."""
    if run.error or not run.alive or run.events(Bound) or run.waits_in():
        return None
    return endless(run, "Bind the `XPUB`, and wait until the subscribers are there.")


@law("all are there")
def waits_for_both(run: Run) -> Complaint | None:
    """Nothing is published before both have subscribed."""
    sent, there = published(run), len(run.notes["who"])
    if not sent or came(run, sent[0].time) >= there:
        return None
    if not came(run, sent[0].time):
        ask = "An `XPUB` tells you who is there: `publisher.recv()` returns when a subscription has come."
        if luck := back(run, sent[0].time):
            text = f"{' and '.join(luck).capitalize()} had a link by then. Your gateway did not know that: it was luck. {ask}"
            return Complaint("the gateway published, and did not know who was back", text, sent[0])
        text = f"A `PUB` keeps nothing for who comes later, and no sleep is long enough for every link. {ask}"
        return Complaint("the gateway published before anybody was back", text, sent[0])
    text = f"The other was still on its way, and never heard of it. Wait for {there} subscriptions."
    return Complaint(f"the gateway published after one subscription of {there}", text, sent[0])


@law("goes on")
def waits_no_longer(run: Run) -> Complaint | None:
    """It hands the alarm on once both are there."""
    if published(run) or run.error or not run.alive or not run.waits_in():
        return None
    if came(run) < len(run.notes["who"]):
        text = (
            f"{counted(came(run), 'subscription').capitalize()} reached you, and two are there. When two subscribe to the same topic, "
            "a plain `XPUB` tells you of the first only: set `publisher.xpub_verboser = 1`."
        )
        return Complaint("the gateway waits for ever", text)
    text = f"Both are there, and your gateway waits in {run.waits_in()}. Receive from the sensor now, and publish."
    return Complaint("the gateway waits for ever", text)


@law("hands on")
def both_hear_all(run: Run) -> Complaint | None:
    """Each subscriber hears each alarm once, in order, as it is."""
    for name in run.notes["who"]:
        if heard(run, name) != run.notes["alarms"]:
            text = "Publish each message of the sensor once, in order, as it is: also those that come later."
            got = counted(len(heard(run, name)), "message")
            return Complaint(f"{name.partition(' (')[0]} heard {got}, and there were 2", text, run.last(name))
    return None


def gateway(context, door_endpoint, news_endpoint):
    """Publish all that happens at the door, once siren and diary are there to hear it."""
    with context.socket(zmq.PULL) as puller, context.socket(zmq.XPUB) as publisher:
        publisher.xpub_verboser = 1  # it tells of every subscription, and of every end of one
        publisher.bind(news_endpoint)
        there = 0
        while there < 2:
            there += 1 if publisher.recv()[0] == 1 else -1
        puller.bind(door_endpoint)  # until now the alarm waits at the sensor
        while True:
            publisher.send_string(puller.recv_string())


FIRST = (is_at_work, waits_for_both, waits_no_longer)

GATEWAY = Exercise(
    name="gateway",
    title="an alarm while the gateway restarts",
    task="Repair `gateway`. Its subscribers are two: it takes an alarm from the sensor only when both are there, however long "
    "that takes, and publishes it. Then it goes on.\nIn the check somebody opens the door while the gateway starts, and the "
    "siren and the diary come late. In a second run two sirens come, and both want `door`.",
    check=Check(
        Round(a_restart(siren="door", diary=""), both_hear_all, first=FIRST),
        Round(a_restart(**{"siren (2)": "door", "another siren": "door"}), both_hear_all, first=FIRST),
        makes=(
            Makes(("PULL",), "bind", "door_endpoint", meets="PUSH"),
            Makes(("XPUB", "PUB"), "bind", "news_endpoint", meets="SUB"),
        ),
        goes_on="A gateway goes on: there will be another alarm. Publish whatever comes, in a loop without an end.",
        you="gateway",
        well="both heard the alarm that came while the gateway started, and the next one too",
    ),
    hints=(
        "An `XPUB` is a `PUB` that tells you who subscribes: `publisher.recv()` returns `b'\\x01door'` when the siren has come.",
        "Bind the `XPUB`, receive two subscriptions, and only then `puller.bind(door_endpoint)`: until then the alarm waits at "
        "the sensor.",
        "Set `publisher.xpub_verboser = 1` before `bind`: else two who want the same are told of once.",
    ),
    model=gateway,
    home=__name__,
    runs=True,
)
