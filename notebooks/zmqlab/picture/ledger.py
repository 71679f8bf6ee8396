"""Where every message is. The law that no message comes from nothing, and none is gone without a word, lives here alone.

Every message that is sent becomes as many copies as there are receivers it is meant for, and every copy is in
exactly one state, so that at every moment

    expected = received + filtered + not delivered + waiting + on its way + to strangers
             (+ lingering + waiting or dropped) (+ not known, of sockets whose links are not known)

Each term is counted by itself. A message is in one place: at its sender while no link can take it, or while nobody can
say to whom it was dealt; on the link while its receiver waits for it; else in the queue of its receiver. A receiver that
is closed holds nothing. A sender that is closed holds what no link has taken, as long as its linger.

A stranger is a program that is not recorded. What it sent, and a recorded socket received, is expected and received.

What cannot be known is inferred so that it agrees with the order of each link, and called inferred.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import chain

from ..record import events as kinds
from ..record.events import Received, Sent
from . import words
from .copies import OUTSIDE, Changes, Copy, Doubt, Place, UnderWay, content
from .dealing import Dealing, Foresight, only_peer
from .pairing import match
from .room import Room
from .sockets import SocketState
from .topology import News, Topology
from .types import FAN_OUT, has_known_links

ON_ITS_WAY = 50_000_000
"""Nanoseconds after which a message has arrived for sure, if its link is up: on one computer it takes a thousandth."""


@dataclass
class Ledger:
    """Where every message is that went over the links of `topology`.

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
    before: int = 0  # that had left before the stretch, and ended in it
    room: Room = field(default_factory=Room, compare=False)
    _given_up: list[tuple[Copy, int | None, str]] = field(default_factory=list, compare=False)

    # what can be asked of it

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
        waiting = on_its_way = lingering = in_doubt = earlier = 0
        for copy in self.pending.values():
            if copy.before:
                if not drawn(copy):
                    continue
                earlier += 1
            if copy.doubt is not Doubt.NONE:
                in_doubt += 1
            elif self.lingers(copy):
                lingering += 1
            elif self.place(copy) is Place.LINK:
                on_its_way += 1
            else:
                waiting += 1
        totals = {
            "expected": self.expected + earlier,
            "received": self.received,
            "filtered": self.filtered,
            "not delivered": self.not_delivered,
            "waiting": waiting,
            "on its way": on_its_way,
            "to strangers": self.to_strangers,
            "counted only": self.unseen,
            "not known": self.unknown,
        }
        rare = {"lingering": lingering, "waiting or dropped": in_doubt}
        return totals | {name: number for name, number in rare.items() if number}

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
        return [copy for copy in self.under_way.to(socket.number) if self.place(copy) is Place.QUEUE]

    def waiting_at(self, socket: SocketState) -> int:
        """Return how many messages lie in the queue of a receiver."""
        return len(self.queue_of(socket))

    def on_the_way_to(self, socket: SocketState) -> int:
        """Return how many messages are on their way to a socket."""
        return sum(self.place(copy) is Place.LINK for copy in self.under_way.to(socket.number))

    def held_at(self, socket: SocketState) -> list[Copy]:
        """Return the messages that stand at their sender."""
        return [copy for copy in self.under_way.of(socket.number) if self.place(copy) is Place.SENDER]

    def held_by(self, socket: SocketState) -> int:
        """Return how many messages stand at their sender, and wait there for sure."""
        return sum(copy.doubt is Doubt.NONE for copy in self.held_at(socket))

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
        self.expected, self.sent, self.received = self.unseen, 0, 0
        self.filtered = self.not_delivered = self.unknown = self.to_strangers = self.from_strangers = 0

    def time_passes(self, now: int) -> None:
        """Give up what a closed sender held longer than its linger."""
        if not self.under_way.held:
            return
        for copy in [copy for copy in self.under_way.held.values() if 0 < copy.until < now]:
            self._lose_on_its_way(copy, words.LINGER_OVER)

    # a message leaves

    def message_sent(self, socket: SocketState, event: Sent) -> None:
        """Take in that a socket has sent a message."""
        if event.total <= socket.sent:  # its socket was just counted, with this message among the others
            if not self._seen_after_all(socket):
                return
        else:
            if missed := event.total - 1 - socket.sent:
                self._missed(socket, missed)
            socket.sent = event.total
            self.sent += 1
        if socket.type == "XSUB" and event.frames[0][:1] in (b"\x00", b"\x01"):
            socket.subscribe(event.frames[0][1:], event.frames[0][:1] == b"\x01")
        if not has_known_links(socket.type):
            self.expected += 1
            self.unknown += 1
        elif socket.type in FAN_OUT:
            self._fan_out(socket, event)
        else:
            self._send_to_one(socket, event)

    def _fan_out(self, socket: SocketState, event: Sent) -> None:
        for peer, link in self.topology.links(socket):
            copy = self._copy(socket, peer.number, event)
            copy.fans_out = True
            if link == "down" and copy.identity not in self.foresight.arrived:
                self._lose(copy, words.NOT_CONNECTED, inferred=True)
            elif peer.wants(event.frames) or copy.identity in self.foresight.arrived:
                self._publish(socket, peer, copy)
            else:
                copy.state, copy.why = "filtered", words.NO_MATCH
                self.filtered += 1
                socket.filtered[peer.number] += 1
                self.stayed[socket.number] = copy
                self.changes.stayed.append(copy)
        for _ in range(socket.strangers):  # what they have subscribed to is not known
            self._leave_the_record(self._copy(socket, None, event))

    def _publish(self, socket: SocketState, peer: SocketState, copy: Copy) -> None:
        """Put a copy of a publisher on its way, if it does: where the queue is full, it is dropped, and nobody is told."""
        if copy.identity in self.foresight.dropped:
            self._lose(copy, words.DROPPED, inferred=True)
            return
        sure = self.room.is_sure(socket, peer, copy, self.under_way.number_on(socket.number, peer.number))
        if not sure and copy.identity not in self.foresight.arrived:
            copy.doubt = Doubt.DROPPED
        copy.taken = True
        self._travel(copy)

    def _send_to_one(self, socket: SocketState, event: Sent) -> None:
        if "turned away" in socket.links.values():
            self._lose(self._copy(socket, None, event), words.ONE_PEER, inferred=True)
            return
        if socket.type == "REP" and socket.answering is not None and not socket.guessing:
            self._reply(socket, event)
        elif self._goes_outside(socket, event):
            self._leave_the_record(self._copy(socket, None, event))
        else:
            receiver, guessed = self._receiver(socket, event)
            copy = self._copy(socket, receiver, event)
            copy.guessed = guessed
            self._travel(copy)

    def _reply(self, socket: SocketState, event: Sent) -> None:
        asker = self.topology.sockets.get(socket.answering)
        if asker is None or not asker.open:
            why = words.asker_closed(asker.actor if asker else "")
            self._lose(self._copy(socket, asker and asker.number, event), why)
        else:
            self._travel(self._copy(socket, asker.number, event))

    def _receiver(self, socket: SocketState, event: Sent) -> tuple[int | None, bool]:
        """Return to whom a message is dealt, and whether that is inferred; None where it is not known."""
        era = self.dealing.deal(self.topology, socket, event.total, self.under_way.number_of(socket.number))
        known = self.foresight.known.get((socket.number, event.total))
        if known is not None:
            return known, False
        if socket.type == "ROUTER" and event.frames[0] in socket.routes:
            return socket.routes[event.frames[0]], False
        if peer := only_peer(self.topology, socket):
            return peer.number, False
        guessed = self.foresight.guessed.get((socket.number, event.total))
        if guessed is None and era is not None:
            guessed = era.receiver(event.total)
        return guessed, guessed is not None

    def _copy(self, socket: SocketState, receiver: int | None, event: Sent) -> Copy:
        self.expected += 1
        self.copies += 1
        return Copy(self.copies, socket.number, receiver, event.frames, event.sizes, event.time, event.total)

    def _travel(self, copy: Copy) -> None:
        if self._came_already(copy):
            return
        copy.taken = copy.taken or self._can_go(copy)
        self.under_way.add(copy)
        self.changes.left.append(copy)

    def _can_go(self, copy: Copy) -> bool:
        """Whether a link can take a copy now."""
        sender, receiver = (self.topology.sockets.get(number or 0) for number in (copy.sender, copy.receiver))
        return receiver is not None and receiver.open and self.topology.is_up(sender, receiver)

    def links_changed(self) -> None:
        """Let what stands at its sender go, where a link can take it now."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if copy.receiver is None and (peer := only_peer(self.topology, sender)) and sender.type != "REP":
                self.under_way.deal(copy, peer.number)
            self._try(copy)

    def _try(self, copy: Copy) -> None:
        if self._can_go(copy):
            self.under_way.go(copy)
            self.changes.went.append(copy)

    # a message arrives

    def message_received(self, socket: SocketState, event: Received) -> None:
        """Take in that a socket has received a message."""
        counted = event.total <= socket.received  # its socket was just counted, with this message among the others
        if not counted:
            self._arrived_unseen(socket, event.total - 1 - socket.received)
            socket.received = event.total
        if socket.type == "XPUB" and event.frames[0][:1] == b"\x01":
            self.topology.subscription_came(socket, event.frames[0][1:])
        copy = self.match(socket, event)
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
            self._find_again(copy)
        else:
            self.under_way.take(copy)
            self._counts_now(copy)
        wrongly = copy.guessed and copy.receiver != socket.number
        copy.state, copy.receiver, copy.arrived = "received", socket.number, event.time
        self.received += 1
        if len(event.frames) > 1 and socket.type == "ROUTER":
            socket.routes[event.frames[0]] = copy.sender
        self.room.arrived(copy.sender, socket.number, copy.number)
        if not copy.inferred:
            self._confirm_turn(copy, wrongly)
        socket.answering, socket.guessing, socket.answers_stranger = copy.sender, copy.inferred, False
        self.changes.landed.append(copy)
        self._overtaken(socket, copy)

    def match(self, socket: SocketState, event: Received) -> Copy | None:
        """Find the copy that this receive took: the earliest of equal content that could have come here."""
        wanted = content(event.frames, event.sizes)
        senders = {peer.number for peer in self.topology.senders_to(socket)}
        return match(socket.number, wanted, senders, chain(self.under_way.like(wanted), self.lost, self.outside))

    def _confirm_turn(self, copy: Copy, wrongly: bool) -> None:
        """Know from who received a message who was dealt others: or that these were no turns."""
        era = self.dealing.eras.get(copy.sender)
        if era is None or era.broken or copy.total < era.first:
            return
        if wrongly or not era.confirm(copy.total, copy.receiver):
            self._forget_turns(copy.sender)
            return
        for other in list(self.under_way.held.values()):
            if other.sender == copy.sender and other.receiver is None and other.total >= era.first:
                receiver = era.receiver(other.total)
                if receiver is None:
                    continue
                peer = self.topology.sockets[receiver]
                if not peer.open:
                    self._given_up.append((other, receiver, words.closed_its_socket(peer.actor)))
                else:
                    self.under_way.deal(other, receiver, guessed=True)
                    self._try(other)

    def _overtaken(self, socket: SocketState, copy: Copy) -> None:
        """Know what left earlier on the same link as lost: a link keeps its order."""
        for earlier in self.under_way.on_link(copy.sender, socket.number):
            if earlier.number > copy.number:
                break
            if earlier.guessed:
                self.under_way.deal(earlier, None)
                self.changes.corrected.append(earlier)
                continue
            self.under_way.take(earlier)
            if self._put_back(socket, earlier.sender):  # it was received before, among those that were only counted
                earlier.state, earlier.receiver = "received", socket.number
                self.received += 1
            else:
                self._lose_overtaken(earlier)

    def _lose_overtaken(self, copy: Copy) -> None:
        """Lose a copy that is not in the queue of its receiver, though it should be by now."""
        if self._conflated(copy):
            why = words.NEWER_CAME
        elif copy.doubt is Doubt.THROWN_AWAY:
            why = words.THROWN_AWAY
        elif copy.fans_out:
            why = words.DROPPED
            if self.dealing.past is not None:
                self._dropped[copy.identity] = None
        else:
            why = words.NEVER_RECEIVED
        self._lose(copy, why, inferred=True)

    def _subscription_landed(self, socket: SocketState, event: Received) -> None:
        """Show what an XPUB hears of a subscription as a message of the one peer that can have made or ended it.

        No program sent it, so it is counted nowhere.
        """
        begins, topic = event.frames[0][:1] == b"\x01", event.frames[0][1:]
        peers = [
            peer
            for peer in self.topology.sockets.values()
            if peer.type in ("SUB", "XSUB")
            and self.topology.were_linked(peer, socket)
            and (peer.open and peer.topics[topic] > 0) == begins
        ]
        if len(peers) == 1:
            self.copies += 1
            copy = Copy(self.copies, peers[0].number, socket.number, event.frames, event.sizes, event.time, 0)
            copy.state, copy.arrived = "received", event.time
            self.changes.landed.append(copy)

    # a message is lost

    def _lose(self, copy: Copy, why: str, inferred: bool = False) -> None:
        copy.state, copy.why, copy.inferred = "not delivered", why, inferred
        self._counts_now(copy)
        self.not_delivered += 1
        self.topology.sockets[copy.sender].lost += 1
        self.lost = [*self.lost[-99:], copy]
        copy.counted_as = (self._lost_at(copy), why, inferred)
        self.losses[copy.counted_as] += 1
        self.changes.lost.append(copy)

    def _counts_now(self, copy: Copy) -> None:
        """Count a copy that had left before the stretch, and ends in it."""
        if copy.before:
            copy.before = False
            self.before += 1
            self.expected += 1

    def _lose_on_its_way(self, copy: Copy, why: str, inferred: bool = False) -> None:
        self.under_way.take(copy)
        self._lose(copy, why, inferred)

    def _find_again(self, copy: Copy) -> None:
        self.lost.remove(copy)
        self._dropped.pop(copy.identity, None)
        self.losses[copy.counted_as] -= 1
        self.not_delivered -= 1
        self.topology.sockets[copy.sender].lost -= 1

    def _lost_at(self, copy: Copy) -> int:
        """Return the socket at which a loss is drawn: a publisher drops at its own, others lose it on the way.

        Who keeps only the newest lets go of the older ones itself.
        """
        at_sender = self.topology.sockets[copy.sender].type in FAN_OUT and not self._conflated(copy)
        return copy.sender if at_sender or copy.receiver is None else copy.receiver

    def _conflated(self, copy: Copy) -> bool:
        return copy.receiver in self.topology.sockets and self.topology.sockets[copy.receiver].conflates

    def closed(self, socket: SocketState, linger: int | None) -> None:
        """Take in that a socket has closed: what it held as a receiver is gone, what it held as a sender lingers."""
        for copy in self.under_way.of(socket.number):
            if not copy.taken:
                if linger == 0 and (socket.number, copy.total) not in self.foresight.known:
                    self._lose_on_its_way(copy, words.THROWN_AWAY, inferred=True)
                elif linger:
                    copy.until = socket.closed_at + linger * 1_000_000 if linger > 0 else -1
            elif linger == 0 and copy.doubt is Doubt.NONE and self._may_be_thrown_away(socket, copy):
                copy.doubt = Doubt.THROWN_AWAY
                self.changes.doubted.append(copy)
        for copy in self.under_way.to(socket.number):
            if copy.taken:
                self._lose_on_its_way(copy, words.closed_its_socket(socket.actor), inferred=True)
            else:
                self.under_way.deal(copy, None)

    def _may_be_thrown_away(self, socket: SocketState, copy: Copy) -> bool:
        """Whether a message may still be in its sender's own queue: the last that the mark lets in, or one just sent.

        What is arrived for sure is what has had time for it, and room in the queue of the receiver.
        """
        if (socket.number, copy.total) in self.foresight.known or copy.identity in self.foresight.arrived:
            return False
        receiver = self.topology.sockets[copy.receiver]
        ahead = sum(other.number < copy.number for other in self.under_way.to(copy.receiver))
        behind = sum(other.number > copy.number for other in self.under_way.on_link(socket.number, copy.receiver))
        late = socket.closed_at - copy.left < ON_ITS_WAY
        return behind < socket.send_mark and (late or ahead >= receiver.high_water_mark)

    def died(self, name: str) -> None:
        """Lose what an actor still held for a peer that is not there: a closed socket lingers no longer than its program."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if sender.actor == name and not any(link != "down" for _, link in self.topology.links(sender)):
                self._lose_on_its_way(copy, words.died_with_it(name))

    def began_again(self, name: str) -> None:
        """Lose what nobody can receive any more of an actor's former run."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if sender.actor == name and not sender.open:
                self._lose_on_its_way(copy, words.DISCARDED, inferred=True)

    def waits_in_vain(self, idle: SocketState, time: int) -> None:
        """Know that a queue is empty whose socket waits: what may have been in it for some time is not there."""
        for copy in self.under_way.to(idle.number):
            if copy.receiver != idle.number or time - copy.left <= ON_ITS_WAY:
                continue
            if copy.doubt is not Doubt.NONE:
                self.under_way.take(copy)
                self._lose_overtaken(copy)
            elif copy.guessed and copy.taken:
                self._forget_turns(copy.sender)

    def _forget_turns(self, sender: int) -> None:
        """Know that what was inferred from turns is not so."""
        if sender in self.dealing.eras:
            self.dealing.eras[sender].broken = True
        for copy in self.under_way.of(sender):
            if copy.guessed:
                self.under_way.deal(copy, None)
                self.changes.corrected.append(copy)

    def give_up_what_died(self, idle: SocketState, time: int) -> None:
        """Give up what was dealt to a receiver that has closed: once every other waits, nobody is left who has it."""
        dead = [one for one in self.topology.sockets.values() if one.closed_at and one.type == "PULL"]
        for sender in self.topology.senders_to(idle) if dead else ():
            if sender.type != "PUSH" or not all(peer.waiting for peer in self.topology.peers(sender)):
                continue
            kin = [one for one in dead if self.topology.were_linked(one, sender)]
            for copy in self.under_way.of(sender.number):
                heirs = [one for one in kin if one.closed_at > copy.left]
                if copy.receiver is None and heirs and time - copy.left > ON_ITS_WAY:
                    heir = heirs[0] if len(heirs) == 1 else None
                    why = words.closed_its_socket(heir.actor if heir else "")
                    self._given_up.append((copy, heir and heir.number, why))

    @property
    def gives_up(self) -> bool:
        """Whether messages are given up, and not lost yet: `lose_next` does that."""
        return bool(self._given_up)

    def lose_next(self) -> Copy | None:
        """Lose the next message that is given up, and return it; None when there is none. `changes` tells of it alone."""
        self.changes = Changes()
        return self.lose_given_up() if self._given_up else None

    def lose_given_up(self) -> Copy:
        """Lose the next message that is given up, and return it."""
        copy, receiver, why = self._given_up.pop(0)
        self.under_way.take(copy)
        copy.receiver = receiver
        self._lose(copy, why, inferred=True)
        return copy

    def all_dropped(self) -> set[tuple[int, int, int]]:
        """Return the copies that their publishers dropped, as far as that is known."""
        return set(self._dropped)

    def remembers(self) -> set[int | None]:
        """Return the sockets that messages refer to."""
        known = {number for copy in [*self.pending.values(), *self.lost] for number in (copy.sender, copy.receiver)}
        return known | set(self.stayed) | {copy.receiver for copy in self.stayed.values()}

    # a link changes

    def hear(self, news: News, socket: SocketState) -> None:
        """Take in what a change of the links means for messages."""
        match news:
            case News.TURNED_AWAY:
                for copy in self.under_way.of(socket.number):
                    self._lose_on_its_way(copy, words.ONE_PEER, inferred=True)
            case News.STRANGERS:
                self._met_strangers(socket)
            case News.NO_STRANGERS:
                self._were_no_strangers(socket)

    # programs that are not recorded

    def _met_strangers(self, socket: SocketState) -> None:
        """Explain by a stranger what nobody else can have sent, and what went to nobody else."""
        if not any(sender.thinned for sender in self.topology.senders_to(socket)):
            self._count_from_outside(socket.unexplained)
            socket.unexplained = 0
            socket.strays.clear()
        if socket.type not in FAN_OUT and self._goes_outside(socket):
            self._let_held_go(socket)

    def _were_no_strangers(self, socket: SocketState) -> None:
        """Take back what was thought to have left the record, if the program at the other end is recorded after all."""
        if not any(end.peer is not None for end in socket.ends):
            return
        for copy in [copy for copy in self.outside if copy.sender == socket.number and socket.type not in FAN_OUT]:
            self._take_back(copy)
            copy.state = "pending"
            self.under_way.add(copy)

    def _goes_outside(self, socket: SocketState, event: Sent | None = None) -> bool:
        """Whether what a socket sends can only go to a program that is not recorded."""
        if socket.type == "REP" and socket.answers_stranger:
            return True
        if socket.type == "ROUTER" and event is not None and event.frames[0] in socket.strange_routes:
            return True
        unsettled = any(state not in ("up", "turned away") for state in socket.links.values())
        return socket.strangers > 0 and not unsettled and not self.topology.links(socket)

    def _leave_the_record(self, copy: Copy) -> None:
        copy.state = OUTSIDE
        self.to_strangers += 1
        self.outside = [*self.outside[-99:], copy]
        self.changes.left.append(copy)

    def _take_back(self, copy: Copy) -> None:
        self.outside.remove(copy)
        self.to_strangers -= 1

    def _let_held_go(self, socket: SocketState) -> None:
        for copy in [copy for copy in self.under_way.of(socket.number) if copy.receiver is None]:
            self.under_way.take(copy)
            self._leave_the_record(copy)
            self.changes.left.remove(copy)

    def _unexplained(self, socket: SocketState, event: Received) -> None:
        """Take in a message that nobody was seen to send: one whose send was only counted, or one from outside."""
        if any(sender.thinned for sender in self.topology.senders_to(socket)):
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
            socket.strays = [*socket.strays[-99:], (content(event.frames, event.sizes), event.time)]

    def _came_already(self, copy: Copy) -> bool:
        """Explain by a send what was received before: on a busy machine a send may be told after what it led to."""
        content_of_it = content(copy.frames, copy.sizes)
        for peer in self.topology.receivers_of(self.topology.sockets[copy.sender]):
            if not peer.unexplained or copy.receiver not in (None, peer.number):
                continue  # as nearly always
            seen = next((stray for stray in peer.strays if stray[0] == content_of_it and stray[1] >= copy.left), None)
            if seen is None and (peer.counted_at < copy.left or peer.unexplained <= len(peer.strays)):
                continue
            if seen is not None:
                peer.strays.remove(seen)
            peer.unexplained -= 1
            copy.state, copy.receiver, copy.arrived = "received", peer.number, seen[1] if seen else peer.counted_at
            self.received += 1
            if peer.type == "REP" and peer.answers_stranger:
                peer.answering, peer.answers_stranger = copy.sender, False
            return True
        return False

    def _count_from_outside(self, number: int) -> None:
        self.expected += number
        self.received += number
        self.from_strangers += number

    # messages that were only counted

    def counted(self, socket: SocketState, event: kinds.Counted) -> None:
        """Take in the totals of a socket."""
        socket.thinned, socket.counted_at = True, event.time
        if event.sent != socket.sent:
            self._missed(socket, event.sent - socket.sent)
            socket.sent = event.sent
        self._arrived_unseen(socket, event.received - socket.received)

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
        copies = number * (len(self.topology.links(socket)) if fans_out else not outside)
        if copies < 0:
            copies = -min(-copies, socket.unseen)
        self.expected += copies
        socket.unseen += copies
        if copies > 0:
            self._explain(socket, number if fans_out else copies)

    def _explain(self, sender: SocketState, number: int) -> None:
        """Let those have received the sends that were just counted who have received messages that nobody had sent."""
        for peer in self.topology.receivers_of(sender):
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
        senders = self.topology.senders_to(socket)
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
                    self.under_way.take(copy)
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
            self.topology.sockets[sender].unseen += 1
            self._explain(self.topology.sockets[sender], 1)
            return True
        if socket.unexplained:
            socket.unexplained -= 1
            return True
        return False

    def _seen_after_all(self, socket: SocketState) -> bool:
        """Uncount one send that was only counted: it is seen now. False where somebody has received it by now."""
        copies = len(self.topology.links(socket)) if socket.type in FAN_OUT else 1
        if socket.unseen < copies:
            return False
        socket.unseen -= copies
        self.expected -= copies
        return True
