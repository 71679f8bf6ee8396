"""What an actor between others holds in its own code: it has received these messages, and has not sent them on.

A broker hands a message on whole: what it sends ends with all the frames that it received at another of its sockets.
So much the record tells. Only of a socket whose messages were seen to be handed on so is it said that others of them are
held: what a worker tells the broker itself ("READY") is never handed on, and nobody claims that it is kept.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..record.events import Message
from .sockets import SocketState

BETWEEN = {"ROUTER", "DEALER"}
"""Types whose messages carry an address, and so are meant for another."""
MOST = 1_000
"""Messages of which none was handed on, after which a socket is taken for one whose messages are not."""
Whole = tuple[tuple[bytes, int], ...]
"""A message, frame by frame: its beginning as it is kept, and its size."""


@dataclass
class Passing:
    """What each socket has received that was not sent on since. `leads_on` are those whose messages are."""

    held: dict[str, dict[int, Counter[Whole]]] = field(default_factory=dict)  # by actor and socket
    leads_on: set[int] = field(default_factory=set)

    def received(self, socket: SocketState, event: Message) -> None:
        """Take in that a socket has received a message."""
        if socket.type in BETWEEN and len(event.frames) > 1:
            own = self.held.setdefault(socket.actor, {}).setdefault(socket.number, Counter())
            own[_whole(event)] += 1
            if len(own) > MOST and socket.number not in self.leads_on:
                own.clear()

    def sent(self, socket: SocketState, event: Message) -> None:
        """Take in that a socket has sent a message: perhaps one that another socket of its actor has received."""
        others = {number: own for number, own in self.held.get(socket.actor, {}).items() if number != socket.number}
        if socket.type not in BETWEEN or not any(others.values()):
            return
        sent = _whole(event)
        endings = [sent[begins:] for begins in range(len(sent))]
        for number, own in others.items():
            if handed_on := next((ending for ending in endings if own[ending]), None):
                own[handed_on] -= 1
                own += Counter()  # drops what is there no more
                self.leads_on.add(number)
                return

    def number_at(self, socket: SocketState) -> int:
        """Return how many messages its actor has received here, and holds."""
        if socket.number not in self.leads_on or socket.thinned:  # not each was seen
            return 0
        return self.held[socket.actor][socket.number].total()

    def forget(self, socket: SocketState) -> None:
        """Forget a socket."""
        self.held.get(socket.actor, {}).pop(socket.number, None)
        self.leads_on.discard(socket.number)


def _whole(event: Message) -> Whole:
    return tuple(zip(event.frames, event.sizes, strict=True))
