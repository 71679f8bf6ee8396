"""Every kind of event, one class a kind.

All begin with `time` (nanoseconds of `time.monotonic_ns()`: the moment at which it took effect), `actor` (the name of
whoever did it) and `socket` (the number that names a socket in the record; None where it concerns the whole actor).

How to add a kind: write its class here, and put it into the family that it belongs to at the end. Enter it with
`trace.note(Kind, actor, socket, …)`. Recordings hold it from then on by its name; a picture that has something to
show of it gets a case where it belongs, in `picture/topology.py` (links), `picture/ledger.py` (messages) or
`picture/actors.py` (what an actor does), and a sentence in `picture/words.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

# Messages. A send takes effect when it begins, a receive when it ends: entered after the call, a receive could
# otherwise stand before its own send.


class Sent(NamedTuple):
    """One message, sent whole, however many frames.

    `frames` holds the first bytes of each frame (`trace.PREVIEW`), `sizes` the exact size of each in bytes. `total` is
    how many messages the socket has sent, this one included: a gap in it says that messages went by which were only
    counted.
    """

    time: int
    actor: str
    socket: int
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    total: int

    @property
    def way(self) -> str:
        """Which way it went: "sent"."""
        return "sent"


class Received(NamedTuple):
    """One message, received whole. Fields as in `Sent`; `began` is when its call began, in monotonic ns."""

    time: int
    actor: str
    socket: int
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    total: int
    began: int

    @property
    def way(self) -> str:
        """Which way it went: "received"."""
        return "received"


class Counted(NamedTuple):
    """Totals of a socket at a moment, in messages since it was made: where they came faster than they are kept."""

    time: int
    actor: str
    socket: int
    sent: int
    received: int


# Waiting. Each ends with the actor's next event.


class Waits(NamedTuple):
    """A call that has to wait from now on. `call` is its name in pyzmq, such as "recv".

    `short` says that this is told by how long a receive took: it waited, or was slow to take what was there.
    """

    time: int
    actor: str
    socket: int | None
    call: str
    short: bool = False


class Pauses(NamedTuple):
    """The actor does nothing for so many seconds, by its own wish."""

    time: int
    actor: str
    socket: None
    seconds: float


class WaitsForYou(NamedTuple):
    """The actor waits for what a learner gives it to send."""

    time: int
    actor: str
    socket: None = None


class Kept(NamedTuple):
    """So many texts that the actor was given to send wait for it from now on: it asks for the next when its call returns.

    0 when none does any more. What an actor that waits for one is given is taken at once, and is not kept.
    """

    time: int
    actor: str
    socket: None = None
    number: int = 0


class GoesOn(NamedTuple):
    """A wait is over, and nothing came of it that is an event of its own."""

    time: int
    actor: str
    socket: int | None = None


# What was done to a socket, and what became of its links.


class SocketMade(NamedTuple):
    """A socket. `type` is ZeroMQ's name for it, in capitals: "REQ"."""

    time: int
    actor: str
    socket: int
    type: str


class Bound(NamedTuple):
    """The socket has bound `endpoint`, as the system resolved it.

    `home` is whose context it is, for inproc; `place` is where an endpoint of ipc leads, if that is spelled otherwise;
    `watched` says whether the record hears of its links.
    """

    time: int
    actor: str
    socket: int
    endpoint: str
    home: str = ""
    place: str = ""
    watched: bool = True


class Unbound(NamedTuple):
    """The socket has given up an endpoint that it had bound."""

    time: int
    actor: str
    socket: int
    endpoint: str


class Connected(NamedTuple):
    """The socket is to have a link to `endpoint`, as it was typed. Fields as in `Bound`."""

    time: int
    actor: str
    socket: int
    endpoint: str
    home: str = ""
    place: str = ""
    watched: bool = True


class Disconnected(NamedTuple):
    """The socket is to have a link to `endpoint` no more."""

    time: int
    actor: str
    socket: int
    endpoint: str


class LinkUp(NamedTuple):
    """The link of a socket that connected is up: the handshake is done.

    `ours` and `theirs` are the two ends of a tcp connection, each "host:port": who accepted it knows the same two, turned
    round. They are "" where the system does not say, as over ipc; `ours` is None in recordings that do not tell.
    """

    time: int
    actor: str
    socket: int
    endpoint: str
    ours: str | None = None
    theirs: str = ""


class LinkDown(NamedTuple):
    """A link of a socket that connected is gone. Fields as in `LinkUp`."""

    time: int
    actor: str
    socket: int
    endpoint: str
    ours: str | None = None
    theirs: str = ""


class Accepted(NamedTuple):
    """A peer has come to an endpoint that the socket has bound, and the handshake is done. Fields as in `LinkUp`."""

    time: int
    actor: str
    socket: int
    endpoint: str
    ours: str | None = None
    theirs: str = ""


class Departed(NamedTuple):
    """A peer that was accepted is gone. Fields as in `LinkUp`."""

    time: int
    actor: str
    socket: int
    endpoint: str
    ours: str | None = None
    theirs: str = ""


class Monitored(NamedTuple):
    """The learner's own monitor of the socket speaks at `endpoint` from now on, in the context of `home`."""

    time: int
    actor: str
    socket: int
    endpoint: str
    home: str = ""


class Subscribed(NamedTuple):
    """The socket has subscribed to `topic`, once more where it had already."""

    time: int
    actor: str
    socket: int
    topic: bytes


class Unsubscribed(NamedTuple):
    """The socket has taken back one subscription to `topic`."""

    time: int
    actor: str
    socket: int
    topic: bytes


class HighWaterMark(NamedTuple):
    """A high-water mark was set. `option` is "SNDHWM" or "RCVHWM"; `messages` is the mark, 0 for no limit."""

    time: int
    actor: str
    socket: int
    option: str
    messages: int


class Conflate(NamedTuple):
    """The socket keeps only the newest message from now on, or (`on` is False) all."""

    time: int
    actor: str
    socket: int
    on: bool


class NoDrop(NamedTuple):
    """The socket, an XPUB, waits in `send` where it would drop (XPUB_NODROP), or (`on` is False) drops."""

    time: int
    actor: str
    socket: int
    on: bool


class Named(NamedTuple):
    """The socket says from its next connection on that this is its `name`: its routing id, under which a ROUTER knows it."""

    time: int
    actor: str
    socket: int
    name: bytes


class HandsOver(NamedTuple):
    """The socket, a ROUTER, gives a name to the newest peer that says it (ROUTER_HANDOVER), or (`on` is False) leaves it as it is."""

    time: int
    actor: str
    socket: int
    on: bool


class Refused(NamedTuple):
    """ZeroMQ, or the guard of a socket, said no to a call. `why` is in words, `error` the name of the errno, if any."""

    time: int
    actor: str
    socket: int
    call: str
    why: str
    error: str = ""


class Closed(NamedTuple):
    """The socket is closed. `linger` says for how many ms it still delivers, where that is known."""

    time: int
    actor: str
    socket: int
    linger: int | None = None


# What became of an actor.


class Started(NamedTuple):
    """The actor is at work.

    `function` is the name of its function, `process` the id of its process if it has one of its own, `visitor` says
    that it is a cell of the notebook, `guest` that it belongs to a stretch and ends with it. `code` is the text of its
    function, as far as it can be read.
    """

    time: int
    actor: str
    socket: None = None
    function: str = ""
    process: int | None = None
    visitor: bool = False
    guest: bool = False
    code: str = ""


class Armed(NamedTuple):
    """The actor will die by itself: when its next message is "received", or before its next is "sent"."""

    time: int
    actor: str
    socket: None = None
    fault: str = ""


class Stopped(NamedTuple):
    """The actor was stopped. `swallowed` says that its own `except:` caught what stops it, again and again."""

    time: int
    actor: str
    socket: None = None
    swallowed: bool = False


class Finished(NamedTuple):
    """The actor's function returned. `processor` is for how many seconds its thread had a processor."""

    time: int
    actor: str
    socket: None = None
    processor: float = 0.0


class Died(NamedTuple):
    """The actor is gone as if its process had died: killed, by an armed `fault`, or by a `signal` (its name).

    `swallowed` as in `Stopped`.
    """

    time: int
    actor: str
    socket: None = None
    fault: str | None = None
    signal: str = ""
    swallowed: bool = False


class Failed(NamedTuple):
    """An exception ended the actor: its type and its words."""

    time: int
    actor: str
    socket: None = None
    error: str = ""
    why: str = ""


class Ended(NamedTuple):
    """A cell's part in a stretch is over: its contexts end with the stretch."""

    time: int
    actor: str
    socket: None = None


class LongWait(NamedTuple):
    """A cell has waited for so many seconds: whoever looks should be told how to go on."""

    time: int
    actor: str
    socket: None = None
    seconds: float = 0.0


class Stuck(NamedTuple):
    """The actor was to stop and does not. `why` is in words: it is busy in code of its own, if nothing else is known."""

    time: int
    actor: str
    socket: None = None
    why: str = ""


class NotRecorded(NamedTuple):
    """The actor uses something that the record does not see: `what` it is, and what to `do` instead, in words."""

    time: int
    actor: str
    socket: None = None
    what: str = ""
    do: str = ""


class HeldUp(NamedTuple):
    """The actor has not come back from a call, or its process has told nothing, for `seconds`.

    What it did meanwhile is not in the record yet, and so not in a picture that is asked for now.
    """

    time: int
    actor: str
    socket: int | None = None
    seconds: float = 0.0


class Pressed(NamedTuple):
    """A learner pressed a `button` that concerns this actor: what a control shows of that begins here."""

    time: int
    actor: str
    socket: None = None
    button: str = ""


class Measured(NamedTuple):
    """Figures that are no event of a socket were measured: `name` says which, and their order is whose who measures.

    At most 10 a second, and only when they have changed. Those called `QUEUES` begin with what the socket has sent to its
    only peer, what that has received, and how many are in between: at the sender, in the kernel, at the receiver, or -1
    where nobody can say.
    """

    time: int
    actor: str
    socket: int | None = None
    name: str = ""
    values: tuple[int, ...] = ()


QUEUES = "queues"


# Families

Message = Sent | Received
Wait = Waits | Pauses | WaitsForYou | GoesOn
OfALink = LinkUp | LinkDown | Accepted | Departed
"""What others do to a socket, while its own actor goes on with what it does, or goes on waiting."""
Ending = Stopped | Finished | Died | Failed
"""How an actor's work ends."""
OfASocket = (
    SocketMade | Bound | Unbound | Connected | Disconnected | LinkUp | LinkDown | Accepted | Departed | Monitored
    | Subscribed | Unsubscribed | HighWaterMark | Conflate | NoDrop | Named | HandsOver | Refused | Closed
)  # fmt: skip
OfAnActor = (
    Started | Armed | Stopped | Finished | Died | Failed | Ended | LongWait | Stuck | NotRecorded | HeldUp | Pressed
    | Kept
)  # fmt: skip
Control = OfASocket | OfAnActor
"""Everything but messages, waits, counts and measures. Never thinned out."""
Event = Message | Counted | Wait | Measured | Control

KINDS: dict[str, type] = {kind.__name__: kind for kind in Event.__args__}
"""Each kind by its name, which is how recordings name it."""
CONTROLS = frozenset(Control.__args__)
ENDINGS = frozenset(Ending.__args__)
MESSAGES = frozenset(Message.__args__)


def messages_of(events: Iterable[Event], actor: str = "", way: str = "") -> list[Message]:
    """Return the messages among events that an actor (or all) "sent" or "received" (or both), in order."""
    messages = [event for event in events if type(event) in MESSAGES]
    return [message for message in messages if actor in ("", message.actor) and way in ("", message.way)]
