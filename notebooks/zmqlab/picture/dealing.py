"""To whom PUSH, DEALER and REQ deal what they send: in turn, at `send`, among their pipes.

A socket that connects has a pipe for each endpoint at once; one that has bound gets one with each handshake. (libzmq 4.3,
`lb.cpp`; RFC 28 and 30.) Who was dealt a message is known from the receive. Before that, turns tell it only as long as
they are sure: the same pipes, none of them full, no wait in `send`. A round of turns that is sure is an `Era`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .sockets import SocketState
from .topology import Topology

DEALS = {"PUSH", "DEALER", "REQ", "SCATTER", "CLIENT"}
"""What sends each message to one of its peers, in turn."""


@dataclass
class Era:
    """Messages of one sender, dealt in turn to the same `pipes` from `first` (a number among all it sent) on.

    `taken` is who is known to have received, by the place in the round. Where a pipe was once full, it may be left out
    until the sender has heard that there is room: an era that is `wary` tells nothing before all were seen to take turns.
    """

    pipes: tuple
    peers: frozenset[int]
    first: int
    wary: bool = False
    taken: dict[int, int] = field(default_factory=dict)
    broken: bool = False

    def turn(self, total: int) -> int:
        """Return the place in the round of a message."""
        return total % len(self.peers)

    def confirm(self, total: int, receiver: int) -> bool:
        """Take in who received a message. False when that cannot be: these were no turns."""
        turn = self.turn(total)
        if self.taken.get(turn, receiver) != receiver or receiver not in self.peers:
            self.broken = True
            return False
        if turn not in self.taken and receiver in self.taken.values():
            self.broken = True
            return False
        self.taken[turn] = receiver
        missing = self.peers - set(self.taken.values())
        if len(missing) == 1 and not self.wary:  # there is one place left, and one peer
            left = set(range(len(self.peers))) - set(self.taken)
            self.taken[left.pop()] = next(iter(missing))
        return True

    def receiver(self, total: int) -> int | None:
        """Return who was dealt a message, if turns tell it."""
        if self.broken or not self.peers or (self.wary and len(self.taken) < len(self.peers)):
            return None
        return self.taken.get(self.turn(total))


@dataclass
class Dealing:
    """The eras of all senders. `past` keeps every era, for who looks back: in a film that is finished."""

    eras: dict[int, Era] = field(default_factory=dict)
    past: dict[tuple[int, int], Era] | None = None
    filled: set[int] = field(default_factory=set)  # senders of which a pipe may have been full

    def deal(self, topology: Topology, socket: SocketState, total: int, under_way: int) -> Era | None:
        """Return the era that a message belongs to; None where no turns are sure.

        `under_way` is how many messages of the sender are: where they may have filled a pipe, its turn is left out.
        """
        links = topology.links(socket)
        if socket.type not in DEALS or len(links) < 2:
            return None
        full = under_way >= min(socket.send_mark, *(peer.high_water_mark for peer, _ in links))
        if full or socket.thinned or socket.stalled:
            socket.stalled = False
            self.filled.add(socket.number)
            self.eras.pop(socket.number, None)
            return None
        pipes, peers = pipes_of(topology, socket)
        if len(peers) < 2:
            self.eras.pop(socket.number, None)
            return None
        era = self.eras.get(socket.number)
        if era is None or era.broken or era.pipes != pipes:
            era = self.eras[socket.number] = Era(pipes, peers, total, socket.number in self.filled)
        if self.past is not None:
            self.past[socket.number, total] = era
        return era


def pipes_of(topology: Topology, socket: SocketState) -> tuple[tuple, frozenset[int]]:
    """Return what the pipes of a sender are like, to be compared, and its peers: none where that is not sure."""
    links = topology.links(socket)
    alike = (socket.flips, *((peer.number, state, peer.flips) for peer, state in links), tuple(socket.links))
    peers = [peer.number for peer, _ in links]
    came = [(peer, state) for peer, state in links if not _connects(socket, peer)]
    # The monitor may say so later.
    late = any(state == "down" or _has_not_heard_of(socket, peer) for peer, state in came)
    sure = not socket.strangers and not late and len(set(peers)) == len(peers)
    endpoints = sum(state != "turned away" for state in socket.links.values())
    reached = sum(_connects(socket, peer) for peer, _ in links)
    return alike, frozenset(peers) if sure and endpoints == reached else frozenset()


def _has_not_heard_of(binder: SocketState, connector: SocketState) -> bool:
    """Whether who bound has not said yet that it has greeted who came: it has no pipe to it before that."""
    heard = {(end.theirs, end.ours) for end in binder.ends}
    return any(
        end.ours and not end.accepted and (end.ours, end.theirs) not in heard
        for end in connector.ends
        if binder.is_at(end.endpoint, connector)
    )


def only_peer(topology: Topology, socket: SocketState) -> SocketState | None:
    """Return the one socket that can receive what a socket sends; None where there are several, or nobody."""
    links = topology.links(socket)
    if socket.strangers or len(links) != 1:
        return None
    endpoints = sum(state != "turned away" for state in socket.links.values())
    return links[0][0] if endpoints + (not _connects(socket, links[0][0])) == 1 else None


def deals_among_several(topology: Topology, socket: SocketState) -> bool:
    """Whether a socket has, or may have, more than one peer to which a message may go."""
    endpoints = sum(state != "turned away" for state in socket.links.values())
    came = sum(not _connects(socket, peer) for peer in topology.peers(socket))
    return bool(socket.strangers) or endpoints + came > 1


def _connects(socket: SocketState, peer: SocketState) -> bool:
    return any(peer.is_at(endpoint, socket) for endpoint in socket.links)


@dataclass
class Foresight:
    """What one knows who has seen how it all ended.

    `known` is who received a message, `guessed` who was dealt one that nobody received, by sender and number among all
    that it sent; `dropped` are copies that their publisher dropped, with their receivers.
    """

    known: dict[tuple[int, int], int] = field(default_factory=dict)
    guessed: dict[tuple[int, int], int] = field(default_factory=dict)
    dropped: set[tuple[int, int, int]] = field(default_factory=set)
    arrived: set[tuple[int, int, int]] = field(default_factory=set)

    def learn_turns(self, past: dict[tuple[int, int], Era]) -> None:
        """Infer by turns who was dealt what nobody received."""
        for (sender, total), era in past.items():
            receiver = era.receiver(total)
            if receiver is not None and (sender, total) not in self.known:
                self.guessed[sender, total] = receiver


def runs(numbers: Iterable[tuple[int, int, int]]) -> str:
    """Return messages in few words: "1.3-5 2.7>4" are the third to fifth of socket 1, and socket 2's seventh for socket 4."""
    found: list[list[int]] = []
    for sender, receiver, total in sorted(numbers):
        if found and found[-1][:2] == [sender, receiver] and found[-1][3] == total - 1:
            found[-1][3] = total
        else:
            found.append([sender, receiver, total, total])
    return " ".join(
        f"{sender}.{first}" + (f"-{last}" if last > first else "") + (f">{receiver}" if receiver else "")
        for sender, receiver, first, last in found
    )
