"""Where each message is at a moment, and the sum that adds up.

Every message that is sent becomes as many copies as there are receivers it is meant for, and every copy is in
exactly one state, so that at every moment

    expected = received + filtered + not delivered + waiting + on its way + to strangers
             (+ lingering + waiting or dropped) (+ not known, of sockets whose links are not known)

Each term is counted by itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain

from .copies import Changes, Copy, Doubt, Place, UnderWay
from .dealing import Dealing, Foresight
from .room import Room
from .sockets import SocketState
from .topology import Topology


@dataclass(frozen=True)
class Found:
    """The copies under way, in the order in which they left, by the numbers of the sockets that they are at or go to."""

    held: dict[int, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    on_the_way: dict[int, list[Copy]] = field(default_factory=lambda: defaultdict(list))
    queued: dict[int, list[Copy]] = field(default_factory=lambda: defaultdict(list))


@dataclass
class Books:
    """Where every message is that went over the links of `topology`, and the sum of them.

    `losses` counts every loss, by the number of the socket where it is drawn, the reason, and whether that is inferred;
    `lost` keeps the last of them. `changes` says what the last event did.
    """

    topology: Topology
    under_way: UnderWay = field(default_factory=UnderWay)
    lost: list[Copy] = field(default_factory=list)
    losses: Counter[tuple[int, str, bool]] = field(default_factory=Counter)
    stayed: dict[int, Copy] = field(default_factory=dict)
    outside: list[Copy] = field(default_factory=list)  # the last that went to strangers
    expected: int = 0
    sent: int = 0
    to_nobody: int = 0  # of those that were sent: their publisher had no peer, so there is no copy of them
    received: int = 0
    filtered: int = 0
    not_delivered: int = 0
    unknown: int = 0
    copies: int = 0
    to_strangers: int = 0
    from_strangers: int = 0
    changes: Changes = field(default_factory=Changes, compare=False)
    dealing: Dealing = field(default_factory=Dealing, compare=False)
    foresight: Foresight = field(default_factory=Foresight, compare=False)
    flying: set[int] = field(default_factory=set, compare=False)  # copies that a film still shows under way
    # Copies that their publishers have dropped: kept by who looks ahead.
    _dropped: dict[tuple[int, int, int], None] = field(default_factory=dict, compare=False)
    unwanted: set[int] = field(default_factory=set)  # sockets that unsubscribed from what waited at them
    made_up: dict[bytes, int] = field(default_factory=dict)  # names that a ROUTER gave to a peer, and which ROUTER
    now: int = field(default=0, compare=False)  # when the last event was, in ns
    before: int = 0  # that had left before the stretch, and ended in it
    room: Room = field(default_factory=Room, compare=False)
    idle: dict[int, int] = field(default_factory=dict, compare=False)  # who waits for what may still come, since when
    in_vain: dict[int, int] = field(default_factory=dict, compare=False)  # who waits to receive, since when
    hides_losses: bool = field(default=False, compare=False)  # what is inferred is not said: somebody looks for it
    _given_up: list[tuple[Copy, int | None, str]] = field(default_factory=list, compare=False)
    _found: Found | None = field(default=None, compare=False)

    @property
    def pending(self) -> dict[int, Copy]:
        """The copies that have left and not arrived."""
        return self.under_way.copies

    @property
    def unseen(self) -> int:
        """How many copies were sent that were only counted, and that nobody is known to have received."""
        return sum(socket.unseen for socket in self.topology.sockets.values())

    def totals(self, drawn: Callable[[Copy], bool] = lambda copy: True) -> dict[str, int]:
        """Return the sum that adds up at every moment; `expected` is that of all others.

        Of what had left before the stretch, and is still under way, those copies count that are `drawn`.
        """
        found, where = self._found or self._look(), Counter[str]()
        for copy in _all(found.held):
            if not copy.before or drawn(copy):
                in_doubt, lingers = copy.doubt is not Doubt.NONE, self.lingers(copy)
                where["waiting or dropped" if in_doubt else "lingering" if lingers else "waiting"] += 1
        where["waiting"] += sum(not copy.before or drawn(copy) for copy in _all(found.queued))
        where["on its way"] += sum(not copy.before or drawn(copy) for copy in _all(found.on_the_way))
        earlier = sum(copy.before and drawn(copy) for copy in self.pending.values())
        totals = {
            "expected": self.expected + earlier,
            "received": self.received,
            "filtered": self.filtered,
            "not delivered": self.not_delivered,
            "waiting": where["waiting"],
            "on its way": where["on its way"],
            "to strangers": self.to_strangers,
            "counted only": self.unseen,
            "not known": self.unknown,
        }
        return totals | {name: where[name] for name in ("lingering", "waiting or dropped") if where[name]}

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Look once where all copies are: a picture asks for it often, and nothing happens meanwhile."""
        if self._found is not None:
            yield
            return
        self._found = self._look()
        try:
            yield
        finally:
            self._found = None

    def _look(self) -> Found:
        found = Found()
        for copy in self.pending.values():
            match self.place(copy):
                case Place.SENDER:
                    found.held[copy.sender].append(copy)
                case Place.LINK:
                    found.on_the_way[copy.receiver or 0].append(copy)
                case Place.QUEUE:
                    found.queued[copy.receiver or 0].append(copy)
        return found

    def place(self, copy: Copy) -> Place:
        """Return where a copy is that is under way."""
        if not copy.taken or copy.doubt is not Doubt.NONE:
            return Place.SENDER
        if copy.number in self.flying:
            return Place.LINK
        receiver = self.topology.sockets.get(copy.receiver or 0)
        return Place.LINK if receiver is not None and receiver.waiting and not copy.landed else Place.QUEUE

    def lingers(self, copy: Copy) -> bool:
        """Whether a copy is at a sender that is closed."""
        sender = self.topology.sockets.get(copy.sender)
        return not copy.taken and sender is not None and not sender.open

    def on_the_way(self, copy: Copy) -> bool:
        """Whether a copy is on its way to a socket that waits for it."""
        return self.place(copy) is Place.LINK

    def queue_of(self, socket: SocketState) -> list[Copy]:
        """Return the messages that lie in the queue of a receiver."""
        return (self._found or self._look()).queued.get(socket.number, [])

    def has_in_queue(self, socket: SocketState, moment: int) -> bool:
        """Whether a message that left before a moment, in ns, is known to lie in the queue of a receiver."""
        earlier = self.under_way.earlier_to(socket.number, moment)
        return any(not copy.guessed and self.place(copy) is Place.QUEUE for copy in earlier)

    def waiting_at(self, socket: SocketState) -> int:
        """Return how many messages lie in the queue of a receiver."""
        return len(self.queue_of(socket))

    def on_the_way_to(self, socket: SocketState) -> int:
        """Return how many messages are on their way to a socket."""
        return len((self._found or self._look()).on_the_way.get(socket.number, ()))

    def held_at(self, socket: SocketState) -> list[Copy]:
        """Return the messages that stand at their sender."""
        return (self._found or self._look()).held.get(socket.number, [])

    def where_lost(self, *sockets: int) -> tuple[int, ...]:
        """Return at which of these sockets messages were lost, and the last of them: there, more may turn out to be."""
        lost = {where for (where, _, _), number in self.losses.items() if number}
        return tuple(number for number in sockets if number in lost or number == sockets[-1])

    def all_dropped(self) -> set[tuple[int, int, int]]:
        """Return the copies that their publishers dropped, as far as that is known."""
        return set(self._dropped)

    def remembers(self) -> set[int | None]:
        """Return the sockets that messages refer to."""
        known = {number for copy in [*self.pending.values(), *self.lost] for number in (copy.sender, copy.receiver)}
        return known | set(self.stayed) | {copy.receiver for copy in self.stayed.values()}

    def forget_sent_by(self, sockets: set[int]) -> None:
        """Know of nothing that these sockets have sent and that is under way: they are of runs before."""
        for copy in [copy for copy in self.pending.values() if copy.sender in sockets]:
            self.under_way.take(copy)

    def begin_anew(self) -> None:
        """Count from nothing. What is still under way counts where it is drawn, and when it ends."""
        for copy in list(self.pending.values()):
            if self.lingers(copy):  # of an actor that is gone: no business of who comes now
                self.under_way.take(copy)
            copy.before = True
        self.lost, self.stayed, self.outside, self.before = [], {}, [], 0
        self.losses.clear()
        self._dropped.clear()
        for socket in self.topology.sockets.values():
            socket.unseen *= socket.open
        self.expected, self.sent, self.to_nobody, self.received = self.unseen, 0, 0, 0
        self.filtered = self.not_delivered = self.unknown = self.to_strangers = self.from_strangers = 0


def _all(copies: dict[int, list[Copy]]) -> Iterator[Copy]:
    return chain.from_iterable(copies.values())
