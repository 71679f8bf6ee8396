"""What an actor between others holds in its own code: it has received these messages, and has not sent them on.

A broker hands a message on: what it sends ends with the frames that it received at another of its sockets, or is the end
of them, where it has taken an address off. So much the record tells. Of two kinds of messages it is said that they are held:

- one that carries the address of somebody at another socket of the same actor: a reply, from the first one on;
- each one at a socket whose messages are handed on, as requests are. Live that is known once one of them was, by this run of
  the actor or by a former one with the same code; in a film that is told whole, from its beginning.

What a worker tells the broker itself ("READY") carries nobody's address and is never handed on: nobody claims that it is kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..record.events import Message
from .sockets import SocketState

BETWEEN = {"ROUTER", "DEALER"}
"""Types whose messages carry an address, and so are meant for another."""
MOST = 1_000
"""Messages of which none was handed on, after which a socket is taken for one whose messages are not."""
EMPTY = (b"", 0)
Frame = tuple[bytes, int]
"""The beginning of a frame as it is kept, and its size."""
Whole = tuple[Frame, ...]
"""A message, frame by frame, without its empty frames: they say where an envelope ends, and who hands on may change them."""


@dataclass
class Held:
    """Messages that were received and not sent on since, and how many they are."""

    kept: dict[Frame, Counter[Whole]] = field(default_factory=dict)  # by the last frame
    number: int = 0
    led_on: bool = False  # one was taken out: it was sent on

    def add(self, message: Whole) -> None:
        """Take in a message."""
        self.kept.setdefault(message[-1], Counter())[message] += 1
        self.number += 1

    def handed_on(self, sent: Whole, address: Frame | None) -> Whole | None:
        """Return the message that one hands on who sends this, to whom `address` names: whole, its end, or changed."""
        alike = self.kept.get(sent[-1], ())
        whole = (one for one in alike if sent[-len(one) :] == one)
        ended = (one for one in alike if one[-len(sent) :] == sent)
        return next(whole, None) or next(ended, None) or (next(self._for(address), None) if address else None)

    def _for(self, address: Frame) -> Iterator[Whole]:
        return (one for alike in self.kept.values() for one in alike if address in one[:-1])

    def take(self, message: Whole) -> None:
        """Take a message out."""
        self.led_on = True
        alike = self.kept[message[-1]]
        alike[message] -= 1
        self.number -= 1
        if not alike[message]:
            del alike[message]
        if not alike:
            del self.kept[message[-1]]

    def clear(self) -> None:
        """Forget all messages."""
        self.kept.clear()
        self.number = 0


@dataclass
class Between:
    """What one socket of an actor has received: what is `addressed` to somebody at another of its sockets, and the rest."""

    addressed: Held = field(default_factory=Held)
    others: Held = field(default_factory=Held)
    names: set[Frame] = field(default_factory=set)  # what it calls its peers
    endpoints: tuple[str, ...] = ()  # where it is bound: there the next run of its actor has the same


@dataclass
class Passing:
    """What each socket has received that was not sent on since. `leads_on` are those whose messages are.

    `doors` are the endpoints at which those were bound, by actor: also of its former runs, as long as its code is the same.
    """

    held: dict[str, dict[int, Between]] = field(default_factory=dict)  # by actor and socket
    leads_on: set[int] = field(default_factory=set)
    doors: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)

    def received(self, socket: SocketState, event: Message) -> None:
        """Take in that a socket has received a message."""
        if socket.type not in BETWEEN or len(event.frames) < 2:
            return
        message, named = _whole(event), socket.type == "ROUTER"
        own = self.held.setdefault(socket.actor, {}).setdefault(socket.number, Between())
        own.endpoints = tuple(socket.bound)
        if own.endpoints in self.doors.get(socket.actor, ()):
            self.leads_on.add(socket.number)
        if named:
            own.names.add(message[0])
        envelope = message[named:-1]  # without the name of who sent it
        if any(frame in other.names for _, other in self._beside(socket) for frame in envelope):
            own.addressed.add(message)
            if own.addressed.number > MOST and not own.addressed.led_on:
                own.addressed.clear()
            return
        own.others.add(message)
        if own.others.number > MOST and socket.number not in self.leads_on:
            own.others.clear()

    def sent(self, socket: SocketState, event: Message) -> None:
        """Take in that a socket has sent a message: perhaps one that another socket of its actor has received."""
        sent, names = _whole(event), socket.type == "ROUTER"
        if socket.type not in BETWEEN or (names and len(event.frames) < 2):  # an address, and nothing for who has it
            return
        address = sent[0] if names else None
        for number, other in self._beside(socket):
            if found := other.addressed.handed_on(sent, address):
                other.addressed.take(found)
                return
            if found := other.others.handed_on(sent, None):
                other.others.take(found)
                self.leads_on.add(number)
                if other.endpoints:
                    self.doors.setdefault(socket.actor, set()).add(other.endpoints)
                return

    def other_code(self, actor: str) -> None:
        """Forget where an actor handed messages on: it does something else now."""
        self.doors.pop(actor, None)

    def number_at(self, socket: SocketState) -> int:
        """Return how many messages its actor has received here, and holds."""
        own = self.held.get(socket.actor, {}).get(socket.number)
        if own is None or socket.thinned:  # not each was seen
            return 0
        return own.addressed.number + (own.others.number if socket.number in self.leads_on else 0)

    def forget(self, socket: SocketState) -> None:
        """Forget what a socket has received. Whether its messages were handed on is kept for who looks back."""
        self.held.get(socket.actor, {}).pop(socket.number, None)

    def _beside(self, socket: SocketState) -> list[tuple[int, Between]]:
        """Return the other sockets of its actor that have received something."""
        own = self.held.get(socket.actor, {})
        return [(number, other) for number, other in own.items() if number != socket.number]


def _whole(event: Message) -> Whole:
    *before, last = zip(event.frames, event.sizes, strict=True)
    return (*(frame for frame in before if frame != EMPTY), last)
