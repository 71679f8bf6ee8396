"""What lesson 06 asks."""

from __future__ import annotations

from typing import Any

from ...learning.predictions import Prediction, Question
from ...record.events import Counted, Finished, Message

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


def _how_many_were_sent(experiment: Any) -> tuple[str, str]:
    sent = [_sent_so_far(event) for event in experiment.events() if event.actor == "stubborn sender"]
    count = max([0, *sent])
    letter = "A" if count <= MARK else "B" if count <= 2 * MARK + 5 else "C"
    return letter, f"{count:,} calls of send() succeeded"


def _sent_so_far(event: Any) -> int:
    if isinstance(event, Message):
        return event.total
    return event.sent if isinstance(event, Counted) else 0


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
    happened=_how_many_were_sent,
)


LAST = 101
"""The number of the message that is sent when there is room again."""


def _which_arrived(experiment: Any) -> tuple[str, str]:
    came = [int(message.frames[0]) for message in experiment.messages("subscriber", "received")]
    if not came:
        return "C", "nothing arrived"
    came.remove(LAST)
    letter = "A" if len(came) == LAST - 1 else "B" if came[-1] == LAST - 1 else "C"
    return letter, f"{len(came)} of {LAST - 1} arrived: number {came[0]} to {came[-1]}"


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
    happened=_which_arrived,
)


def _what_was_left(experiment: Any) -> tuple[str, str]:
    came = experiment.messages("subscriber", "received")
    shown = ", ".join(str(list(message.frames)) for message in came[:5])
    if len(came) != 1:
        return "C", f"`recv_multipart()` returned {shown}" if came else "nothing arrived"
    return "A" if b"paris" in came[0].frames else "B", f"`recv_multipart()` returned {shown}"


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
    happened=_what_was_left,
)


def _whether_it_left(experiment: Any) -> tuple[str, str]:
    ended = any(isinstance(event, Finished) and event.actor == "leave" for event in experiment.events())
    if ended:
        return "A", "it ended"
    return "C", "it was still there after more than a second, and had to be killed"


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
        "C": "`close()` returns at once and leaves the queue to the context. `term()` waits until all has left the program: -1 sets "
        "no limit to that.",
    },
    right="C",
    happened=_whether_it_left,
)
