"""What lesson 02 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Makes, Round, Run, counted, law, shown
from ...record.events import Bound, Connected, Subscribed
from . import solutions

# --- collect ---

READINGS = 3
BEFORE = ("london", "paris-nord", "köln", "paris", "oslo", "köln-süd")
AFTER = ("paris", "köln", "london", "paris-nord", "oslo", "paris", "köln", "paris", "london", "köln", "köln-süd")
"""The cities of the reports: those that come at once, and those that come after a silence."""


def station(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
    """Publish each report once, as soon as somebody has subscribed."""
    with context.socket(zmq.XPUB) as publisher:
        publisher.bind(endpoint)
        publisher.recv()
        for report in texts:
            publisher.send_string(report)


def collects(city: str) -> Callable[[Run], None]:
    """Let the function collect readings of a city. The first comes at once, the others after a silence."""

    def play(run: Run) -> None:
        reports = [[f"{name}|{secrets.randbelow(10_000)}" for name in part] for part in (BEFORE, AFTER)]
        readings = [report.split("|")[1] for part in reports for report in part if report.startswith(f"{city}|")]
        run.notes |= {"city": city, "wanted": readings[:READINGS]}
        publisher = run.start(station, "station", endpoint=run.endpoint())
        run.arena.wait_for(lambda: run.events(Bound, "station"))
        run.begin(lambda context: run.call(context, run.endpoint(), city))
        for part in reports:
            for report in part:
                publisher.say(report)
            if part is reports[0]:
                run.wait_for(lambda: run.messages("received"))
                run.silence()
        run.until_it_ends()

    return play


def of_others(run: Run) -> list[Any]:
    beginning = f"{run.notes['city']}|".encode()
    return [message for message in run.messages("received") if not message.frames[0].startswith(beginning)]


@law("one socket")
def on_one_socket(run: Run) -> Complaint | None:
    """It collects all readings with one socket."""
    made = run.made("SUB", "XSUB")
    text = "A new socket hears only what is published from then on: what came in between was lost to it. Receive all on one."
    return Complaint(f"you made {len(made)} sockets", text, made[1]) if len(made) > 1 else None


@law("ends")
def collects_to_an_end(run: Run) -> Complaint | None:
    """It ends, with a subscription that fits."""
    city, topics = run.notes["city"], [event.topic for event in run.events(Subscribed)]
    if not run.alive or run.error or not run.waits_in() or not run.made("SUB"):
        return None
    if not topics:
        return Complaint(
            "you wait for ever", "Your socket has no subscription, and without one a SUB receives nothing."
        )
    if not run.events(Connected | Bound):
        return Complaint("you wait for ever", "Your socket has not connected to `endpoint`.")
    if run.messages("received"):
        text = f"Return when you have {READINGS} readings: nobody says that a fourth will ever come."
        return Complaint("you wait for one message too many", text)
    named = ", ".join(f"`{topic.decode(errors='replace')}`" for topic in topics)
    text = f"You subscribed to {named}, and no message begins so. The first report of {city} is `{city}|…`."
    return Complaint("you wait for ever", text)


@law("returns")
def returns_the_readings(run: Run) -> Complaint | None:
    """It returns the readings of the city: no more, no less, in order, as text."""
    told, wanted, city = run.returned[-1], run.notes["wanted"], run.notes["city"]
    if told == wanted:
        return None
    if not isinstance(told, list):
        return Complaint(f"you returned {shown(told)}", f"It should be a list: {wanted!r}, the readings of {city}.")
    if any(isinstance(one, bytes) for one in told):
        return Complaint("you returned bytes", "Return text: `recv_string` decodes it, and so does `.decode()`.")
    for message in of_others(run):
        stranger, _, reading = message.frames[0].decode(errors="replace").partition("|")
        if reading in told:
            text = (
                f"A subscription is a prefix, and `{stranger}` begins with it too. Where does the name of the city end?"
            )
            text = text if stranger.startswith(city) else f"You were asked for {city} alone."
            return Complaint(f"you collected a reading of {stranger}", text, message)
    if told == wanted[: len(told)]:
        text = f"Receive until you have {READINGS}, however long the next takes. A SUB receives the next message only when you receive again."
        return Complaint(f"you returned {len(told)} of {READINGS} readings", text)
    if told == [f"{city}|{reading}" for reading in wanted]:
        return Complaint("you returned whole messages", "The reading is what stands behind the `|`.")
    return Complaint(f"you returned {shown(told)}", f"It should be {wanted!r}, the readings of {city}, as text.")


@law("subscription")
def nothing_else_travelled(run: Run) -> Complaint | None:
    """No message of another city has travelled to it."""
    others, city = of_others(run), run.notes["city"]
    text = (
        "What you return is right, but those messages travelled for nothing: on a real network that is what costs. Leave it to "
        f"the publisher: subscribe to what only messages of {city} begin with."
    )
    return (
        Complaint(f"{counted(len(others), 'message')} of other cities travelled to you", text, others[0])
        if others
        else None
    )


FIRST = (on_one_socket, collects_to_an_end)
THEN = (returns_the_readings, nothing_else_travelled)

COLLECT = Exercise(
    name="collect",
    title="the readings of one city",
    task="Write `collect(context, endpoint, city)`. At the endpoint a station publishes `london|17`, `paris-nord|19`, "
    f"`paris|21`, …\nReturn the first {READINGS} readings of the city, as a list of texts: for `paris`, that is "
    "`['21', '22', '23']`. No message of any other city may travel to you. Leave no socket open.",
    check=Check(
        *(Round(collects(city), *THEN, first=FIRST) for city in ("paris", "köln")),
        makes=(Makes(("SUB", "XSUB"), "connect", meets="XPUB"),),
        ends=f"Return when you have {READINGS} readings.",
        well=f"{READINGS} readings of each city, and nothing else travelled",
    ),
    hints=(
        "Make a SUB socket, connect it, subscribe. Then receive three times.",
        "`paris` is a prefix of `paris-nord` too. `paris|` is not.",
        '`subscriber.subscribe(f"{city}|")`. What `recv_string()` returns you can split: `.split("|")[1]`.',
    ),
    model=solutions.collect,
    home=__name__,
)

# --- publish ---

TOPICS = {"anna": b"news", "bert": b"news", "carla": b""}
"""Who subscribes to what."""


def subscriber(context: zmq.Context, endpoint: str, topic: bytes) -> None:
    with context.socket(zmq.SUB) as socket:
        socket.subscribe(topic)
        socket.connect(endpoint)
        while True:
            socket.recv()


def publishes(stay: tuple[str, ...], visitor: bool) -> Callable[[Run], None]:
    """Let subscribers come one by one. A visitor comes second, and leaves again; before the last comes, there is a silence."""

    def play(run: Run) -> None:
        run.notes |= {
            "stay": stay,
            "news": [f"news {secrets.token_hex(3)}".encode() for _ in range(4)] + [b"news \xff"],
        }

        def body(context: zmq.Context) -> None:
            with context.socket(zmq.XPUB) as xpub:
                xpub.setsockopt(zmq.XPUB_VERBOSER, 1)
                xpub.bind(run.endpoint())
                run.call(xpub, list(run.notes["news"]), len(stay))

        run.begin(body)
        for number, name in enumerate(stay):
            if number == len(stay) - 1:
                run.silence()
            run.start(subscriber, name, topic=TOPICS[name])
            _heard(run)
            if visitor and number == 0:
                guest = run.start(subscriber, "visitor", topic=b"news")
                _heard(run)
                guest.stop()
                _heard(run)
        run.until_it_ends(1)
        run.arena.wait_for(lambda: all(_news(run, name) == run.notes["news"] for name in stay), 1)

    return play


def _heard(run: Run) -> None:
    """Wait until the function has received one message more, or does not."""
    told = run.notes["told"] = run.notes.get("told", 0) + 1
    run.wait_for(lambda: len(run.messages("received")) >= told, 0.7)


def _news(run: Run, who: str) -> list[bytes]:
    return [frames[0] for frames in run.frames("received", who)]


def _before_the_first(run: Run) -> tuple[int, int]:
    """Return how many had come, and how many had left, when the first message was sent, or until now."""
    sent = run.messages("sent")
    heard = [one.frames[0][:1] for one in run.messages("received") if not sent or one.time < sent[0].time]
    return heard.count(b"\x01"), heard.count(b"\x00")


@law("all are there")
def waits_for_all(run: Run) -> Complaint | None:
    """The first message leaves when all have subscribed."""
    came, left = _before_the_first(run)
    n, sent = len(run.notes["stay"]), run.messages("sent")
    if not sent or came - left >= n:
        return None
    if not came:
        return Complaint(
            "you published without knowing who was there",
            "Your function received nothing before it sent. However long it sleeps, a subscriber may need longer. The socket "
            "tells you: `xpub.recv()` returns when a subscription has come.",
            sent[0],
        )
    if left and came + left >= n > came:
        text = "What begins with the byte 0 is the end of a subscription. Look at the first byte of what you receive."
        return Complaint("you counted somebody who left as one more", text, sent[0])
    if left and came >= n:
        text = f"{counted(came, 'subscription').capitalize()} had come, but one of them had ended again: the byte 0 at the beginning says so. Count it back."
        return Complaint("you counted somebody who had left", text, sent[0])
    text = f"The others were still on their way, and lost what you sent. Wait until {n} are there, however long that takes."
    return Complaint(f"you published after {counted(came - left, 'subscription')} of {n}", text, sent[0])


@law("ends")
def publishes_to_an_end(run: Run) -> Complaint | None:
    """It sends when it has counted all, and returns."""
    call, sent, n = run.waits_in(), run.messages("sent"), len(run.notes["stay"])
    if not run.alive or run.error or not call.startswith(("recv", "poll")):
        return None
    if len(sent) >= len(run.notes["news"]):
        return Complaint("your function does not return", "All is sent: return, and do not receive any more.")
    came, left = _before_the_first(run)
    return Complaint(
        "you wait for ever",
        f"{came} subscriptions have come and {left} ended, so {came - left} of {n} are there, and you have sent "
        f"{counted(len(sent), 'message')}. Two may have the same topic: count each that begins with the byte 1, take one off for "
        "each that begins with the byte 0, and then send.",
    )


@law("sends all")
def sends_each_once(run: Run) -> Complaint | None:
    """It sends each message once, in order, as it is."""
    sent, news = [frames[0] for frames in run.frames("sent")], run.notes["news"]
    if not sent:
        text = "Your function returned, and nothing was sent. Once all are there, send each of the messages."
        return Complaint("you published nothing", text)
    if sent == news:
        return None
    if sorted(sent) == sorted(news):
        return Complaint("the order is wrong", f"You sent {shown(sent)}. Send the messages in the order of the list.")
    text = f"Send each of the {len(news)} messages once, in order."
    return Complaint(f"you sent {counted(len(sent), 'message')}, and not those {len(news)}", text)


@law("all are there")
def nobody_lost_any(run: Run) -> Complaint | None:
    """Each subscriber has received all."""
    lost = [name for name in run.notes["stay"] if _news(run, name) != run.notes["news"]]
    return (
        Complaint(f"{lost[0]} lost messages", "Did you change what the socket does?", run.last(lost[0]))
        if lost
        else None
    )


OF_PUBLISHING = {"first": (waits_for_all, publishes_to_an_end)}

PUBLISH = Exercise(
    name="publish",
    title="a publisher that loses nothing",
    task="Write `publish(xpub, messages, n)`. The socket is an `XPUB`, already bound. Send the messages, which are bytes, each once and in "
    "order, as soon as `n` subscribers are there, so that none of them loses any. Then return.\nEach subscriber subscribes "
    "once. Some leave again while you wait: those do not count.",
    check=Check(
        Round(publishes(("anna", "bert", "carla"), visitor=True), sends_each_once, nobody_lost_any, **OF_PUBLISHING),
        Round(publishes(("anna", "bert"), visitor=False), sends_each_once, nobody_lost_any, **OF_PUBLISHING),
        ends="Return when all messages are sent.",
        you="your publisher",
        well="3 subscribers, 5 messages each, nothing lost",
    ),
    hints=(
        "Receive from the socket before you send anything. Each thing received is somebody who comes or leaves.",
        "The first byte says which: `news[0]` is 1 for a subscription and 0 for its end.",
        "Keep a number: one more for each 1, one less for each 0, until it is `n`. Then send all messages.",
    ),
    model=solutions.publish,
    home=__name__,
)
