"""What lesson 02 asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...record.events import Connected, Message, Subscribed
from . import solutions

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


def _which_passed(experiment: Any) -> str:
    return " and ".join(_heard(experiment, "subscriber")) + " came through"


PREFIX = Prediction(
    name="prefix",
    text="The subscription is `paris`. Published are `paris`, `paris-nord`, `oslo-paris` and `Paris`. Which are received?",
    options={
        "A": "`paris` alone",
        "B": "`paris` and `paris-nord`",
        "C": "`paris`, `paris-nord` and `oslo-paris`",
    },
    said={
        "A": "The message need not equal the subscription.",
        "B": "A message passes when its first bytes are those of the subscription. That is called a prefix.",
        "C": "It is not enough that the bytes stand somewhere in the message.",
    },
    right="B",
    observe=_which_passed,
    grade=lambda seen: _graded_by_number(seen.most_common(1)[0][0]),
)


def _graded_by_number(observed: str) -> str:
    return {1: "A", 2: "B"}.get(len(observed.split(" and ")), "C")


PUBLISHED = ["one", "two", "three"]


def _what_arrived(experiment: Any) -> str:
    heard = [text for text in _heard(experiment, "subscriber") if text in PUBLISHED]
    return {0: "nothing", 1: "the last one", 2: "all but the first", 3: "all three"}[len(heard)]


def _graded_by_luck(seen: Counter[str]) -> str:
    """What is sure comes out nearly always: the rest is luck."""
    for words, letter in {"all three": "A", "all but the first": "B"}.items():
        if seen[words] >= 0.9 * seen.total():
            return letter
    return "C"


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
        "B": "It is not just the first message that is lost: it is all that leave too early.",
        "C": "The subscription is still on its way when “one” leaves. How many are lost until it arrives is luck.",
    },
    right="C",
    observe=_what_arrived,
    grade=_graded_by_luck,
    runs=20,
)


def _what_the_second_life_brought(experiment: Any) -> str:
    heard = [text for text in _heard(experiment, "listener") if text.startswith("news 2")]
    return {0: "nothing of the second life came", 1: "the later message came", 2: "both messages came"}[len(heard)]


REVIVED = Prediction(
    name="revived",
    text="The publisher dies, comes back, publishes “at once”, and then “later”. What does the subscriber receive?",
    options={
        "A": "nothing: it must connect and subscribe again",
        "B": "both: “at once” waits for it",
        "C": "“later” alone, and need not do anything for it",
    },
    said={
        "A": "The program need not do anything: it does not even notice.",
        "B": "A publisher keeps nothing for a subscriber whose subscription has not come.",
        "C": "ZeroMQ connects again and sends the subscriptions again. What was published before they arrived is lost.",
    },
    right="C",
    observe=_what_the_second_life_brought,
    grade=lambda seen: _graded_by_life(seen.most_common(1)[0][0]),
    runs=5,
)


def _graded_by_life(observed: str) -> str:
    return {"nothing": "A", "both": "B", "the": "C"}[observed.split()[0]]


# --- exercise: collect ---

READINGS = 3
REPORTS = [
    "london|17",
    "paris-nord|19",
    "paris|21",
    "oslo|4",
    "paris|22",
    "london|18",
    "paris-nord|18",
    "oslo|3",
    "paris|23",
    "london|16",
]


def _station(context: zmq.Context, endpoint: str) -> None:
    """Publish each report once, as soon as somebody has subscribed."""
    with context.socket(zmq.XPUB) as publisher:
        publisher.bind(endpoint)
        publisher.recv()
        for report in REPORTS:
            publisher.send_string(report)
        while True:
            publisher.recv()


def check_collect(arena: Arena, collect: Callable) -> str:
    """A station that publishes reports of four cities; readings of one of them are asked for, then of another."""
    for city in ("paris", "london"):
        _check_city(arena, collect, city)
    return f"{READINGS} readings of each city, and nothing else travelled"


def _check_city(arena: Arena, collect: Callable, city: str) -> None:
    name, endpoint = f"you ({city})", arena.endpoint(city)
    wanted = [report.split("|")[1] for report in REPORTS if report.startswith(f"{city}|")]
    returned: list[Any] = []
    arena.start(_station, f"station ({city})", endpoint=endpoint)

    def you(context: zmq.Context) -> None:
        returned.append(collect(context, endpoint, city))

    actor = arena.start(you, name)
    arena.wait_for(lambda: not actor.alive)
    arena.raise_what_failed(actor)
    received = arena.messages(name, "received")
    if actor.alive:
        raise Wrong(*_no_end(arena, name, city, received), _last(arena, name))
    _check_readings(returned[0], wanted, received, city, _last(arena, name))
    others = [message for message in received if not message.frames[0].startswith(f"{city}|".encode())]
    if others:
        text = (
            "What you return is right, but those messages travelled for nothing: on a real network that is what costs. "
            f"Leave it to the publisher: subscribe to what only messages of {city} begin with."
        )
        raise Wrong(f"{_counted(len(others), 'message')} of other cities travelled to you", text, others[0])


def _check_readings(returned: Any, wanted: list[str], received: list[Message], city: str, event: Any) -> None:
    strangers = [message for message in received if not message.frames[0].startswith(f"{city}|".encode())]
    if isinstance(returned, list) and any(isinstance(one, bytes) for one in returned):
        raise Wrong("you returned bytes", "Return text: `recv_string` decodes it, and so does `.decode()`.", event)
    if isinstance(returned, list) and returned != wanted:
        for message in strangers:
            stranger, _, reading = message.frames[0].decode().partition("|")
            if reading in returned:
                text = f"A subscription is a prefix, and `{stranger}` begins with it too. Where does the name of the city end?"
                text = text if stranger.startswith(city) else f"You were asked for {city} alone."
                raise Wrong(f"you collected a reading of {stranger}", text, message)
        if returned == wanted[: len(returned)]:
            text = f"Receive until you have {READINGS}. A SUB receives the next message only when you receive again."
            raise Wrong(f"you returned {len(returned)} of {READINGS} readings", text, event)
        if returned == [f"{city}|{reading}" for reading in wanted]:
            raise Wrong("you returned whole messages", "The reading is what stands behind the `|`.", event)
    if returned != wanted:
        text = f"It should be {wanted!r}, the readings of {city}."
        raise Wrong(f"you returned {_shown(returned)}", text, event)


def _no_end(arena: Arena, name: str, city: str, received: list[Message]) -> tuple[str, str]:
    if not arena.waits_in(name):
        return "your function does not come to an end", f"Return when you have {READINGS} readings."
    topics = [event.topic for event in arena.of_kind(name, Subscribed)]
    if not topics:
        return "you wait for ever", "Your socket has no subscription, and without one a SUB receives nothing."
    if not arena.of_kind(name, Connected):
        return "you wait for ever", "Your socket has not connected to `endpoint`."
    if received:
        return (
            "you wait for one message too many",
            f"Return when you have {READINGS} readings: nobody says that a fourth will ever come.",
        )
    shown = ", ".join(f"`{topic.decode(errors='replace')}`" for topic in topics)
    return (
        "you wait for ever",
        f"You subscribed to {shown}, and no message begins so. The first report of {city} is `{city}|…`.",
    )


def _last(arena: Arena, actor: str) -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


def _shown(thing: Any) -> str:
    words = repr(thing)
    return words if len(words) <= 60 else words[:59] + "…"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number > 1 else ''}"


COLLECT = Exercise(
    name="collect",
    title="the readings of one city",
    task="Write `collect(context, endpoint, city)`. At the endpoint a station publishes `london|17`, `paris-nord|19`, "
    f"`paris|21`, …\nReturn the first {READINGS} readings of the city, as a list of texts: for `paris`, that is "
    "`['21', '22', '23']`. No message of any other city may travel to you.",
    check=check_collect,
    hints=(
        "Make a SUB socket, connect it, subscribe. Then receive three times.",
        "`paris` is a prefix of `paris-nord` too. `paris|` is not.",
        '`subscriber.subscribe(f"{city}|")`. What `recv_string()` returns you can split: `.split("|")[1]`.',
    ),
    model=solutions.collect,
    home=__name__,
)

# --- exercise: publish ---

MESSAGES = [f"news {number}".encode() for number in range(1, 6)]
SUBSCRIBERS = ("anna", "bert", "carla")
PATIENT = 0.4
"""Seconds in which a publisher that listens has heard of a subscriber; for one that does not, the next one comes then."""


def _subscriber(context: zmq.Context, endpoint: str) -> None:
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"news")
        subscriber.connect(endpoint)
        while True:
            subscriber.recv()


def _visitor(context: zmq.Context, endpoint: str) -> None:
    """Subscribe, and leave again."""
    with context.socket(zmq.SUB) as subscriber:
        subscriber.subscribe(b"nothing")
        subscriber.connect(endpoint)
        while True:
            subscriber.recv()


def check_publish(arena: Arena, publish: Callable) -> str:
    """One subscriber comes, then a visitor who leaves again, then two more subscribers."""
    name, returned = "your publisher", []

    def your_publisher(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.XPUB) as xpub:
            xpub.xpub_verbose = True
            xpub.bind(endpoint)
            publish(xpub, list(MESSAGES), len(SUBSCRIBERS))
            returned.append(True)

    publisher = arena.start(your_publisher, name)
    told = 0

    def let_come(actor: Callable, who: str) -> Any:
        nonlocal told
        told += 1
        came = arena.start(actor, who)
        arena.wait_for(lambda: len(arena.messages(name, "received")) >= told or not publisher.alive, PATIENT)
        return came

    let_come(_subscriber, SUBSCRIBERS[0])
    let_come(_visitor, "visitor").stop()
    told += 1
    arena.wait_for(lambda: len(arena.messages(name, "received")) >= told or not publisher.alive, PATIENT)
    for who in SUBSCRIBERS[1:]:
        let_come(_subscriber, who)
    arena.wait_for(lambda: not publisher.alive, 1)
    arena.raise_what_failed(publisher)
    _check_beginning(arena, name)
    if publisher.alive:
        raise Wrong(*_goes_on(arena, name), _last(arena, name))
    _check_sent(arena, name)
    everybody = lambda: all(_news(arena, who) == MESSAGES for who in SUBSCRIBERS)  # noqa: E731
    if not arena.wait_for(everybody, 1):
        without = next(who for who in SUBSCRIBERS if _news(arena, who) != MESSAGES)
        raise Wrong(f"{without} lost messages", "Did you change what the socket does?", _last(arena, without))
    return f"{len(SUBSCRIBERS)} subscribers, {len(MESSAGES)} messages each, nothing lost"


def _news(arena: Arena, who: str) -> list[bytes]:
    return [message.frames[0] for message in arena.messages(who, "received")]


def _check_beginning(arena: Arena, name: str) -> None:
    """Raise `Wrong` when the first message left before all had subscribed."""
    sent = arena.messages(name, "sent")
    if not sent:
        return
    first, n = sent[0], len(SUBSCRIBERS)
    heard = [one.frames[0] for one in arena.messages(name, "received") if one.time < first.time]
    came, left = sum(frame[:1] == b"\x01" for frame in heard), sum(frame[:1] == b"\x00" for frame in heard)
    if came - left >= n:
        return
    if not heard:
        raise Wrong(
            "you published without knowing who was there",
            "Your function received nothing before it sent. However long it sleeps, a subscriber may need longer. The "
            "socket tells you: `xpub.recv()` returns when a subscription has come.",
            first,
        )
    if left and came + left >= n > came:
        raise Wrong(
            "you counted somebody who left as one more",
            "What begins with the byte 0 is the end of a subscription. Look at the first byte of what you receive.",
            first,
        )
    if left and came >= n:
        raise Wrong(
            "you counted somebody who had left",
            f"{came} subscriptions had come, but one of them had ended again: the byte 0 at the beginning says so. "
            "Count it back.",
            first,
        )
    times = "one subscription" if came == 1 else f"{came} subscriptions"
    text = f"The others were still on their way, and lost what you sent. Wait until {n} are there."
    raise Wrong(f"you published after {times} of {n}", text, first)


def _goes_on(arena: Arena, name: str) -> tuple[str, str]:
    call = arena.waits_in(name)
    if call.startswith(("recv", "poll")) and len(arena.messages(name, "sent")) == len(MESSAGES):
        return "your function does not return", "All is sent: return, and do not receive any more."
    if call.startswith("recv"):
        return "you wait for ever", "All have subscribed, and nothing more comes. Count them, and then send."
    return "your function does not come to an end", "Return when all messages are sent."


def _check_sent(arena: Arena, name: str) -> None:
    sent = [message.frames[0] for message in arena.messages(name, "sent")]
    if not sent:
        text = "Your function returned, and nothing was sent. Once all are there, send each of the messages."
        raise Wrong("you published nothing", text, _last(arena, name))
    if sent != MESSAGES:
        text = f"Send each of the {len(MESSAGES)} messages once, in order."
        raise Wrong(
            f"you sent {_counted(len(sent), 'message')}, and not those {len(MESSAGES)}", text, _last(arena, name)
        )


PUBLISH = Exercise(
    name="publish",
    title="a publisher that loses nothing",
    task="Write `publish(xpub, messages, n)`. The socket is an `XPUB`, already bound. Send the messages, which are bytes, each once and in "
    "order, as soon as `n` subscribers are there, so that none of them loses any. Then return.\nEach subscriber subscribes "
    "once. Some leave again while you wait: those do not count.",
    check=check_publish,
    hints=(
        "Receive from the socket before you send anything. Each thing received is somebody who comes or leaves.",
        "The first byte says which: `news[0]` is 1 for a subscription and 0 for its end.",
        "Keep a number: one more for each 1, one less for each 0, until it is `n`. Then send all messages.",
    ),
    model=solutions.publish,
    home=__name__,
)

LESSON = Lesson(
    number="02",
    title="Tell many at once: publish and subscribe",
    predictions=(PREFIX, SLOW_JOINER, REVIVED),
    exercises=(COLLECT, PUBLISH),
    opening=OPENING,
)
