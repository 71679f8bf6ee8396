"""What lesson 06 asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import zmq

from ...learning.arena import Arena
from ...learning.exercises import Exercise, Wrong
from ...learning.lesson import Lesson
from ...learning.predictions import Prediction, Question
from ...record.events import Counted, Finished, Message, Waits
from . import solutions

# --- the opening question, about the exclusive pair ---

OPENING = Question(
    name="never arrives",
    text="Two threads of one program have a pair over `inproc`. One has sent `ready`, the other waits for it, for ever. There "
    "is no error. What is wrong, most likely?",
    options={
        "A": "it was sent before the other had connected, and so it is lost",
        "B": "each thread made a context of its own",
        "C": "a thread must not wait in `recv()`, only in `poll()`",
    },
    said={
        "A": "A pair loses nothing that way: what is sent early waits for the partner.",
        "B": "`inproc` joins sockets of one context. In two contexts the same name means two places, and no call says so.",
        "C": "Waiting in `recv()` is fine. `poll()` is for several sockets, or for a time limit.",
    },
    right="B",
)

# --- predictions ---

MARK = 10


def _how_many_were_sent(experiment: Any) -> str:
    sent = [_sent_so_far(event) for event in experiment.events() if event.actor == "stubborn sender"]
    return f"{max([0, *sent]):,} calls of send() succeeded"


def _sent_so_far(event: Any) -> int:
    if isinstance(event, Message):
        return event.total
    return event.sent if isinstance(event, Counted) else 0


def _grade_sent(words: str) -> str:
    count = int(words.split()[0].replace(",", ""))
    return "A" if count <= MARK else "B" if count <= 2 * MARK + 5 else "C"


TEN = Prediction(
    name="ten",
    text="Both marks are 10, a message has 5,000 bytes, and nobody ever calls `recv()`. Over tcp, how many calls of `send()` "
    "succeed before the queue is full?",
    options={"A": "ten: that is the mark", "B": "twenty: ten at each end", "C": "hundreds"},
    said={
        "A": "Ten is the limit of one queue. What has left it for the next place is not counted any more.",
        "B": "There are ten at each end, about. But between the two queues lie the buffers of the kernel.",
        "C": "The kernel's buffers hold some megabytes, and they count bytes: of these messages they hold hundreds, "
        "and no mark counts them.",
    },
    right="C",
    observe=_how_many_were_sent,
    grade=lambda seen: _grade_sent(next(iter(seen))),
)


LAST = 101
"""The number of the message that is sent when there is room again."""


def _which_arrived(experiment: Any) -> str:
    came = [int(message.frames[0]) for message in experiment.messages("subscriber", "received")]
    if not came:
        return "nothing arrived"
    came.remove(LAST)
    return f"{len(came)} of {LAST - 1} arrived: number {came[0]} to {came[-1]}"


def _grade_arrived(words: str) -> str:
    if words.startswith("100 "):
        return "A"
    return "B" if words.endswith(" 100") else "C"


SLOW_SUBSCRIBER = Prediction(
    name="slow subscriber",
    text="A `PUB` publishes 100 numbered messages as fast as it can. Its subscriber reads none of them until all are sent. Both "
    "marks are 5, over inproc. What will it read?",
    options={
        "A": "all 100: the publisher waits until there is room",
        "B": "the last ten: what is old makes room for what is new",
        "C": "the first ten: what is new finds no room",
    },
    said={
        "A": "A `PUB` never waits: one slow subscriber would hold up all the others.",
        "B": "A queue never throws away what it has. What is new and finds no room is dropped.",
        "C": "The queue for this subscriber is full after ten (inproc has no kernel between, so it is one queue, and both marks "
        "add up). From then on each message is dropped, without a word.",
    },
    right="C",
    observe=_which_arrived,
    grade=lambda seen: _grade_arrived(next(iter(seen))),
)


def _what_was_left(experiment: Any) -> str:
    came = experiment.messages("subscriber", "received")
    shown = ", ".join(str(list(message.frames)) for message in came[:5])
    return f"`recv_multipart()` returned {shown}" if came else "nothing arrived"


def _grade_left(words: str) -> str:
    if words.count("[") != 1:
        return "C"
    return "A" if "paris" in words else "B"


NEWEST = Prediction(
    name="only the newest",
    text="Five reports are published, `[b'paris', b'1']` to `[b'paris', b'5']`. The subscriber has set `conflate = 1`: keep "
    "only the newest. It reads when all are sent. What does `recv_multipart()` return?",
    options={
        "A": "`[b'paris', b'5']`: the newest message",
        "B": "`[b'5']`",
        "C": "all five, one after the other: messages of several frames are left alone",
    },
    said={
        "A": "It is the newest, but not the whole message.",
        "B": "`CONFLATE` keeps one frame, not one message: each frame takes the place of the one before. The city is gone.",
        "C": "They are not left alone, and no call complains. The manual says that such messages are not supported.",
    },
    right="B",
    observe=_what_was_left,
    grade=lambda seen: _grade_left(next(iter(seen))),
)


def _whether_it_left(experiment: Any) -> str:
    ended = any(isinstance(event, Finished) and event.actor == "leave" for event in experiment.events())
    return "it ended" if ended else "it was still there after more than a second, and had to be killed"


LEAVING = Prediction(
    name="leaving",
    text="A program sends one message to an endpoint where nobody is. It closes its socket with the default for `linger`, -1, "
    "and ends its context with `term()`. What happens?",
    options={
        "A": "it ends at once, and the message is lost",
        "B": "`term()` raises an error: the message cannot be delivered",
        "C": "it does not end",
    },
    said={
        "A": "That is what `linger` 0 does.",
        "B": "ZeroMQ does not know that nobody will ever come. It waits.",
        "C": "`close()` returns at once and leaves the queue to the context. `term()` waits until all is delivered: -1 sets no "
        "limit to that.",
    },
    right="C",
    observe=_whether_it_left,
    grade=lambda seen: "A" if "it ended" in seen else "C",
)

# --- exercise: offer ---

ROOM, MESSAGES = 5, 8


def check_offer(arena: Arena, offer: Callable) -> str:
    """First there is room for 5 of 8 and no peer; then a peer comes, and there is room for all."""
    returned: list[Any] = []
    texts = [f"message {number}".encode() for number in range(1, MESSAGES + 1)]

    def you(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.PUSH) as socket:
            socket.sndhwm = ROOM
            socket.connect(endpoint)
            returned.append(offer(socket, list(texts)))

    actor = arena.start(you, "you", endpoint=arena.endpoint())
    arena.wait_for(lambda: not actor.alive or _waited(arena), 1.5)
    arena.raise_what_failed(actor)
    sent = arena.messages("you", "sent")
    if wait := _waited(arena):
        text = (
            f"Its queue has room for {ROOM}, and no peer is there. After {len(sent)} messages your function waited in "
            f"{wait.call}(). With `zmq.NOBLOCK`, `send` raises `zmq.Again` instead."
        )
        raise Wrong("your function waited", text, wait)
    if not returned:
        text = (
            f"{len(sent)} messages were sent, and your function had not returned after 1.5 s. Do not try again what found "
            "no room: go on, and return it."
        )
        raise Wrong("your function did not return", text, _last(arena))
    _check_room(arena, sent)
    _check_unsent(arena, returned[0], texts[len(sent) :], texts)
    arena.begin_anew()
    return _check_with_a_peer(arena, offer, texts)


def _check_room(arena: Arena, sent: list[Message]) -> None:
    if len(sent) > ROOM:
        text = f"The mark was {ROOM}, and {len(sent)} messages were put into the queue. The limit is there for a reason: keep it."
        raise Wrong("you took the limit away", text, sent[ROOM])
    if len(sent) < ROOM:
        text = f"There was room for {ROOM} messages, and you sent {len(sent)}. Try to send each."
        raise Wrong("there was room for more", text, sent[-1] if sent else _last(arena))


def _check_unsent(arena: Arena, told: Any, wanted: list[bytes], texts: list[bytes]) -> None:
    if told == wanted:
        return
    names = f"{wanted[0].decode()} to {wanted[-1].decode()}"
    if told is None:
        title, text = "your function returned nothing", f"Return a list of what found no room: here {names}."
    elif not isinstance(told, list):
        title, text = (
            "not a list",
            f"Your function returned {str(told)[:40]!r}. Return a list of messages: here {names}.",
        )
    elif told == texts[: len(texts) - len(wanted)]:
        title, text = "these were sent", f"You returned what was sent. Return what found no room: here {names}."
    else:
        title = f"you returned {len(told)} of {len(wanted)}"
        text = f"These found no room: {names}. Return all of them, in order, so that nothing is lost without a word."
    raise Wrong(title, text, _last(arena))


def _check_with_a_peer(arena: Arena, offer: Callable, texts: list[bytes]) -> str:
    returned: list[Any] = []

    def receiver(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.PULL) as socket:
            socket.bind(endpoint)
            while True:
                socket.recv()

    def you(context: zmq.Context, endpoint: str) -> None:
        with context.socket(zmq.PUSH) as socket:
            socket.connect(endpoint)
            socket.poll(2000, zmq.POLLOUT)
            returned.append(offer(socket, list(texts)))

    arena.start(receiver, endpoint=arena.endpoint("with a peer"))
    actor = arena.start(you, "you", endpoint=arena.endpoint("with a peer"))
    arena.wait_for(lambda: not actor.alive)
    arena.raise_what_failed(actor)
    arena.wait_for(lambda: len(arena.messages("receiver", "received")) == len(texts), 1)
    came = [message.frames[0] for message in arena.messages("receiver", "received")]
    if came != texts or returned != [[]]:
        text = f"A peer was there, with room for all {len(texts)}. {len(came)} arrived, and you returned {str(returned)[:60]}."
        raise Wrong("with room for all, not all were sent", text, _last(arena))
    return "what found room was sent, the rest was returned, and nobody waited"


def _waited(arena: Arena) -> Waits | None:
    waits = [event for event in arena.events("you") if isinstance(event, Waits)]
    return waits[0] if waits else None


def _last(arena: Arena, actor: str = "you") -> Any:
    events = arena.events(actor)
    return events[-1] if events else None


OFFER = Exercise(
    name="offer",
    title="send without ever waiting",
    task="Write `offer(socket, messages)`. `socket` is a `PUSH`, ready for use; `messages` is a list of bytes. Send as many as "
    "find room, and never wait. Return a list of those that found none, in order.",
    check=check_offer,
    hints=(
        "`socket.send(message, zmq.NOBLOCK)` raises `zmq.Again` where a plain `send` would wait.",
        "Try each message: `try: … except zmq.Again:`, and put what found no room into a list.",
        "Return that list at the end, also when it is empty.",
    ),
    model=solutions.offer,
    home=__name__,
)

# --- exercise: newest ---

REPORTS = 50
CITIES = (b"paris", b"oslo")


def check_newest(arena: Arena, newest: Callable) -> str:
    """Fifty reports are published before each of three readings. Over inproc: what was sent is there."""
    asks: list[Any] = []
    told: list[Any] = []

    def station(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
        with context.socket(zmq.XPUB) as publisher:
            publisher.bind(endpoint)
            publisher.recv()  # the subscription
            number = 0
            for _ in texts:
                for _ in range(REPORTS):
                    number += 1
                    publisher.send_multipart([CITIES[number % 2], str(number).encode()])

    def you(context: zmq.Context, endpoint: str, texts: Iterator[str]) -> None:
        with context.socket(zmq.SUB) as reports:
            reports.connect(endpoint)
            reports.subscribe("")
            for _ in texts:
                asks.append(True)
                told.append(newest(reports))

    endpoint = "inproc://reports"
    publisher = arena.start(station, endpoint=endpoint, shared=True)
    actor = arena.start(you, "you", endpoint=endpoint, shared=True)
    for turn in (1, 2):
        publisher.say("publish")
        arena.wait_for(lambda turn=turn: len(arena.messages("station", "sent")) >= turn * REPORTS)
        actor.say("read")
        arena.wait_for(lambda turn=turn: len(told) >= turn or not actor.alive, 1.5)
        arena.raise_what_failed(actor)
        _check_told(arena, told, turn)
    _check_patience(arena, actor, publisher, told)
    return "always the newest report, whole, and none is made up"


def _check_told(arena: Arena, told: list[Any], turn: int) -> None:
    if len(told) < turn:
        if arena.waits_in("you"):
            text = (
                f"{REPORTS} reports had come. You read them, and then waited in {arena.waits_in('you')} for one more. Wait for "
                "the first only. Read on only while there is something: `reports.poll(0)`, or `zmq.NOBLOCK`."
            )
            raise Wrong("your function waits for one too many", text, _last(arena))
        raise Wrong("your function does nothing", "It is busy, and did not return within 1.5 s.", _last(arena))
    report, wanted = told[-1], [CITIES[turn * REPORTS % 2], str(turn * REPORTS).encode()]
    if report == wanted:
        return
    asked = f"Return the newest report as a list of its frames: here `{wanted}`."
    if not isinstance(report, list) or len(report) != 2:
        raise Wrong("that is no whole report", f"You returned `{str(report)[:60]}`. {asked}", _last(arena))
    text = f"You returned number {report[1][:9].decode(errors='replace')}, and {turn * REPORTS} had come. {asked}"
    raise Wrong("that report is old", text, _last(arena))


def _check_patience(arena: Arena, actor: Any, publisher: Any, told: list[Any]) -> None:
    """With nothing new, it waits; and when a report comes, it has it."""
    actor.say("read")
    arena.wait_for(lambda: len(told) > 2 or not actor.alive, 0.3)
    arena.raise_what_failed(actor)
    if len(told) > 2:
        text = f"Nothing new had come, and you returned `{str(told[-1])[:60]}`. Wait until there is a report."
        raise Wrong("you did not wait for a report", text, _last(arena))
    publisher.say("publish")
    if not arena.wait_for(lambda: len(told) > 2 or not actor.alive):
        raise Wrong("a report came, and you did not return it", "Wait in `recv_multipart()`.", _last(arena))


NEWEST_EXERCISE = Exercise(
    name="newest",
    title="the newest report, with its city",
    task="Write `newest(reports)`. `reports` is a `SUB`, connected and subscribed; each report has two frames, a city and a "
    "number. They come faster than you read. Return the newest that has come, as a list of its frames, and let go of the "
    "older ones. If none has come, wait for one.",
    check=check_newest,
    hints=(
        "`CONFLATE` cannot do it: it keeps one frame. So read all that is there, and keep the last.",
        "The first `recv_multipart()` may wait. After that, read on only `while reports.poll(0):`.",
    ),
    model=solutions.newest,
    home=__name__,
)

LESSON = Lesson(
    number="06",
    title="Limit the queues: high-water marks",
    predictions=(TEN, SLOW_SUBSCRIBER, NEWEST, LEAVING),
    exercises=(OFFER, NEWEST_EXERCISE),
    opening=OPENING,
)
