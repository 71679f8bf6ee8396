"""What lesson 06 lets a learner write, and what must hold of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import zmq

from ...learning.exercises import Exercise
from ...learning.laws import Check, Complaint, Round, Run, counted, endless, law, shown
from ...learning.watching import Look
from ...record.events import Conflate
from . import solutions

# --- offer ---

MARK, THERE, MESSAGES = 5, 2, 8
"""The mark of the queue, the messages that stand in it already, and those that are offered."""
AFTERWARDS = 0.1
"""Seconds in which a thread that it has started would begin to send."""


def some_messages() -> list[bytes]:
    """Return messages that nobody can guess. One comes twice, one is no text."""
    texts = [f"message {number} {secrets.token_hex(2)}".encode() for number in range(1, MESSAGES + 1)]
    return [*texts[:4], texts[1], *texts[5:7], b"\xff" + texts[7]]


def with_little_room(run: Run) -> None:
    messages = run.notes["messages"] = some_messages()
    run.notes["room"] = MARK - THERE

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.PUSH) as socket:
            socket.sndhwm = MARK
            socket.connect(run.endpoint())
            for _ in range(THERE):
                socket.send(b"already there")
            run.call(socket, list(messages))
            run.arena.wait_for(lambda: waited(run), AFTERWARDS)

    run.begin(body)
    run.wait_for(lambda: waited(run) or not run.alive, 1.5)


def with_a_peer(run: Run) -> None:
    messages = run.notes["messages"] = some_messages()
    run.notes["room"] = MESSAGES

    def receiver(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.PULL) as socket:
            socket.bind(endpoint)
            while True:
                socket.recv_multipart()

    def body(context: zmq.Context) -> None:
        with context.socket(zmq.PUSH) as socket:
            socket.connect(run.endpoint())
            socket.poll(5_000, zmq.POLLOUT)
            run.call(socket, list(messages))

    run.start(receiver)
    run.begin(body)
    run.until_it_ends()
    run.arena.wait_for(lambda: len(run.messages("received", "receiver")) == MESSAGES, 1)


def waited(run: Run) -> Look | None:
    """Return the first look of the function that waited for room, or None."""
    looks = [look for look in run.looks() if run.calls and look.began >= run.called]
    return next((look for look in looks if look.limit and not look.came), None)


def sent_by(run: Run) -> list[tuple[bytes, ...]]:
    """Return what the function sent, beyond what stood there already."""
    return [frames for frames in run.frames("sent") if frames != (b"already there",)]


def _beside(run: Run) -> str:
    """Return what stood in the queue already, in words."""
    there = len(run.frames("sent")) - len(sent_by(run))
    return f" beside the {there} that stood there" if there else ""


@law("never waits")
def never_waits(run: Run) -> Complaint | None:
    """It never waits for room."""
    look = waited(run)
    if not look:
        return None
    text = (
        f"Its queue had room for {run.notes['room']}{_beside(run)}. After {counted(len(sent_by(run)), 'message')} your function "
        f"waited in {look.call}(). With `zmq.NOBLOCK`, `send` raises `zmq.Again` instead."
    )
    return Complaint("your function waited", text)


@law("ends")
def returns_what_is_left(run: Run) -> Complaint | None:
    """It returns, when it has tried each once."""
    if run.returned or run.error or not run.alive:
        return None
    text = f"{counted(len(sent_by(run)), 'message')} sent, and your function had not returned. "
    then = "Do not try again what found no room: go on, and return it."
    return Complaint("your function did not return", text + endless(run, then).text)


@law("room")
def fills_the_room(run: Run) -> Complaint | None:
    """It sends as many as find room, each as it is, in order."""
    sent, room, messages = sent_by(run), run.notes["room"], run.notes["messages"]
    if len(sent) > room:
        text = f"There was room for {room}, and {len(sent)} messages were put into the queue. The limit is there for a reason: keep it."
        return Complaint("you took the limit away", text)
    if len(sent) < room:
        here = f" ({THERE} stood in the queue already: its mark says how many in all.)" if room < MARK else ""
        text = f"There was room for {room} messages, and you sent {len(sent)}. Try to send each by itself.{here}"
        return Complaint("there was room for more", text)
    if sent != [(message,) for message in messages[:room]]:
        text = f"You sent {shown([frames[0] for frames in sent])}. Send the messages in the order of the list, each as it is."
        return Complaint("the order is wrong", text)
    return None


@law("returns")
def returns_the_rest(run: Run) -> Complaint | None:
    """It returns those that found no room, in order, as a list."""
    told, messages, room = run.returned[-1], run.notes["messages"], run.notes["room"]
    wanted = messages[room:]
    names = f"the last {len(wanted)} of {len(messages)}" if wanted else "none, so an empty list"
    if told is None:
        return Complaint("your function returned nothing", f"Return a list of what found no room: here {names}.")
    if not isinstance(told, list):
        return Complaint(
            "not a list", f"Your function returned {shown(told)}. Return a list of messages: here {names}."
        )
    if told == wanted:
        return None
    if wanted and told == messages[:room]:
        return Complaint("these were sent", f"You returned what was sent. Return what found no room: here {names}.")
    if len(told) == len(wanted):
        text = f"You returned {shown(told)}. Return them as they stand in the list: here {names}."
        return Complaint("what you returned is not in order", text)
    if not wanted:
        return Complaint(f"you returned {len(told)} too many", "All found room: return an empty list.")
    text = f"{names.capitalize()} found no room{_beside(run)}. Return all of them, in order, so that nothing is lost without a word."
    return Complaint(f"you returned {len(told)} of {len(wanted)}", text)


@law("room")
def all_arrived(run: Run) -> Complaint | None:
    """With a peer, all arrives."""
    came = [frames[0] for frames in run.frames("received", "receiver")]
    text = f"A peer was there, with room for all {MESSAGES}, and {len(came)} arrived."
    return Complaint("with room for all, not all were sent", text) if came != run.notes["messages"] else None


OFFERING = (never_waits, returns_what_is_left)
OFFERED = (fills_the_room, returns_the_rest)

OFFER = Exercise(
    name="offer",
    title="send without ever waiting",
    task="Write `offer(socket, messages)`. `socket` is a `PUSH`, ready for use; `messages` is a list of bytes. Send as many as "
    "find room, and never wait. Return a list of those that found none, in order.",
    check=Check(
        Round(with_little_room, *OFFERED, first=OFFERING),
        Round(with_a_peer, *OFFERED, all_arrived, first=OFFERING),
        ends="Return a list of what found no room.",
        well="what found room was sent, the rest was returned, and nobody waited",
    ),
    hints=(
        "`socket.send(message, zmq.NOBLOCK)` raises `zmq.Again` where a plain `send` would wait.",
        "Try each message: `try: … except zmq.Again:`. The first that finds no room, and all after it, are the rest.",
        "Return the rest as a list, also when it is empty: `messages[number:]`.",
    ),
    model=solutions.offer,
    home=__name__,
)

# --- newest ---

REPORTS = 50
CITIES = (b"paris", b"oslo")
A_MOMENT = 10
"""Milliseconds for which it may look for one more."""


def station(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
    with context.socket(zmq.XPUB) as publisher:
        publisher.bind(endpoint)
        publisher.recv()  # the subscription
        for text in texts:
            publisher.send_multipart([frame.encode() for frame in text.split("|")])


def begin_reading(run: Run) -> None:
    """Let the function read each time that it is told to. Over inproc: what was sent is there."""
    endpoint = run.places["reports"] = f"inproc://reports-{run.number}"
    run.notes["station"] = run.start(station, endpoint=endpoint, shared=True)

    def body(context: zmq.Context, texts: Iterator[str]) -> None:
        with context.socket(zmq.SUB) as reports:
            reports.connect(endpoint)
            reports.subscribe("")
            for _ in texts:
                run.call(reports)

    run.begin(body, shared=True)


def publish(run: Run, meanwhile: bool = False) -> None:
    """Publish many reports. Where it waits meanwhile, any of them may be the newest when it looks."""
    reports = [[CITIES[number % 2], str(secrets.randbelow(10_000)).encode()] for number in range(REPORTS)]
    before = len(run.messages("sent", "station"))
    for city, number in reports:
        run.notes["station"].say(f"{city.decode()}|{number.decode()}")
    run.arena.wait_for(lambda: len(run.messages("sent", "station")) == before + REPORTS)
    run.notes.setdefault("newest", []).append(None if meanwhile else reports[-1])


def read(run: Run) -> bool:
    """Have it read. False when it does not return."""
    before = len(run.returned)
    run.you.say("read")
    return run.wait_for(lambda: len(run.returned) > before, 1.5)


def one_reading(run: Run) -> None:
    begin_reading(run)
    publish(run)
    read(run)


def many_readings(run: Run) -> None:
    begin_reading(run)
    for _ in range(3):
        publish(run)
        if not read(run):
            return
    run.notes["nothing new"] = True
    run.you.say("read")
    run.silence()
    if len(run.returned) == 3:
        run.notes["nothing new"] = False
        publish(run, meanwhile=True)
        run.wait_for(lambda: len(run.returned) > 3)


@law("waits for the first")
def waits_for_the_first_only(run: Run) -> Complaint | None:
    """It waits until there is one report, and for no other."""
    received = [message.time for message in run.messages("received")]
    for look in run.looks():
        began = (
            run.called_at[-1] if look.came is None else max((at for at in run.called_at if at <= look.time), default=0)
        )
        has_one = any(began <= time < look.time for time in received)
        if look.came or 0 <= look.limit < A_MOMENT or not has_one:
            continue
        text = (
            f"{REPORTS} reports had come. You read them, and then waited in {look.call}() for one more. Wait for the first "
            "only. Read on only while there is something: `reports.poll(0)`, or `zmq.NOBLOCK`. They may come for ever."
        )
        return Complaint("your function waits for one too many", text)
    return None


@law("ends")
def comes_back(run: Run) -> Complaint | None:
    """It returns when there is a report."""
    asked, told = len(run.notes["newest"]), len(run.returned)
    if told >= asked or run.error:
        return None
    if run.waits_in():
        text = f"Your function waits in {run.waits_in()}. Wait in `recv_multipart()`."
        return Complaint("a report came, and you did not return it", text)
    return Complaint("your function does not come to an end", endless(run, "Return the newest report.").text)


@law("waits for the first")
def waits_for_a_report(run: Run) -> Complaint | None:
    """With nothing new, it waits."""
    if not run.notes.get("nothing new") or len(run.returned) <= 3:
        return None
    text = (
        f"Nothing new had come, and you returned {shown(run.returned[-1])}. Wait until there is a report, however long."
    )
    return Complaint("you did not wait for a report", text)


@law("newest")
def returns_the_newest(run: Run) -> Complaint | None:
    """It returns the newest report, whole."""
    for report, wanted in zip(run.returned, run.notes["newest"], strict=False):
        if wanted is None:
            continue
        asked = f"Return the newest report as a list of its frames: here `{wanted}`."
        if not isinstance(report, list) or len(report) != 2:
            return Complaint("that is no whole report", f"You returned `{shown(report)}`. {asked}")
        if report != wanted and run.events(Conflate):
            text = "The socket is connected when you are given it, and then the option changes nothing. (In time, it would keep one frame.)"
            return Complaint(
                "you set `conflate` too late", f"You returned `{shown(report)}`, and newer ones had come. {text}"
            )
        if report != wanted:
            return Complaint("that report is old", f"You returned `{shown(report)}`, and newer ones had come. {asked}")
    return None


READING = (waits_for_the_first_only, comes_back, waits_for_a_report, returns_the_newest)

NEWEST = Exercise(
    name="newest",
    title="the newest report, with its city",
    task="Write `newest(reports)`. `reports` is a `SUB`, connected and subscribed; each report has two frames, a city and a "
    "number. They come faster than you read. Return the newest that has come, as a list of its frames, and let go of the "
    "older ones. If none has come, wait for one.",
    check=Check(
        Round(one_reading, first=READING),
        Round(many_readings, first=READING),
        goes_on="",
        well="always the newest report, whole, and none is made up",
    ),
    hints=(
        "`CONFLATE` cannot do it: it keeps one frame. So read all that is there, and keep the last.",
        "The first `recv_multipart()` may wait. After that, read on only as long as `reports.poll(0)` says that there is more. "
        "They may come faster than you read: `for _ in range(1_000):` ends all the same.",
    ),
    model=solutions.newest,
    home=__name__,
)
