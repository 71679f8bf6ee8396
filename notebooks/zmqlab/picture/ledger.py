"""Where every message is. The law that no message comes from nothing, and none is gone without a word, lives here.

A message is in one place: at its sender while no link can take it, or while nobody can say to whom it was dealt; on the
link while its receiver waits for it; else in the queue of its receiver. A receiver that is closed holds nothing. A
sender that is closed holds what no link has taken, as long as its linger.

What cannot be known is inferred so that it agrees with the order of each link, and called inferred.

In four layers: `books` (where each message is, and the sum), `losses`, `strangers`, `counting`; and here what a send, a
receive and a change of the links do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from ..record.events import Received, Sent
from . import envelopes, words
from .copies import OUTSIDE, Copy, Doubt, content
from .counting import Counting
from .dealing import deals_among_several, only_peer
from .pairing import match
from .sockets import SocketState
from .topology import News
from .types import FAN_OUT, has_known_links, subscribes_by_hand


@dataclass
class Ledger(Counting):
    """Where every message is that went over the links of a topology."""

    # a message leaves

    def message_sent(self, socket: SocketState, event: Sent) -> None:
        """Take in that a socket has sent a message."""
        socket.seen = max(socket.seen, event.total)
        if event.total <= socket.sent:  # its socket was just counted, with this message among the others
            if not self._seen_after_all(socket):
                return
        else:
            if missed := event.total - 1 - socket.sent:
                self._missed(socket, missed)
            socket.sent = event.total
            self.sent += 1
        if subscribes_by_hand(socket.type, event.frames):
            socket.subscribe(event.frames[0][1:], event.frames[0][:1] == b"\x01")
            # By hand what `subscribe` does: no program receives it as a message, and an XPUB is told of it.
            self.sent -= 1
            return
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
        self._to_nobody(socket, not (self.topology.links(socket) or socket.strangers))
        for _ in range(socket.strangers):  # what they have subscribed to is not known
            self._leave_the_record(self._copy(socket, None, event))

    def _publish(self, socket: SocketState, peer: SocketState, copy: Copy) -> None:
        """Put a copy of a publisher on its way, if it does: where the queue is full, it is dropped, and nobody is told."""
        if copy.identity in self.foresight.dropped:
            self._lose(copy, words.DROPPED, inferred=True)
            return
        sure = self.room.is_sure(socket, peer, copy, self.under_way.number_on(socket.number, peer.number))
        if not (sure or socket.never_drops) and copy.identity not in self.foresight.arrived:
            copy.doubt = Doubt.DROPPED
        copy.taken = True
        self._travel(copy)

    def _send_to_one(self, socket: SocketState, event: Sent) -> None:
        if "turned away" in socket.links.values():
            self._lose(self._copy(socket, None, event), words.turned_away(socket), inferred=True)
            return
        if socket.type == "REP" and socket.answering is not None and not socket.guessing:
            self._reply(socket, event)
        elif self._goes_outside(socket, event):
            self._leave_the_record(self._copy(socket, None, event))
        elif socket.type == "ROUTER" and self._knows_nobody_so_named(socket, event):
            self._lose(self._copy(socket, None, event), words.NO_SUCH_NAME, inferred=True)
        else:
            if socket.type == "REQ":
                self._hears_no_former_reply(socket)
            receiver, guessed = self._receiver(socket, event)
            copy = self._copy(socket, receiver, event)
            copy.guessed, copy.among = guessed, receiver is None and deals_among_several(self.topology, socket)
            self._travel(copy)
            reader = self.topology.sockets.get(receiver or 0)  # it may be made later, and receive this all the same
            if reader is not None and reader.waiting:
                self.reads(reader)

    def reads(self, socket: SocketState) -> None:
        """Know what a socket throws away as soon as it reads: where the empty frame is missing."""
        for copy in self.under_way.to(socket.number) if socket.type in ("REQ", "REP") else ():
            if copy.taken and self._is_thrown_away(copy):
                self._given_up.append((copy, socket.number, words.NO_EMPTY_FRAME))

    def _knows_nobody_so_named(self, router: SocketState, event: Sent) -> bool:
        """Whether a ROUTER throws a message away: nobody of this name is left, or it is sure that no peer has it."""
        foreseen = (router.number, event.total) in self.foresight.known
        peers = self.topology.peers(router)
        named = set(router.routes.values()) | {peer.number for peer in peers if peer.name}
        nobody = self._named(router, event.frames[0]) is None
        if foreseen or not nobody:
            return False
        # A name that another ROUTER has made up is none of this one's: each begins to count anywhere in 32 bits.
        made_elsewhere = self.made_up.get(event.frames[0], router.number) != router.number
        sure = made_elsewhere or {peer.number for peer in peers} <= named
        return self._is_of_nobody_left(router, event.frames[0]) or (not router.strangers and sure)

    def _is_of_nobody_left(self, router: SocketState, name: bytes) -> bool:
        """Whether a ROUTER made up a name for a peer that is gone: it gives it to nobody again."""
        if name in router.former_routes:
            return True
        holder = self.topology.sockets.get(router.routes.get(name, 0))
        return name in router.routes and name[:1] == b"\0" and (holder is None or not holder.open)

    def _named(self, router: SocketState, name: bytes) -> int | None:
        """Return the peer that a ROUTER knows under a name: the one that it has heard, or that has said so."""
        peers = self.topology.peers(router)
        if router.routes.get(name) in {peer.number for peer in peers}:
            return router.routes[name]
        return next((peer.number for peer in peers if peer.name == name and self.topology.is_up(peer, router)), None)

    def _hears_no_former_reply(self, asker: SocketState) -> None:
        """Lose the replies that a REQ has not received when it asks anew (REQ_RELAXED): it has let go of who answered.

        Not in a flood: there it may have received them, and that is told later, as a number.
        """
        for copy in self.under_way.to(asker.number) if not asker.thinned else ():
            if (copy.sender, copy.total) not in self.foresight.known:
                self._lose_on_its_way(copy, words.ASKED_ANEW, inferred=True)

    def _reply(self, socket: SocketState, event: Sent) -> None:
        asker = self.topology.sockets.get(socket.answering)
        heir = self.foresight.known.get((socket.number, event.total))
        if heir is not None and heir != socket.answering:
            self._travel(self._copy(socket, heir, event))
        elif (asker is None or not asker.open) and socket.keeps in socket.links:
            copy = self._copy(socket, self._next_at(socket.keeps, socket), event)
            copy.pipe = socket.keeps
            self._travel(copy)
        elif asker is None or not asker.open:
            why = words.asker_closed(asker.actor if asker else "")
            self._lose(self._copy(socket, asker and asker.number, event), why)
        elif asker.type == "REQ" and asker.sent > socket.request and not asker.thinned:
            self._lose(self._copy(socket, asker.number, event), words.ASKED_ANEW, inferred=True)
        else:
            self._travel(self._copy(socket, asker.number, event))

    def _pipe_to(self, socket: SocketState, asker: SocketState | None) -> str:
        """Return the endpoint through which a REP has a pipe that outlives a DEALER which asks, or "".

        Who connects over a transport that can break keeps its pipe, and with it the reply: whoever binds there next gets it.
        """
        if socket.type != "REP" or asker is None or asker.type != "DEALER":
            return ""
        there = (one for one in socket.links if asker.was_bound_at(one, socket) and not one.startswith("inproc:"))
        return next(there, "")

    def _next_at(self, endpoint: str, socket: SocketState) -> int | None:
        """Return the peer that is bound at an endpoint now."""
        return next((peer.number for peer in self.topology.peers(socket) if peer.is_at(endpoint, socket)), None)

    def _receiver(self, socket: SocketState, event: Sent) -> tuple[int | None, bool]:
        """Return to whom a message is dealt, and whether that is inferred; None where it is not known."""
        era = self.dealing.deal(self.topology, socket, event.total, self.under_way.number_of(socket.number))
        known = self.foresight.known.get((socket.number, event.total))
        if known is not None:
            return known, False
        if socket.type == "ROUTER" and (named := self._named(socket, event.frames[0])):
            return named, False
        if peer := only_peer(self.topology, socket):
            return peer.number, False
        guessed = self.foresight.guessed.get((socket.number, event.total))
        if guessed is None and era is not None:
            guessed = era.receiver(event.total)
        return guessed, guessed is not None

    def _copy(self, socket: SocketState, receiver: int | None, event: Sent) -> Copy:
        self.expected += 1
        self.copies += 1
        copy = Copy(self.copies, socket.number, receiver, event.frames, event.sizes, event.time, event.total)
        self._dress(copy)
        return copy

    def _dress(self, copy: Copy) -> None:
        """Draw a message with its envelope, once it is known to whom it goes."""
        types = self._types(copy)
        copy.drawn = envelopes.drawn((copy.frames, copy.sizes), *types)

    def _travel(self, copy: Copy) -> None:
        if self._came_already(copy):
            return
        copy.taken = copy.taken or self._can_go(copy)
        self.under_way.add(copy)
        self.changes.left.append(copy)
        self._takes_the_place_of_older_ones(copy)

    def _can_go(self, copy: Copy) -> bool:
        """Whether a link can take a copy now."""
        sender, receiver = (self.topology.sockets.get(number or 0) for number in (copy.sender, copy.receiver))
        return receiver is not None and receiver.open and self.topology.is_up(sender, receiver)

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
        if not self._comes_after_all(copy):
            self.under_way.take(copy)
            self._counts_now(copy)
        wrongly = copy.guessed and copy.receiver != socket.number
        copy.state, copy.receiver, copy.arrived = "received", socket.number, event.time
        copy.came = event.frames, event.sizes
        self.received += 1
        self._learn_names(socket, event, copy)
        self.room.arrived(copy.sender, socket.number, copy.number)
        self.link_proven(copy)
        if not copy.inferred:
            self._confirm_turn(copy, wrongly)
        socket.request = copy.total
        socket.answering, socket.guessing, socket.answers_stranger = copy.sender, copy.inferred, False
        socket.keeps = self._pipe_to(socket, self.topology.sockets.get(copy.sender))
        self.changes.landed.append(copy)
        self._overtaken(socket, copy)

    def about_to_land(self, socket: SocketState, event: Received) -> Copy | None:
        """Return the copy that a receive will be found to have taken. It is under way, whatever was thought to be its end."""
        copy = self.match(socket, event)
        if copy is not None and self._comes_after_all(copy):
            self._goes_on(copy)
        return copy

    def _comes_after_all(self, copy: Copy) -> bool:
        """Take back what was thought to be the end of a copy that came. False where nothing was."""
        if copy.state == OUTSIDE:
            self._take_back(copy)
        elif copy.state == "not delivered":
            self._find_again(copy)
        else:
            return False
        return True

    def _learn_names(self, socket: SocketState, event: Received, copy: Copy) -> None:
        """Know by what name a ROUTER calls a peer: of what it received, or of what was received that it sent.

        Equal messages of several ("READY") tell nobody's name.
        """
        if copy.inferred:
            return
        if len(event.frames) > 1 and socket.type == "ROUTER":
            socket.routes[event.frames[0]] = copy.sender
            if event.frames[0][:1] == b"\x00":  # RFC 28: such a name is never a peer's own
                self.made_up[event.frames[0]] = socket.number
        sender = self.topology.sockets.get(copy.sender)
        if sender is not None and sender.type == "ROUTER":
            sender.routes[copy.frames[0]] = socket.number

    def match(self, socket: SocketState, event: Received) -> Copy | None:
        """Find the copy that this receive took: the earliest of equal content that could have come here."""
        wanted = content(event.frames, event.sizes)
        added = socket.type == "ROUTER"  # it puts an address in front
        came = event.frames[added:], event.sizes[added:]
        senders = {peer.number for peer in self.topology.senders_to(socket)}
        return match(socket.number, came, senders, chain(self.under_way.like(wanted), self.lost, self.outside))

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
        for former in self.lost if socket.number in self.unwanted else ():
            former.overtaken |= former.sender == copy.sender and former.receiver == socket.number
        for earlier in self.under_way.on_link_up_to(copy, socket.number):
            if earlier.guessed:
                self._forget_receiver(earlier)
                continue
            self.under_way.take(earlier)
            if self._put_back(socket, earlier.sender):  # it was received before, among those that were only counted
                earlier.state, earlier.receiver = "received", socket.number
                self.received += 1
            else:
                self._lose_overtaken(earlier)

    def _subscription_landed(self, socket: SocketState, event: Received) -> None:
        """Show what an XPUB hears of a subscription as a message of the one peer that can have made or ended it.

        No program sent it, so it is counted nowhere.
        """
        begins, topic = event.frames[0][:1] == b"\x01", event.frames[0][1:]
        # Of a SUB that is closed nothing travels: an XPUB tells itself that the subscriptions of a link end with it.
        peers = [
            peer
            for peer in self.topology.sockets.values()
            if peer.type in ("SUB", "XSUB")
            and self.topology.were_linked(peer, socket)
            and peer.open
            and (peer.topics[topic] > 0) == begins
        ]
        if len(peers) == 1:
            self.copies += 1
            copy = Copy(self.copies, peers[0].number, socket.number, event.frames, event.sizes, event.time, 0)
            copy.state, copy.arrived = "received", event.time
            self.changes.landed.append(copy)

    # a link changes

    def hear(self, news: News, socket: SocketState) -> None:
        """Take in what a change of the links means for messages."""
        match news:
            case News.TURNED_AWAY:
                for copy in self.under_way.of(socket.number):
                    self._lose_on_its_way(copy, words.turned_away(socket), inferred=True)
            case News.STRANGERS:
                self._met_strangers(socket)
            case News.NO_STRANGERS:
                self._were_no_strangers(socket)
            case News.PROVEN:
                self.links_changed()

    def link_proven(self, copy: Copy) -> None:
        """Know the link as up that a copy came over, or is about to come over."""
        sender, receiver = (self.topology.sockets.get(number or 0) for number in (copy.sender, copy.receiver))
        if sender is not None and receiver is not None:
            self.topology.message_came(sender, receiver, copy.left, sure=not copy.inferred)

    def links_changed(self) -> None:
        """Let what stands at its sender go, where a link can take it now."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if copy.receiver is None and copy.pipe and (heir := self._next_at(copy.pipe, sender)):
                self.under_way.deal(copy, heir)
            if copy.receiver is not None or copy.among or sender.type == "REP":
                peer = None
            else:
                peer = only_peer(self.topology, sender)
            if peer is not None:
                self.under_way.deal(copy, peer.number)
            self._try(copy)
        for number in {copy.receiver for copy in self.changes.went}:
            if (reader := self.topology.sockets.get(number or 0)) and reader.waiting:
                self.reads(reader)

    def _try(self, copy: Copy) -> None:
        if self._can_go(copy):
            self._dress(copy)
            self.under_way.go(copy)
            self.changes.went.append(copy)
