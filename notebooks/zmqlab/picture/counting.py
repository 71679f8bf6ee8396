"""Messages that were only counted: in a flood the record keeps the totals of a socket, and not each message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..record import events as kinds
from ..record.events import Received
from . import words
from .copies import Copy, content
from .sockets import SocketState
from .strangers import Strangers
from .types import FAN_OUT, has_known_links

LATEST_COUNT = 500_000_000
"""Nanoseconds after which a total has been told for sure, however busy the machine: while there are any, they come every 50 ms."""


@dataclass
class Counting(Strangers):
    """What was sent and received unseen, and how that goes together with what was seen."""

    def time_passes(self, now: int) -> None:
        """Know as dropped, too, what was only counted, and does not come to who has waited for it for long."""
        super().time_passes(now)
        long_ago = now - LATEST_COUNT
        for publisher, since in self._publishers_read_in_vain() if self.in_vain else ():
            if since < long_ago and publisher.counted_at < long_ago:
                self._drop_unseen(publisher, publisher.unseen)

    @property
    def is_time_telling(self) -> bool:
        """Whether more will be known of what is under way when some time has passed, though nothing happens."""
        return super().is_time_telling or any(True for _ in self._publishers_read_in_vain())

    def _publishers_read_in_vain(self) -> Iterator[tuple[SocketState, int]]:
        """Yield those whose messages, which were only counted, do not come to the one socket that wants them all, and since
        when it waits."""
        for number, since in self.in_vain.items():
            reader = self.topology.sockets.get(number)  # none, of who listens to a monitor
            wants_all = reader is not None and reader.wants((b"",)) and not reader.conflates
            for publisher in self.topology.senders_to(reader) if wants_all else ():
                drops = publisher.type in FAN_OUT and not publisher.never_drops
                if drops and publisher.unseen and not publisher.strangers and self._is_all_who_hear(reader, publisher):
                    yield publisher, since

    def _is_all_who_hear(self, reader: SocketState, publisher: SocketState) -> bool:
        return [peer for peer, link in self.topology.links(publisher) if link == "up"] == [reader]

    def _drop_unseen(self, publisher: SocketState, number: int) -> None:
        """Lose so many of those that were only counted; or find them again, if they are fewer than none."""
        publisher.unseen -= number
        publisher.dropped_unseen += number
        self.not_delivered += number
        if not self.hides_losses:
            publisher.lost += number
            self.losses[publisher.number, words.DROPPED, True] += number

    def counted(self, socket: SocketState, event: kinds.Counted) -> None:
        """Take in the totals of a socket."""
        socket.thinned, socket.counted_at = True, event.time
        sent = max(event.sent, socket.seen)  # read while a send was tried again, which was seen first
        if sent != socket.sent:
            self._missed(socket, sent - socket.sent)
            socket.sent = sent
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
        if fans_out and not copies and not outside:
            self._to_nobody(socket, number)
        if copies < 0:
            copies = -min(-copies, socket.unseen)
        self.expected += copies
        socket.unseen += copies
        if copies > 0:
            self._explain(socket, number if fans_out else copies)

    def _to_nobody(self, socket: SocketState, number: int) -> None:
        """Account for messages of a publisher that has no peer: they are sent, and there is no copy of them."""
        number = max(number, -socket.to_nobody)
        socket.to_nobody += number
        self.to_nobody += number

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
        self.awake(socket)
        senders = self.topology.senders_to(socket)
        for sender in senders:
            if number > sender.unseen and sender.dropped_unseen:  # it was not, after all
                self._drop_unseen(sender, -min(number - sender.unseen, sender.dropped_unseen))
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
        if socket.type in FAN_OUT and not copies and not socket.strangers:
            self._to_nobody(socket, -1)
        return True

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
