"""From the trace to what there is to see: actors, sockets, links, and where each message is.

A scene is what one knows at one moment, from the record alone. `scene.apply(event)` takes it to the next moment.
Nothing here knows of drawing, time stretched for the eye, or Jupyter.

Every message that is sent becomes as many copies as there are receivers it is meant for, and every copy is in
exactly one state, so that in every scene

    expected = received + filtered + not delivered + waiting + on its way + to strangers
             (+ not known, of sockets whose links are not known)

A stranger is a program that is not recorded. What it sent, and a recorded socket received, is expected and received.

What cannot be known is inferred so that it agrees with the order of each link, and called inferred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain, takewhile

from ..record import events as kinds
from ..record.addresses import could_be_same
from ..record.events import ENDINGS, Event, Received, Sent
from ..record.trace import PREVIEW
from .topology import End, end_of, find, is_listening_there, may_reach
from .types import FAN_OUT, LINKS_TO, SENDS_TO, has_known_links

SUBSCRIBES = {"SUB", "XSUB"}
TURNED_AWAY = "a PAIR has one peer"
NO_LIMIT = 1 << 40
"""Messages that a queue holds whose high-water mark is 0."""
ON_ITS_WAY = 50_000_000
"""Nanoseconds after which a message has arrived for sure, if its link is up: on one computer it takes a thousandth."""
GUESTS = kinds.Accepted | kinds.Departed
"""What others do to a socket: it takes no part in a stretch for that, nor is it worth a stop of the film."""
TAKES_LEAVE = kinds.Closed | kinds.Stopped
"""What an actor does that is only cleared away: it takes no part in a stretch for that."""
MONITOR = "inproc://monitor.s-"
"""How the endpoint of a monitor begins, in pyzmq. The socket that listens there is no part of the conversation."""
OUTSIDE = "to a stranger"
"""The state of a copy that went to a program that is not recorded."""


@dataclass
class Copy:
    """One message on its way to one receiver. `receiver` is None as long as nobody can say who it will be."""

    number: int
    sender: int
    receiver: int | None
    frames: tuple[bytes, ...]
    sizes: tuple[int, ...]
    left: int
    arrived: int = 0
    state: str = "pending"
    why: str = ""
    inferred: bool = False
    doubtful: bool = False  # an equal one from another sender may have been taken in its place
    counted_as: tuple[int, str, bool] | None = None  # among the losses


@dataclass
class SocketState:
    """A socket as far as the record tells.

    `links` maps each endpoint that it connects to to "up", "down", "unknown" or, of a PAIR that came third, "turned away".
    `ends` are its connections that are up, `kin` the sockets that it ever had one with. `strangers` says how many of its
    connections lead to programs that are not recorded.

    Of messages that were only counted: `unseen` copies were sent, and nobody is known to have received them; `credit` is
    how many it received that were taken from the unseen of a sender. `unexplained` is how many it received that nobody is
    known to have sent: their sends will be counted, or a program that is not recorded will be met.
    """

    number: int
    actor: str
    type: str
    bound: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    topics: Counter[bytes] = field(default_factory=Counter)
    sent_before: int = 0
    received_before: int = 0
    high_water_mark: int = 1000
    conflates: bool = False
    sent: int = 0
    received: int = 0
    filtered: Counter[int] = field(default_factory=Counter)
    unseen: int = 0
    credit: int = 0
    thinned: bool = False  # its messages are, or were, not all kept one by one
    lost: int = 0
    answering: int | None = None
    guessing: bool = False  # equal requests came from several: whom it answers is not known
    waiting: str = ""
    open: bool = True
    closed_at: int = 0
    former: bool = False  # of an earlier run of its actor
    home: str = ""  # whose context it is in: a name after inproc:// means something there only
    ends: list[End] = field(default_factory=list)
    kin: set[int] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)  # of its endpoints: what they mean, whoever wrote them
    strangers: int = 0
    met_strangers: bool = False
    unexplained: int = 0
    answers_stranger: bool = False
    strange_routes: set[bytes] = field(default_factory=set)  # a ROUTER's names for strangers

    def is_at(self, endpoint: str, connector: SocketState) -> bool:
        """Whether `connector`, which has connected to `endpoint`, reaches this socket there, or may."""
        return may_reach(connector, self, endpoint)

    def wants(self, frames: tuple[bytes, ...]) -> bool:
        """Whether its subscriptions let a message through. (A preview is enough for topics of up to 64 bytes.)"""
        return self.type not in SUBSCRIBES or any(
            frames[0].startswith(topic) for topic, times in self.topics.items() if times > 0
        )


@dataclass
class ActorState:
    """An actor and the words for what it does now. `lamp` is "on", "waiting", "trouble" or "off"."""

    name: str
    lamp: str = "on"
    words: str = "running"
    alive: bool = True
    armed: bool = False
    process: int | None = None  # the id of a process of its own
    visitor: bool = False  # a cell, which is not drawn any more once it is done
    unseen: str = ""  # what it uses that is not recorded
    idle: bool = False  # has done nothing yet since the beginning of the stretch


@dataclass
class Scene:
    """All that is known at one moment. `changes` says what the last event did, for those who draw it.

    `losses` counts every loss, by the number of the socket where it is drawn, the reason, and whether that is inferred;
    `lost` keeps the last of them. `met` are the pairs that ever shared an endpoint: actor and socket type of who connected, then of who bound.
    """

    time: int = 0
    actors: dict[str, ActorState] = field(default_factory=dict)
    sockets: dict[int, SocketState] = field(default_factory=dict)
    met: set[tuple[str, str, str, str]] = field(default_factory=set)
    pending: dict[int, Copy] = field(default_factory=dict)
    lost: list[Copy] = field(default_factory=list)
    losses: Counter[tuple[int, str, bool]] = field(default_factory=Counter)
    stayed: dict[int, Copy] = field(default_factory=dict)
    expected: int = 0
    sent: int = 0
    received: int = 0
    filtered: int = 0
    not_delivered: int = 0
    unknown: int = 0
    copies: int = 0
    to_strangers: int = 0
    from_strangers: int = 0
    outside: list[Copy] = field(default_factory=list)  # the last that went to strangers
    monitors: set[tuple[str, str]] = field(default_factory=set)  # where monitors speak, and in whose context
    changes: Changes = field(default_factory=lambda: Changes(), compare=False)
    _by_content: dict[tuple[bytes, int], dict[int, None]] = field(default_factory=dict, compare=False)
    _by_link: dict[tuple[int, int], dict[int, None]] = field(default_factory=dict, compare=False)
    _by_pair: dict[tuple[str, str], int] = field(default_factory=dict, compare=False)
    _given_up: list[tuple[Copy, int | None, str]] = field(default_factory=list, compare=False)

    def apply(self, event: Event, one_by_one: bool = False) -> Scene:
        """Take the scene to the moment of `event`. Returns itself.

        With `one_by_one`, what waited at a receiver that is gone still waits: `lose_next` takes it, one message a call.
        """
        self.time = max(self.time, event.time)
        self.changes = Changes()
        if event.actor not in self.actors:
            self.actors[event.actor] = ActorState(event.actor)
        self.actors[event.actor].idle &= isinstance(event, kinds.Wait | TAKES_LEAVE | GUESTS)
        match event:
            case Sent():
                self._sent(event)
            case Received():
                self._received(event)
            case kinds.Waits() | kinds.Pauses() | kinds.WaitsForYou() | kinds.GoesOn():
                self._waits(event)
            case kinds.Counted():
                self._counted(event)
            case kinds.SocketMade():
                self._made(event)
            case _ if event.socket is None:
                self._actor_changed(self.actors[event.actor], event)
            case _ if event.socket in self.sockets:
                self._socket_changed(self.sockets[event.socket], event)
        while self._given_up and not one_by_one:
            self._lose_given_up()
        return self

    @property
    def unseen(self) -> int:
        """How many copies were sent that were only counted, and that nobody is known to have received."""
        return sum(socket.unseen for socket in self.sockets.values())

    @property
    def gives_up(self) -> bool:
        """Whether messages are given up, and not lost yet: `lose_next` does that."""
        return bool(self._given_up)

    def lose_next(self) -> Copy | None:
        """Lose the next message that is given up, and return it; None when there is none. `changes` tells of it alone."""
        self.changes = Changes()
        return self._lose_given_up() if self._given_up else None

    def begin_anew(self) -> Scene:
        """Forget what was, and keep who is there: the beginning of a stretch with a picture of its own.

        Counts begin at nothing, but for what is still under way. Who does nothing in the stretch takes no part in it.
        Returns itself.
        """
        for socket in self.sockets.values():
            socket.sent_before, socket.received_before = socket.sent, socket.received
            socket.filtered.clear()
            socket.credit = socket.unexplained = 0
            socket.former = socket.former or not socket.open
        gone = {name for name, actor in self.actors.items() if not actor.alive}
        self.actors = {name: actor for name, actor in self.actors.items() if name not in gone}
        for actor in self.actors.values():
            actor.idle = True
        self.lost, self.stayed = [], {}
        self.losses.clear()
        self.expected, self.sent, self.received = len(self.pending) + self.unseen, len(self.pending), 0
        self.filtered = self.not_delivered = self.unknown = self.to_strangers = self.from_strangers = 0
        self.outside = []
        return self

    # what can be asked of it

    def takes_part(self, name: str) -> bool:
        """Whether an actor does something in this stretch, or is linked to one that does."""
        if not self.actors[name].idle:
            return True
        own = [socket for socket in self.sockets.values() if socket.actor == name and socket.open]
        return any(not self.actors[peer.actor].idle for socket in own for peer in self.peers(socket))

    def peers(self, socket: SocketState) -> list[SocketState]:
        """Return the open sockets at the other ends of its links."""
        return [other for other, _ in self.links(socket)]

    def links(self, socket: SocketState) -> list[tuple[SocketState, str]]:
        """Return the sockets that a socket is linked to, and whether each link is up."""
        found = []
        for other in self.sockets.values():
            if other is socket or not other.open or other.type not in LINKS_TO.get(socket.type, ()):
                continue
            for connector, binder in ((socket, other), (other, socket)):
                for endpoint, state in connector.links.items():
                    if state != "turned away" and binder.is_at(endpoint, connector):
                        found.append((other, state))
        return found

    def waiting_at(self, socket: SocketState) -> int:
        """Return how many messages lie in its queue: arrived, or about to, while it is not in a receive."""
        return len(self._on_links_to(socket)) if not socket.waiting else 0

    def on_the_way_to(self, socket: SocketState) -> int:
        """Return how many messages are on their way to a socket that waits for them."""
        return len(self._on_links_to(socket)) if socket.waiting else 0

    def on_the_way(self, copy: Copy) -> bool:
        """Whether a copy is on its way to a socket that waits for it."""
        return copy.receiver is not None and bool(self.sockets[copy.receiver].waiting)

    def held_by(self, socket: SocketState) -> int:
        """Return how many messages it holds that nobody is there to take, or that anyone may take."""
        return sum(copy.receiver is None and copy.sender == socket.number for copy in self.pending.values())

    def totals(self) -> dict[str, int]:
        """Return the sum that adds up in every scene; `expected` is that of all others."""
        waiting = on_its_way = 0
        for copy in self.pending.values():
            receiver = self.sockets.get(copy.receiver) if copy.receiver else None
            if receiver and receiver.waiting:
                on_its_way += 1
            else:
                waiting += 1
        return {
            "expected": self.expected,
            "received": self.received,
            "filtered": self.filtered,
            "not delivered": self.not_delivered,
            "waiting": waiting,
            "on its way": on_its_way,
            "to strangers": self.to_strangers,
            "counted only": self.unseen,
            "not known": self.unknown,
        }

    def deal(self, copy: Copy, receiver: int) -> None:
        """Take note who will receive a copy, for one who knows what came later."""
        copy.receiver = receiver
        self._by_link.setdefault((copy.sender, receiver), {})[copy.number] = None

    # messages

    def _sent(self, event: Sent) -> None:
        socket = self.sockets.get(event.socket)
        if socket is None:
            return
        self._awake(event.actor, socket)
        if event.total <= socket.sent:  # its socket was just counted, with this message among the others
            if not self._seen_after_all(socket):
                return
        else:
            self._missed(socket, event.total - 1 - socket.sent)
            socket.sent = event.total
            self.sent += 1
        if socket.type == "XSUB" and event.frames[0][:1] in (b"\x00", b"\x01"):
            self._subscribe(socket, event.frames[0][1:], event.frames[0][:1] == b"\x01")
        if not has_known_links(socket.type):
            self.expected += 1
            self.unknown += 1
        elif socket.type in FAN_OUT:
            self._fan_out(socket, event)
        else:
            self._send_to_one(socket, event)

    def _fan_out(self, socket: SocketState, event: Sent) -> None:
        for peer, link in self.links(socket):
            copy = self._copy(socket, peer.number, event)
            if link == "down":
                self._lose(copy, "not connected yet", inferred=True)
            elif peer.wants(event.frames):
                self._travel(copy)
            else:
                copy.state, copy.why = "filtered", "no match"
                self.filtered += 1
                socket.filtered[peer.number] += 1
                self.stayed[socket.number] = copy
                self.changes.stayed.append(copy)
        for _ in range(socket.strangers):  # what they have subscribed to is not known
            self._leave_the_record(self._copy(socket, None, event))

    def _send_to_one(self, socket: SocketState, event: Sent) -> None:
        if "turned away" in socket.links.values():
            self._lose(self._copy(socket, None, event), TURNED_AWAY, inferred=True)
            return
        links = self.links(socket)
        ready = [peer for peer, link in links if link != "down"]
        receiver = None
        if socket.type == "REP" and socket.answering is not None and not socket.guessing:
            asker = self.sockets.get(socket.answering)
            if asker is None or not asker.open:
                whose = asker.actor if asker else "who asked"
                self._lose(self._copy(socket, asker and asker.number, event), f"{whose} closed that socket")
                return
            receiver = socket.answering
        elif self._goes_outside(socket, event):
            self._leave_the_record(self._copy(socket, None, event))
            return
        elif len(links) == 1 and ready and not socket.strangers:
            receiver = ready[0].number
        self._travel(self._copy(socket, receiver, event))

    def _copy(self, socket: SocketState, receiver: int | None, event: Sent) -> Copy:
        self.expected += 1
        self.copies += 1
        return Copy(self.copies, socket.number, receiver, event.frames, event.sizes, event.time)

    def _travel(self, copy: Copy) -> None:
        self.pending[copy.number] = copy
        self._by_content.setdefault(_content(copy.frames, copy.sizes), {})[copy.number] = None
        if copy.receiver is not None:
            self._by_link.setdefault((copy.sender, copy.receiver), {})[copy.number] = None
        self.changes.left.append(copy)

    def _arrive(self, copy: Copy) -> None:
        """Take a copy off its way, wherever it ends."""
        del self.pending[copy.number]
        content, link = _content(copy.frames, copy.sizes), (copy.sender, copy.receiver)
        for index, key in ((self._by_content, content), (self._by_link, link)):
            if key in index:
                index[key].pop(copy.number, None)
                if not index[key]:
                    del index[key]

    def _on_links_to(self, socket: SocketState) -> list[Copy]:
        links = [numbers for (_, receiver), numbers in self._by_link.items() if receiver == socket.number]
        return [self.pending[number] for numbers in links for number in numbers]

    def _lose(self, copy: Copy, why: str, inferred: bool = False) -> None:
        copy.state, copy.why, copy.inferred = "not delivered", why, inferred
        self.not_delivered += 1
        self.sockets[copy.sender].lost += 1
        self.lost = [*self.lost[-99:], copy]
        copy.counted_as = (self._lost_at(copy), why, inferred)
        self.losses[copy.counted_as] += 1
        self.changes.lost.append(copy)

    def _lost_at(self, copy: Copy) -> int:
        """Return the socket at which a loss is drawn: a publisher drops at its own, others lose it on the way.

        Who keeps only the newest lets go of the older ones itself.
        """
        at_sender = self.sockets[copy.sender].type in FAN_OUT and not self._conflated(copy)
        return copy.sender if at_sender or copy.receiver is None else copy.receiver

    def _conflated(self, copy: Copy) -> bool:
        return copy.receiver in self.sockets and self.sockets[copy.receiver].conflates

    def _received(self, event: Received) -> None:
        socket = self.sockets.get(event.socket)
        if socket is None:
            return
        self._awake(event.actor, socket)
        counted = event.total <= socket.received  # its socket was just counted, with this message among the others
        if not counted:
            self._arrived_unseen(socket, event.total - 1 - socket.received)
            socket.received = event.total
        if socket.type == "XPUB" and event.frames[0][:1] == b"\x01":
            self._subscription_came(socket, event.frames[0][1:])
        copy = self._match(socket, event)
        if copy is None:
            if socket.type == "XPUB" and event.frames[0][:1] in (b"\x00", b"\x01"):
                self._subscription_landed(socket, event)
            elif not counted:
                self._unexplained(socket, event)
            return
        if counted and not self._put_back(socket, copy.sender):
            return
        if copy.state == OUTSIDE:
            self._take_back(copy)
        elif copy.state == "not delivered":  # it was thought lost, and came after all
            self.lost.remove(copy)
            self.losses[copy.counted_as] -= 1
            self.not_delivered -= 1
            self.sockets[copy.sender].lost -= 1
        else:
            self._arrive(copy)
        copy.state, copy.receiver, copy.arrived = "received", socket.number, event.time
        self.received += 1
        socket.answering, socket.guessing, socket.answers_stranger = copy.sender, copy.inferred, False
        self.changes.landed.append(copy)
        # A link keeps its order: what left earlier on the same link will not come any more.
        on_the_link = self._by_link.get((copy.sender, copy.receiver), {})
        for number in list(takewhile(lambda number: number < copy.number, on_the_link)):
            earlier = self.pending[number]
            self._arrive(earlier)
            if self._put_back(socket, earlier.sender):  # it was received before, among those that were only counted
                earlier.state, earlier.receiver = "received", socket.number
                self.received += 1
            else:
                self._lose(earlier, self._why_overtaken(earlier), inferred=True)

    def _subscription_came(self, socket: SocketState, topic: bytes) -> None:
        """Know a link as up over which a subscription came: the monitor may say so only later."""
        ends = [
            (peer, endpoint)
            for peer in self.sockets.values()
            for endpoint in peer.links
            if peer.open and peer.topics[topic] > 0 and socket.is_at(endpoint, peer)
        ]
        if len(ends) == 1:
            peer, endpoint = ends[0]
            peer.links[endpoint] = "up"

    def _subscription_landed(self, socket: SocketState, event: Received) -> None:
        """Show what an XPUB hears of a subscription as a message of the one peer that can have made or ended it.

        No program sent it, so it is counted nowhere.
        """
        begins, topic = event.frames[0][:1] == b"\x01", event.frames[0][1:]
        peers = [
            peer
            for peer in self.sockets.values()
            if peer.type in ("SUB", "XSUB")
            and self._were_linked(peer, socket)
            and (peer.open and peer.topics[topic] > 0) == begins
        ]
        if len(peers) == 1:
            self.copies += 1
            copy = Copy(self.copies, peers[0].number, socket.number, event.frames, event.sizes, event.time, event.time)
            copy.state = "received"
            self.changes.landed.append(copy)

    def _match(self, socket: SocketState, event: Received) -> Copy | None:
        """Find the copy that this receive took: the earliest of equal content that could have come here."""
        content = _content(event.frames, event.sizes)
        senders = {peer.number for peer in self._senders_to(socket)}
        cut = _is_cut(*content)
        on_their_way = (self.pending[number] for number in self._by_content.get(content, ()))
        if cut:
            on_their_way = iter(self.pending.values())
        found: Copy | None = None
        for copy in chain(on_their_way, self.lost, self.outside):
            possible = copy.receiver == socket.number or (copy.receiver is None and copy.sender in senders)
            possible = possible or (copy.state == "not delivered" and copy.inferred and copy.sender in senders)
            its_own = _content(copy.frames, copy.sizes)
            if not possible or (its_own != content and not (cut and _begins_with(its_own, content))):
                continue
            if found is None:
                found = copy
                found.inferred = found.doubtful
                if len(senders) == 1:
                    break
            elif copy.sender != found.sender:  # equal messages from two senders cannot be told apart
                found.inferred = copy.doubtful = True
                break
        return found

    def _senders_to(self, socket: SocketState) -> list[SocketState]:
        """Return every socket, open or closed, that is or was linked to this one and sends to it."""
        return [
            other
            for other in self.sockets.values()
            if socket.type in SENDS_TO.get(other.type, ()) and self._were_linked(other, socket)
        ]

    def _receivers_of(self, socket: SocketState) -> list[SocketState]:
        """Return every socket, open or closed, that is or was linked to this one and receives what it sends."""
        return [
            other
            for other in self.sockets.values()
            if other.type in SENDS_TO.get(socket.type, ()) and self._were_linked(socket, other)
        ]

    def _were_linked(self, one: SocketState, other: SocketState) -> bool:
        """Whether two sockets are or were linked, or may be."""
        return other.number in one.kin or any(
            binder.is_at(endpoint, connector)
            for connector, binder in ((one, other), (other, one))
            for endpoint in connector.links
        )

    def _why_overtaken(self, copy: Copy) -> str:
        sender = self.sockets[copy.sender]
        if self._conflated(copy):
            return "a newer one took its place"
        return "dropped here" if sender.type in FAN_OUT else "never received"

    # messages that were only counted

    def _missed(self, socket: SocketState, number: int) -> None:
        """Account for sends that were counted but not kept one by one: fewer, if some had to be taken back."""
        self.sent += number
        if not has_known_links(socket.type):
            self.expected += number
            self.unknown += number
            return
        fans_out = socket.type in FAN_OUT
        outside = socket.strangers if fans_out else self._goes_outside(socket)
        self.expected += number * outside
        self.to_strangers += number * outside
        copies = number * (len(self.links(socket)) if fans_out else not outside)
        if copies < 0:
            copies = -min(-copies, socket.unseen)
        self.expected += copies
        socket.unseen += copies
        if copies > 0:
            self._explain(socket, number if fans_out else copies)

    def _explain(self, sender: SocketState, number: int) -> None:
        """Let those have received the sends that were just counted who have received messages that nobody had sent."""
        for peer in self._receivers_of(sender):
            explained = min(peer.unexplained, number, sender.unseen)
            peer.unexplained -= explained
            peer.credit += explained
            sender.unseen -= explained
            self.received += explained

    def _arrived_unseen(self, socket: SocketState, number: int) -> None:
        """Account for receives that were counted but not kept one by one."""
        if number > 0:
            socket.received += number
            self._take_unseen(socket, number)

    def _take_unseen(self, socket: SocketState, number: int) -> None:
        """Let a socket have received so many messages that nobody saw: first of those whose sends were not kept either.

        Of what is left then the sends will be counted later, or they were never recorded.
        """
        senders = self._senders_to(socket)
        for sender in senders:
            taken = min(number, sender.unseen)
            sender.unseen -= taken
            socket.credit += taken
            self.received += taken
            number -= taken
        if number:
            numbers = {sender.number for sender in senders}
            for copy in [copy for copy in self.pending.values() if copy.sender in numbers]:
                if number and copy.receiver in (socket.number, None):
                    self._arrive(copy)
                    copy.state, copy.receiver = "received", socket.number
                    self.received += 1
                    number -= 1
        if socket.met_strangers and not any(sender.thinned for sender in senders):
            self._count_from_outside(number)
        else:
            socket.unexplained += number
        socket.guessing = socket.guessing or len(senders) > 1

    def _put_back(self, socket: SocketState, sender: int) -> bool:
        """Uncount one of the messages that a socket received unseen: it is known now which one it was.

        Returns whether there was one.
        """
        if socket.credit:
            socket.credit -= 1
            self.received -= 1
            self.sockets[sender].unseen += 1
            self._explain(self.sockets[sender], 1)
            return True
        if socket.unexplained:
            socket.unexplained -= 1
            return True
        return False

    def _seen_after_all(self, socket: SocketState) -> bool:
        """Uncount one send that was only counted: it is seen now. False where somebody has received it by now."""
        copies = len(self.links(socket)) if socket.type in FAN_OUT else 1
        if socket.unseen < copies:
            return False
        socket.unseen -= copies
        self.expected -= copies
        return True

    def _counted(self, event: kinds.Counted) -> None:
        socket = self.sockets.get(event.socket)
        if socket is None:
            return
        socket.thinned = True
        if event.sent != socket.sent:
            self._missed(socket, event.sent - socket.sent)
            socket.sent = event.sent
        self._arrived_unseen(socket, event.received - socket.received)

    # everything else

    def _waits(self, event: kinds.Wait) -> None:
        socket = self.sockets.get(event.socket) if event.socket else None
        call = event.call if isinstance(event, kinds.Waits) else ""
        if socket:
            socket.waiting = call
            if call.startswith("recv") and socket.type == "PULL":
                self._give_up_what_died(socket, event.time)
        actor = self.actors[event.actor]
        if not actor.alive:
            return
        match event:
            case kinds.GoesOn():
                actor.lamp, actor.words = "on", "running"
            case kinds.Pauses():
                actor.lamp, actor.words = "on", "pausing"
            case kinds.WaitsForYou():
                actor.lamp, actor.words = "waiting", "waiting for you"
            case kinds.Waits() if call.startswith("send"):
                peers = self.links(socket) if socket else []
                nobody = not any(link != "down" for _, link in peers) and not (socket and socket.strangers)
                actor.lamp = "trouble"
                actor.words = f"{'no peer' if nobody else 'queue full'}: waiting in send()"
            case kinds.Waits():
                actor.lamp, actor.words = "waiting", f"waiting in {call}()"

    def _give_up_what_died(self, idle: SocketState, time: int) -> None:
        """Give up what was dealt to a receiver that has closed: once every other waits, nobody is left who has it."""
        dead = [one for one in self.sockets.values() if one.closed_at and one.type == "PULL"]
        for sender in self._senders_to(idle) if dead else ():
            if sender.type != "PUSH" or not all(peer.waiting for peer in self.peers(sender)):
                continue
            kin = [one for one in dead if self._were_linked(one, sender)]
            for copy in [copy for copy in self.pending.values() if copy.sender == sender.number]:
                heirs = [one for one in kin if one.closed_at > copy.left]
                if copy.receiver is None and heirs and time - copy.left > ON_ITS_WAY:
                    heir = heirs[0] if len(heirs) == 1 else None
                    why = f"{heir.actor if heir else 'a receiver'} closed its socket"
                    self._given_up.append((copy, heir and heir.number, why))

    def _lose_given_up(self) -> Copy:
        copy, receiver, why = self._given_up.pop(0)
        self._arrive(copy)
        copy.receiver = receiver
        self._lose(copy, why, inferred=True)
        return copy

    def _awake(self, name: str, socket: SocketState) -> None:
        socket.waiting = ""
        actor = self.actors[name]
        if actor.alive:
            actor.lamp, actor.words = "on", "running"

    def _made(self, event: kinds.SocketMade) -> None:
        self._forget_closed(lambda old: old.actor == event.actor and old.type == event.type)
        self.sockets[event.socket] = SocketState(event.socket, event.actor, event.type)

    def _socket_changed(self, socket: SocketState, event: Event) -> None:
        match event:
            case kinds.Bound():
                self._place(socket, event)
                socket.bound.append(event.endpoint)
                self._meet(socket)
                self._look_again()
            case kinds.Monitored():
                self._monitored(event.endpoint, event.home)
            case kinds.Connected() if self._is_a_monitor(socket, event):
                del self.sockets[event.socket]
            case kinds.Connected():
                self._place(socket, event)
                inproc = event.endpoint.startswith("inproc:")
                socket.links.setdefault(event.endpoint, "down" if event.watched and not inproc else "unknown")
                if inproc and self._is_taken(socket, event.endpoint):
                    self._refuse(socket, event.endpoint)
                self._meet(socket)
                self._look_again()
            case kinds.Unbound():
                socket.bound = [endpoint for endpoint in socket.bound if endpoint != event.endpoint]
                self._cut(socket, [end for end in socket.ends if end.accepted and end.endpoint == event.endpoint])
            case kinds.Disconnected():
                socket.links.pop(event.endpoint, None)
                self._cut(socket, [end for end in socket.ends if not end.accepted and end.endpoint == event.endpoint])
            case kinds.Accepted():
                self._begin(socket, end_of(event))
            case kinds.Departed():
                end = find(socket.ends, event)
                self._cut(socket, [end] if end else [])
            case kinds.LinkUp() if self._is_taken(socket, event.endpoint):
                self._refuse(socket, event.endpoint)
            case kinds.LinkUp() | kinds.LinkDown():
                if socket.links.get(event.endpoint, "turned away") != "turned away":
                    self._link_changed(socket, event)
            case kinds.Subscribed() | kinds.Unsubscribed():
                self._subscribe(socket, event.topic, isinstance(event, kinds.Subscribed))
            case kinds.HighWaterMark():
                socket.high_water_mark = event.messages or NO_LIMIT
            case kinds.Conflate():
                socket.conflates = event.on
            case kinds.Refused():
                actor = self.actors[event.actor]
                actor.lamp, actor.words = "trouble", f"{event.call}() refused"
            case kinds.Closed():
                self._closed(socket, event.linger)

    def _place(self, socket: SocketState, event: kinds.Bound | kinds.Connected) -> None:
        socket.home = event.home or socket.home
        if event.place:
            socket.places[event.endpoint] = event.place

    def _is_taken(self, socket: SocketState, endpoint: str) -> bool:
        """Whether a PAIR that connects there comes too late: it has one peer, and another PAIR was first."""
        return socket.type == "PAIR" and any(
            other.type == "PAIR"
            and other.open
            and state in ("up", "unknown")
            and _are_one(socket, endpoint, other, place)
            for other in self.sockets.values()
            if other is not socket and (other.home == socket.home or not endpoint.startswith("inproc:"))
            for place, state in other.links.items()
        )

    def _refuse(self, socket: SocketState, endpoint: str) -> None:
        """Know a PAIR as turned away, for good: libzmq does not try again. What it has sent is lost."""
        socket.links[endpoint] = "turned away"
        for copy in [copy for copy in self.pending.values() if copy.sender == socket.number]:
            self._arrive(copy)
            self._lose(copy, TURNED_AWAY, inferred=True)

    def _subscribe(self, socket: SocketState, topic: bytes, wanted: bool) -> None:
        socket.topics[topic] += 1 if wanted else -1
        if socket.topics[topic] <= 0:
            del socket.topics[topic]

    def _closed(self, socket: SocketState, linger: int | None) -> None:
        socket.open, socket.waiting, socket.closed_at = False, "", self.time
        up = {other.number for other, link in self.links(socket) if link != "down"}
        if linger == 0:  # what has not left yet is thrown away
            for copy in [copy for copy in self.pending.values() if copy.sender == socket.number]:
                if copy.receiver not in up:
                    self._arrive(copy)
                    self._lose(copy, "thrown away: closed with linger 0", inferred=True)
        for copy in self._on_links_to(socket):
            self._arrive(copy)
            self._lose(copy, f"{socket.actor} closed its socket", inferred=True)
        self._cut(socket, list(socket.ends))
        self._look_again()

    # links, and programs that are not recorded

    def _link_changed(self, socket: SocketState, event: kinds.LinkUp | kinds.LinkDown) -> None:
        if isinstance(event, kinds.LinkUp):
            socket.links[event.endpoint] = "up"
            self._begin(socket, end_of(event))
            return
        end = find(socket.ends, event)
        self._cut(socket, [end] if end else [])
        if not any(end.endpoint == event.endpoint for end in socket.ends if not end.accepted):
            socket.links[event.endpoint] = "down"

    def _begin(self, socket: SocketState, end: End) -> None:
        """Take in a connection that has begun, and see who is at its other end."""
        if not socket.open:
            return
        socket.ends.append(end)
        if end.ours:
            self._by_pair[end.ours, end.theirs] = socket.number
        self._recognise(socket, end)
        self._count_strangers(socket)
        if not end.ours:
            self._look_again()

    def _cut(self, socket: SocketState, ends: list[End]) -> None:
        """Take in that connections have ended."""
        for end in ends:
            socket.ends.remove(end)
            if self._by_pair.get((end.ours, end.theirs)) == socket.number:
                del self._by_pair[end.ours, end.theirs]
        self._count_strangers(socket)

    def _recognise(self, socket: SocketState, end: End) -> None:
        """Find the socket at the other end: who knows the same two addresses, or listens at the one we reached."""
        if end.peer is not None or not end.told:
            return
        other = self.sockets.get(self._by_pair.get((end.theirs, end.ours), 0)) if end.ours else None
        if other is not None:
            for theirs in other.ends:
                if (theirs.theirs, theirs.ours) == (end.ours, end.theirs):
                    theirs.peer = socket.number
        elif not end.accepted:
            there = [one for one in self.sockets.values() if one.open and is_listening_there(one, socket, end)]
            other = there[0] if len(there) == 1 else None
        if other is not None:
            end.peer = other.number
            self._are_kin(*((other, socket) if end.accepted else (socket, other)))
            self._count_strangers(other)

    def _are_kin(self, connector: SocketState, binder: SocketState) -> None:
        connector.kin.add(binder.number)
        binder.kin.add(connector.number)
        self.met.add((connector.actor, connector.type, binder.actor, binder.type))

    def _look_again(self) -> None:
        """Look again who is at the other ends that nobody had: a socket has told of itself since, or is gone."""
        for socket in list(self.sockets.values()):
            if socket.open and any(end.told and end.peer is None for end in socket.ends):
                for end in socket.ends:
                    self._recognise(socket, end)
                self._count_strangers(socket)

    def _count_strangers(self, socket: SocketState) -> None:
        before, strangers, unnamed, by_path = socket.strangers, 0, 0, Counter[str]()
        for end in socket.ends if socket.open else ():
            if end.told and end.accepted and not end.ours:
                by_path[end.endpoint] += 1
            elif end.told and end.peer is None:
                unnamed += end.accepted
                strangers += not end.accepted
        if unnamed:
            strangers += max(0, unnamed - self._without_a_pair(socket))
        for path, number in by_path.items():  # over ipc nobody says who came: those we know are counted off
            strangers += max(0, number - self._connectors_at(socket, path))
        socket.strangers = strangers
        if strangers and not before:
            self._met_strangers(socket)
        elif before and not strangers:
            self._were_no_strangers(socket)

    def _without_a_pair(self, binder: SocketState) -> int:
        """Return how many links of recorded sockets may lead to this one that the system has told no addresses of."""
        return sum(
            not (end.told or end.accepted) and binder.is_at(end.endpoint, one)
            for one in self.sockets.values()
            if one is not binder
            for end in one.ends
        )

    def _connectors_at(self, binder: SocketState, path: str) -> int:
        place = binder.places.get(path, path)
        return sum(
            place == one.places.get(endpoint, endpoint)
            for one in self.sockets.values()
            if one.open and one is not binder
            for endpoint in one.links
        )

    def _met_strangers(self, socket: SocketState) -> None:
        """Explain by a stranger what nobody else can have sent, and what went to nobody else."""
        socket.met_strangers = True
        if not any(sender.thinned for sender in self._senders_to(socket)):
            self._count_from_outside(socket.unexplained)
            socket.unexplained = 0
        if socket.type not in FAN_OUT and self._goes_outside(socket):
            self._let_held_go(socket)

    def _were_no_strangers(self, socket: SocketState) -> None:
        """Take back what was thought to have left the record, if the program at the other end is recorded after all."""
        if not any(end.peer is not None for end in socket.ends):
            return
        for copy in [copy for copy in self.outside if copy.sender == socket.number and socket.type not in FAN_OUT]:
            self._take_back(copy)
            copy.state = "pending"
            self._travel(copy)
            self.changes.left.remove(copy)

    def _goes_outside(self, socket: SocketState, event: Sent | None = None) -> bool:
        """Whether what a socket sends can only go to a program that is not recorded."""
        if socket.type == "REP" and socket.answers_stranger:
            return True
        if socket.type == "ROUTER" and event is not None and event.frames[0] in socket.strange_routes:
            return True
        unsettled = any(state not in ("up", "turned away") for state in socket.links.values())
        return socket.strangers > 0 and not unsettled and not self.links(socket)

    def _leave_the_record(self, copy: Copy) -> None:
        copy.state = OUTSIDE
        self.to_strangers += 1
        self.outside = [*self.outside[-99:], copy]
        self.changes.left.append(copy)

    def _take_back(self, copy: Copy) -> None:
        self.outside.remove(copy)
        self.to_strangers -= 1

    def _let_held_go(self, socket: SocketState) -> None:
        for copy in [copy for copy in self.pending.values() if copy.sender == socket.number and copy.receiver is None]:
            self._arrive(copy)
            self._leave_the_record(copy)
            self.changes.left.remove(copy)

    def _unexplained(self, socket: SocketState, event: Received) -> None:
        """Take in a message that nobody was seen to send: one whose send was only counted, or one from outside."""
        if any(sender.thinned for sender in self._senders_to(socket)):
            self._take_unseen(socket, 1)
            return
        socket.answering, socket.answers_stranger = None, True
        if len(event.frames) > 1:
            socket.strange_routes.add(event.frames[0])
        if socket.type == "REQ":
            self._let_held_go(socket)
        if socket.met_strangers:
            self._count_from_outside(1)
        else:
            socket.unexplained += 1

    def _count_from_outside(self, number: int) -> None:
        self.expected += number
        self.received += number
        self.from_strangers += number

    def _is_a_monitor(self, socket: SocketState, event: kinds.Connected) -> bool:
        home = event.home or socket.home
        return event.endpoint.startswith(MONITOR) or (event.endpoint, home) in self.monitors

    def _monitored(self, endpoint: str, home: str) -> None:
        """Know who listens to a monitor as no part of the conversation."""
        self.monitors.add((endpoint, home))
        for one in [one for one in self.sockets.values() if endpoint in one.links and one.home == home]:
            del self.sockets[one.number]

    def _actor_changed(self, actor: ActorState, event: Event) -> None:
        if type(event) in ENDINGS:
            actor.armed = False
        match event:
            case kinds.Started():
                self._clear_away(actor)
                actor.visitor = event.visitor
                actor.process = event.process
                actor.armed, actor.unseen = False, ""
                actor.alive, actor.lamp, actor.words = True, "on", "running"
            case kinds.Stopped():
                words = "stopped: its `except:` catches all" if event.swallowed else "stopped"
                actor.alive, actor.lamp, actor.words = False, "off", words
            case kinds.Finished():
                actor.alive, actor.lamp, actor.words = False, "off", "finished"
            case kinds.Died():
                replies = any(own.type == "REP" for own in self.sockets.values() if own.actor == actor.name)
                where = {"received": "died with the message", "sent": "died before sending"}
                if replies:
                    where = {"received": "died with the request", "sent": "died before its reply"}
                actor.alive, actor.lamp, actor.words = False, "trouble", where.get(event.fault, "died")
                self._lose_what_nobody_came_for(actor)
            case kinds.Failed():
                actor.alive, actor.lamp, actor.words = False, "trouble", f"{event.error}: {event.why}"
            case kinds.Armed():
                actor.armed = True
            case kinds.LongWait():
                actor.lamp, actor.words = "trouble", f"waiting {event.seconds:g} s: press ■"
            case kinds.Ended():
                actor.lamp, actor.words = "off", "ended"
            case kinds.Stuck():
                busy = "busy in its own code" if not actor.unseen else f"{actor.unseen} is not recorded"
                actor.lamp, actor.words = "trouble", f"does not stop: {busy}"
            case kinds.NotRecorded():
                actor.unseen = event.what
                actor.lamp, actor.words = "waiting", f"not recorded: {event.what}"

    def _lose_what_nobody_came_for(self, dead: ActorState) -> None:
        """Lose what an actor still held for a peer that is not there: a closed socket lingers no longer than its program."""
        for copy in [copy for copy in self.pending.values() if copy.receiver is None]:
            sender = self.sockets[copy.sender]
            if sender.actor == dead.name and all(link == "down" for _, link in self.links(sender)):
                self._arrive(copy)
                self._lose(copy, f"{dead.name} died with it")

    def _meet(self, socket: SocketState) -> None:
        for other in self.sockets.values():
            for connector, binder in ((socket, other), (other, socket)):
                for endpoint in connector.links:
                    if binder.is_at(endpoint, connector):
                        self.met.add((connector.actor, connector.type, binder.actor, binder.type))
                        if endpoint.startswith("inproc:"):
                            self._are_kin(connector, binder)

    def _forget_closed(self, which: Callable[[SocketState], bool]) -> None:
        """Forget closed sockets that no message refers to any more: an actor may make thousands in its life."""
        known = {number for copy in [*self.pending.values(), *self.lost] for number in (copy.sender, copy.receiver)}
        known |= set(self.stayed) | {copy.receiver for copy in self.stayed.values()}
        for socket in [socket for socket in self.sockets.values() if not socket.open and which(socket)]:
            if socket.number not in known and not socket.unseen:
                del self.sockets[socket.number]

    def _clear_away(self, actor: ActorState) -> None:
        """Put the sockets of an actor's former run behind it, and with them what nobody can receive any more."""
        self._forget_closed(lambda old: old.actor == actor.name and old.former)
        for socket in self.sockets.values():
            if socket.actor == actor.name:
                socket.former = True
        for copy in [copy for copy in self.pending.values() if copy.receiver is None]:
            if self.sockets[copy.sender].actor == actor.name and not self.sockets[copy.sender].open:
                self._arrive(copy)
                self._lose(copy, "discarded with its socket", inferred=True)


@dataclass
class Changes:
    """What one event did to the messages of a scene."""

    left: list[Copy] = field(default_factory=list)
    landed: list[Copy] = field(default_factory=list)
    stayed: list[Copy] = field(default_factory=list)
    lost: list[Copy] = field(default_factory=list)


def apply(scene: Scene, event: Event) -> Scene:
    """Fold one event into a scene: what a trace needs to keep its checkpoint."""
    return scene.apply(event)


def _are_one(one: SocketState, endpoint: str, other: SocketState, place: str) -> bool:
    return could_be_same(one.places.get(endpoint, endpoint), other.places.get(place, place))


def _content(frames: tuple[bytes, ...], sizes: tuple[int, ...]) -> tuple[bytes, int]:
    """Return what a message keeps on its way: routing frames are added and taken off, its last frame stays."""
    return frames[-1], sizes[-1]


def _is_cut(beginning: bytes, size: int) -> bool:
    """Whether less is known of a frame than the record keeps of each: `recv_into` took it, and its buffer was too small."""
    return len(beginning) < min(size, PREVIEW)


def _begins_with(content: tuple[bytes, int], cut: tuple[bytes, int]) -> bool:
    return content[1] == cut[1] and content[0].startswith(cut[0])
