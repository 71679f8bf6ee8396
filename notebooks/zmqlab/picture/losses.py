"""Messages that are lost: overtaken, given up, thrown away, gone with a socket. What cannot be seen is called inferred."""

from __future__ import annotations

from dataclasses import dataclass

from . import envelopes, words
from .books import Books
from .copies import Changes, Copy, Doubt
from .sockets import SocketState
from .types import FAN_OUT

ON_ITS_WAY = 50_000_000
"""Nanoseconds after which a message has arrived for sure, if its link is up: on one computer it takes a thousandth."""


IN_HAND = 8192
"""Bytes that ZeroMQ's I/O thread takes off a queue at once, at most, to write them (`config.hpp` of libzmq: `out_batch_size`).
What it could not write is lost with the link, though the mark counts it no more."""


@dataclass
class Losses(Books):
    """What is lost, why, where that is drawn; and what is found again, because it came after all."""

    def _lose(self, copy: Copy, why: str, inferred: bool = False, at_sender: bool = False) -> None:
        copy.state, copy.why, copy.inferred = "not delivered", why, inferred
        self._counts_now(copy)
        self.not_delivered += 1
        if inferred and self.hides_losses:  # it is counted; where and why, somebody is to find out
            return
        self.topology.sockets[copy.sender].lost += 1
        self.lost = [*self.lost[-99:], copy]
        copy.counted_as = (copy.sender if at_sender else self._lost_at(copy), why, inferred)
        self.losses[copy.counted_as] += 1
        self.changes.lost.append(copy)

    def _lose_on_its_way(self, copy: Copy, why: str, inferred: bool = False) -> None:
        self.under_way.take(copy)
        self._lose(copy, why, inferred, at_sender=not copy.taken)

    def _counts_now(self, copy: Copy) -> None:
        """Count a copy that had left before the stretch, and ends in it."""
        if copy.before:
            copy.before = False
            self.before += 1
            self.expected += 1

    def _find_again(self, copy: Copy) -> None:
        self.not_delivered -= 1
        self._dropped.pop(copy.identity, None)
        if copy not in self.lost:  # it was hidden
            return
        self.lost.remove(copy)
        self.losses[copy.counted_as] -= 1
        self.topology.sockets[copy.sender].lost -= 1

    def _goes_on(self, copy: Copy) -> None:
        """Have a copy under way again that was thought to have ended, and was found not to have."""
        copy.state, copy.why, copy.inferred = "pending", "", False
        self.under_way.add(copy)

    def _lost_at(self, copy: Copy) -> int:
        """Return the socket at which a loss is drawn: a publisher drops at its own, others lose it on the way.

        Who keeps only the newest lets go of the older ones itself.
        """
        at_sender = self.topology.sockets[copy.sender].type in FAN_OUT and not self._conflated(copy)
        return copy.sender if at_sender or copy.receiver is None else copy.receiver

    def _conflated(self, copy: Copy) -> bool:
        return copy.receiver in self.topology.sockets and self.topology.sockets[copy.receiver].conflates

    def _types(self, copy: Copy) -> tuple[str, str]:
        """Return of which types its two ends are, as far as that is known."""
        sender, receiver = (self.topology.sockets.get(end or 0) for end in (copy.sender, copy.receiver))
        return sender.type if sender else "", receiver.type if receiver else ""

    def _is_thrown_away(self, copy: Copy) -> bool:
        """Whether its receiver throws a message away, as its empty frame is missing."""
        foreseen = (copy.sender, copy.total) in self.foresight.known
        return not foreseen and envelopes.is_thrown_away((copy.frames, copy.sizes), *self._types(copy))

    def _lose_overtaken(self, copy: Copy) -> None:
        """Lose a copy that is not in the queue of its receiver, though it should be by now."""
        if self._conflated(copy):
            why = words.NEWER_CAME
        elif self._is_thrown_away(copy):
            why = words.NO_EMPTY_FRAME
        elif copy.doubt is Doubt.THROWN_AWAY:
            why = words.THROWN_AWAY
        elif copy.fans_out and not self.topology.sockets[copy.receiver].wants(copy.frames):
            why, copy.unsubscribed = words.UNSUBSCRIBED, True
        elif copy.fans_out:
            why = words.DROPPED
            if self.dealing.past is not None:
                self._dropped[copy.identity] = None
        else:
            why = words.NEVER_RECEIVED
        self._lose(copy, why, inferred=True, at_sender=copy.doubt is Doubt.THROWN_AWAY)

    def _takes_the_place_of_older_ones(self, copy: Copy) -> None:
        """Lose what waits at a socket that keeps only the newest, as soon as a newer one comes on the same link."""
        if not self._conflated(copy):
            return
        for older in self.under_way.on_link(copy.sender, copy.receiver):
            comes = older.identity in self.foresight.arrived or (older.sender, older.total) in self.foresight.known
            if older.number < copy.number and not comes and not self.topology.sockets[copy.receiver].waiting:
                self._lose_on_its_way(older, words.NEWER_CAME, inferred=True)

    def unsubscribed(self, socket: SocketState) -> None:
        """Lose what waits at a subscriber that does not want it any more: libzmq looks once more when it is read."""
        waiting = sorted(self.under_way.to(socket.number), key=lambda copy: copy.number)
        for copy in waiting:
            if socket.wants(copy.frames) or copy.identity in self.foresight.arrived:
                continue
            if copy is waiting[0] and copy.doubt is Doubt.NONE:  # who has asked whether something is there has got it
                copy.doubt = Doubt.DROPPED
                self.changes.doubted.append(copy)
            else:
                copy.unsubscribed = True
                self._lose_on_its_way(copy, words.UNSUBSCRIBED, inferred=True)
                self.unwanted.add(socket.number)

    def subscribed(self, socket: SocketState) -> None:
        """Let wait again what had come to a subscriber before it unsubscribed, and has not been read since."""
        for copy in [copy for copy in self.lost if copy.receiver == socket.number and copy.unsubscribed]:
            if socket.wants(copy.frames) and not copy.overtaken:
                self._find_again(copy)
                self._goes_on(copy)

    def disconnected(self, socket: SocketState) -> None:
        """Lose what waits at a socket that has disconnected from who sent it: its queue for that link goes with it."""
        for copy in self.under_way.to(socket.number):
            if copy.taken and not self.topology.is_linked(self.topology.sockets[copy.sender], socket):
                self._lose_on_its_way(copy, words.disconnected(socket.actor), inferred=True)

    def time_passes(self, now: int) -> None:
        """Give up what a closed sender held longer than its linger, and what has not come to who waits for it."""
        self.now = now
        for number, since in list(self.idle.items()):
            if now - since > ON_ITS_WAY:
                del self.idle[number]
                self._found_empty(self.topology.sockets[number], now)
        for copy in self.under_way.lingered_too_long(now):
            self._has_left(copy, words.LINGER_OVER, inferred=False)

    @property
    def is_time_telling(self) -> bool:
        """Whether more will be known of what is under way when some time has passed, though nothing happens."""
        return bool(self.idle)

    def closed(self, socket: SocketState, linger: int | None) -> None:
        """Take in that a socket has closed: what it held as a receiver is gone, what it held as a sender lingers."""
        for copy in self.under_way.of(socket.number):
            if linger:  # also of what seems to have left: it may turn out not to have
                self.under_way.linger_until(copy, socket.closed_at + linger * 1_000_000 if linger > 0 else -1)
            if not copy.taken:
                if linger == 0 and (socket.number, copy.total) not in self.foresight.known:
                    self._lose_on_its_way(copy, words.THROWN_AWAY, inferred=True)
            elif linger == 0 and copy.doubt is Doubt.NONE and self._may_be_thrown_away(socket, copy):
                copy.doubt = Doubt.THROWN_AWAY
                self.changes.doubted.append(copy)
        for copy in self.under_way.to(socket.number):
            heir = self.foresight.known.get((copy.sender, copy.total))
            if copy.taken and heir is None:
                self._lose_on_its_way(copy, words.closed_its_socket(socket.actor), inferred=True)
            else:  # it had not left, or not all of it: whoever comes next gets it
                self.under_way.deal(copy, heir)
                self.changes.corrected.append(copy)

    def _may_be_thrown_away(self, socket: SocketState, copy: Copy) -> bool:
        """Whether a message may not have left its sender: the last that the mark lets in, and what was being written.

        What is arrived for sure is what has had time for it, and room in the queue of the receiver.
        """
        if (socket.number, copy.total) in self.foresight.known or copy.identity in self.foresight.arrived:
            return False
        receiver = self.topology.sockets[copy.receiver]
        ahead = sum(other.number < copy.number for other in self.under_way.to(copy.receiver))
        behind = sum(other.number > copy.number for other in self.under_way.on_link(socket.number, copy.receiver))
        late = socket.closed_at - copy.left < ON_ITS_WAY
        return behind < socket.send_mark + _in_hand(socket, copy) and (late or ahead >= receiver.high_water_mark)

    def died(self, name: str) -> None:
        """Lose what an actor still held for a peer that is not there: a closed socket lingers no longer than its program."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if sender.actor == name and not any(link != "down" for _, link in self.topology.links(sender)):
                self._has_left(copy, words.died_with_it(name), inferred=False)

    def began_again(self, name: str) -> None:
        """Lose what nobody can receive any more of an actor's former run. What somebody does receive, has left."""
        for copy in list(self.under_way.held.values()):
            sender = self.topology.sockets[copy.sender]
            if sender.actor == name and not sender.open:
                self._has_left(copy, words.DISCARDED)

    def _has_left(self, copy: Copy, otherwise: str, inferred: bool = True) -> None:
        """Know that a copy stands at its sender no more: whoever gets it has it in its queue; else it is lost, and why."""
        heir = self.foresight.known.get((copy.sender, copy.total))
        if heir is None:
            self._lose_on_its_way(copy, otherwise, inferred)
        else:
            self.under_way.deal(copy, heir)
            self.under_way.go(copy)
            copy.landed = True

    def _forget_receiver(self, copy: Copy) -> None:
        """Know that nobody can say who was dealt a copy: it stands at its sender, as long as that is there."""
        self.under_way.deal(copy, None)
        self.changes.corrected.append(copy)
        if self.topology.sockets[copy.sender].former or 0 < copy.until < self.now:
            self._has_left(copy, words.DISCARDED)

    def waits_in_vain(self, idle: SocketState, time: int) -> None:
        """Know that a queue is empty whose socket waits: what may have been in it for some time is not there.

        Where there may have been more than the queue holds, the rest is in the system's buffers, and comes now: then it is
        known only of who goes on waiting.
        """
        self.in_vain[idle.number] = time
        if self.under_way.number_to(idle.number) > idle.high_water_mark:
            self.idle[idle.number] = time
        else:
            self._found_empty(idle, time)

    def were_not_dropped(self, socket: SocketState, number: int) -> None:
        """Know that so many messages have left a socket, but for those that are known to be dropped: none is in doubt."""
        for copy in self.under_way.of(socket.number):
            if copy.doubt is Doubt.DROPPED and copy.total <= number:
                copy.doubt = Doubt.NONE

    def awake(self, socket: SocketState) -> None:
        """Take note that a socket does not wait any more."""
        self.idle.pop(socket.number, None)
        self.in_vain.pop(socket.number, None)

    def _found_empty(self, idle: SocketState, time: int) -> None:
        for copy in list(self.under_way.earlier_to(idle.number, time - ON_ITS_WAY)):
            if copy.receiver != idle.number:
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
                self._forget_receiver(copy)

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


def _in_hand(socket: SocketState, copy: Copy) -> int:
    """Return how many messages like this one ZeroMQ's I/O thread may be writing: the first and the last in part."""
    if socket.over_inproc:
        return 0  # nobody writes
    return IN_HAND // max(1, sum(copy.sizes)) + 2
