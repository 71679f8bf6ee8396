"""Who is linked to whom, what is known of it, and who is linked to a program that is not recorded.

Before a link's two addresses are told, an end that connects may be at every socket that has bound what could be the
same place. A link that is up, and whose other end no recorded socket has, leads to a program that is not recorded: a
stranger. Nothing here knows of messages: what a change of the links means for them, `news` tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from ..record import events as kinds
from ..record.addresses import could_be_same, listens_at
from ..record.events import Event
from .ends import End, end_of, find
from .sockets import NO_LIMIT, SocketState
from .types import LINKS_TO, SENDS_TO

MONITOR = "inproc://monitor.s-"
"""How the endpoint of a monitor begins, in pyzmq. The socket that listens there is no part of the conversation."""


class News(Enum):
    """What a change of the links means for messages."""

    TURNED_AWAY = "a PAIR came third, or another has the name"
    STRANGERS = "a program that is not recorded was met"
    NO_STRANGERS = "what seemed to be such a program is recorded after all"
    PROVEN = "a message came over a link of which the monitor has not said yet that it is up"


@dataclass
class Topology:
    """All sockets by their numbers, and their links.

    `met` are the pairs that ever shared an endpoint: actor and socket type of who connected, then of who bound.
    `monitors` are where monitors speak, and in whose context. `kept` are the names, by the ROUTER that keeps them, of peers
    that are gone: until it has looked at what they left, nobody else gets them. `news` waits for who cares for messages.
    """

    sockets: dict[int, SocketState] = field(default_factory=dict)
    met: set[tuple[str, str, str, str]] = field(default_factory=set)
    monitors: set[tuple[str, str]] = field(default_factory=set)
    kept: dict[int, set[bytes]] = field(default_factory=dict)
    news: list[tuple[News, int]] = field(default_factory=list, compare=False)
    _by_pair: dict[tuple[str, str], int] = field(default_factory=dict, compare=False)
    _known: dict[tuple[str, int], list] = field(default_factory=dict, compare=False)  # until a link changes

    # what can be asked of it

    def links(self, socket: SocketState) -> list[tuple[SocketState, str]]:
        """Return the sockets that a socket is linked to, and whether each link is up."""
        return self._once("links", socket, self._links)

    def _once(self, what: str, socket: SocketState, find: Callable[[SocketState], list]) -> list:
        """Return what `find` finds for a socket: asked for with each message, it is found once for all between two changes."""
        if (what, socket.number) not in self._known:
            self._known[what, socket.number] = find(socket)
        return self._known[what, socket.number]

    def _links(self, socket: SocketState) -> list[tuple[SocketState, str]]:
        found = []
        for other in self.sockets.values():
            if other is socket or not other.open or other.type not in LINKS_TO.get(socket.type, ()):
                continue
            for connector, binder in ((socket, other), (other, socket)):
                for endpoint, state in connector.links.items():
                    if state != "turned away" and binder.is_at(endpoint, connector):
                        found.append((other, state))
        return found

    def peers(self, socket: SocketState) -> list[SocketState]:
        """Return the open sockets at the other ends of its links."""
        return [other for other, _ in self.links(socket)]

    def is_up(self, one: SocketState, other: SocketState) -> bool:
        """Whether a link between two sockets is up, as far as one knows: or was, when the first of them closed."""
        return any(
            state not in ("down", "turned away") and binder.is_at(endpoint, connector)
            for connector, binder in ((one, other), (other, one))
            for endpoint, state in connector.links.items()
        )

    def is_linked(self, one: SocketState, other: SocketState) -> bool:
        """Whether two sockets are linked, or may be."""
        return any(peer is other for peer, _ in self.links(one))

    def were_linked(self, one: SocketState, other: SocketState) -> bool:
        """Whether two sockets are or were linked, or may be."""
        return other.number in one.kin or any(
            binder.is_at(endpoint, connector)
            for connector, binder in ((one, other), (other, one))
            for endpoint in connector.links
        )

    def senders_to(self, socket: SocketState) -> list[SocketState]:
        """Return every socket, open or closed, that is or was linked to this one and sends to it."""
        return self._once("senders", socket, self._senders_to)

    def _senders_to(self, socket: SocketState) -> list[SocketState]:
        return [
            other
            for other in self.sockets.values()
            if socket.type in SENDS_TO.get(other.type, ()) and self.were_linked(other, socket)
        ]

    def receivers_of(self, socket: SocketState) -> list[SocketState]:
        """Return every socket, open or closed, that is or was linked to this one and receives what it sends."""
        return self._once("receivers", socket, self._receivers_of)

    def _receivers_of(self, socket: SocketState) -> list[SocketState]:
        return [
            other
            for other in self.sockets.values()
            if other.type in SENDS_TO.get(socket.type, ()) and self.were_linked(socket, other)
        ]

    # what happens to it

    def add(self, socket: SocketState) -> None:
        """Take in a new socket."""
        self.sockets[socket.number] = socket
        self._known.clear()

    def forget(self, number: int) -> None:
        """Forget a socket."""
        del self.sockets[number]
        self.kept.pop(number, None)
        self._known.clear()

    def changed(self, socket: SocketState, event: Event) -> None:
        """Take in what was done to a socket, or became of its links."""
        self._change(socket, event)
        self._known.clear()

    def _change(self, socket: SocketState, event: Event) -> None:
        match event:
            case kinds.Bound():
                _place(socket, event)
                socket.bound.append(event.endpoint)
                self._meet(socket)
                self._look_again()
            case kinds.Monitored():
                self._monitored(event.endpoint, event.home)
            case kinds.Connected() if self._is_a_monitor(socket, event):
                del self.sockets[event.socket]
            case kinds.Connected():
                self._connected(socket, event)
            case kinds.Unbound():
                socket.bound = [endpoint for endpoint in socket.bound if endpoint != event.endpoint]
                self._cut(socket, [end for end in socket.ends if end.accepted and end.endpoint == event.endpoint])
            case kinds.Disconnected():
                for router in [
                    one for one in self.sockets.values() if one.routes and one.is_at(event.endpoint, socket)
                ]:
                    _forget_addresses(router, socket)
                socket.links.pop(event.endpoint, None)
                socket.proven.discard(event.endpoint)
                socket.down_since[event.endpoint] = event.time
                self._cut(socket, [end for end in socket.ends if not end.accepted and end.endpoint == event.endpoint])
            case kinds.Accepted():
                self._begin(socket, end_of(event))
            case kinds.Departed():
                end = find(socket.ends, event)
                self._cut(socket, [end] if end else [])
            case kinds.LinkUp() if event.endpoint in socket.proven:  # no news, but of whom it leads to
                socket.proven.remove(event.endpoint)
                socket.told_late.add(event.endpoint)
                self._begin(socket, end_of(event), told_late=True)
            case kinds.LinkUp() if self._is_taken(socket, event.endpoint):
                self._refuse(socket, event.endpoint)
                socket.linked_at.add(event.endpoint)  # the connection is there, and nobody takes it for a stranger's
                self._begin(socket, end_of(event))
            case kinds.LinkUp() | kinds.LinkDown():
                if socket.links.get(event.endpoint, "turned away") != "turned away" or socket.name:
                    self._link_changed(socket, event)
                if isinstance(event, kinds.LinkUp):
                    self._hand_over(socket, event.endpoint)
            case kinds.Subscribed() | kinds.Unsubscribed():
                socket.subscribe(event.topic, isinstance(event, kinds.Subscribed))
            case kinds.HighWaterMark():
                if event.option == "SNDHWM":
                    socket.send_mark = event.messages or NO_LIMIT
                else:
                    socket.high_water_mark = event.messages or NO_LIMIT
            case kinds.Conflate():
                socket.conflates = event.on
            case kinds.NoDrop():
                socket.never_drops = event.on
            case kinds.Named():
                socket.name = event.name
            case kinds.HandsOver():
                socket.hands_over = event.on

    def closed(self, socket: SocketState, time: int) -> None:
        """Take in that a socket has closed: its own record of links is kept until `parted`."""
        socket.open, socket.waiting, socket.closed_at = False, "", time
        self._known.clear()

    def parted(self, socket: SocketState) -> None:
        """Take in that a closed socket has no connections any more."""
        self._cut(socket, list(socket.ends))
        self._look_again()
        self._known.clear()

    def subscription_came(self, socket: SocketState, topic: bytes) -> None:
        """Know a link as up over which a subscription came: the monitor may say so only later."""
        peers = [
            peer
            for peer in self.sockets.values()
            if peer.open and peer.topics[topic] > 0 and socket in self.peers(peer)
        ]
        if len(peers) == 1:
            self.message_came(peers[0], socket)

    def message_came(
        self, sender: SocketState, receiver: SocketState, left: int | None = None, sure: bool = True
    ) -> None:
        """Know a link as up over which a message came: the monitor may say so only later.

        `left` is when it left (ns): what left before a link went down tells nothing of the link that came after. Where it
        is not `sure` who sent the message, or over which of two links it came, a link is not known to be down any more.
        """
        if any(peer is sender and state != "down" for peer, state in self.links(receiver)):
            return  # as nearly always
        ends = [(one, end) for one, other in ((sender, receiver), (receiver, sender)) for end in one.ways_to(other)]
        if any(one.links[end] != "down" for one, end in ends):
            return
        if left is not None:
            ends = [(one, end) for one, end in ends if left >= one.down_since.get(end, left)]
        for one, end in ends:
            if len(ends) == 1 and sure:
                one.linked_at.add(end)
            if sender.open and receiver.open:
                self._prove(one, end, len(ends) == 1 and sure)

    def _prove(self, connector: SocketState, endpoint: str, sure: bool) -> None:
        connector.links[endpoint] = "up" if sure else "unknown"
        if sure:
            connector.proven.add(endpoint)
            self._hand_over(connector, endpoint)
        self.news.append((News.PROVEN, connector.number))
        self._known.clear()

    def _connected(self, socket: SocketState, event: kinds.Connected) -> None:
        _place(socket, event)
        inproc = event.endpoint.startswith("inproc:")
        is_down = self._is_not_heard_of(socket, event.endpoint) if inproc else event.watched
        socket.links.setdefault(event.endpoint, "down" if is_down else "unknown")
        if inproc and self._is_taken(socket, event.endpoint):
            self._refuse(socket, event.endpoint)
        self._meet(socket)
        self._look_again()

    def _is_not_heard_of(self, socket: SocketState, endpoint: str) -> bool:
        """Whether a PAIR comes back to one that has called nothing since it left: that one will see both at its next call, and
        turn it away then, or let it in if it has looked in between.
        """
        before = socket.predecessor
        return before is not None and any(
            other.type == socket.type == "PAIR"
            and other.open
            and not other.waiting
            and other.is_at(endpoint, socket)
            and other.called_at < before.closed_at
            for other in self.sockets.values()
        )

    def _is_taken(self, socket: SocketState, endpoint: str) -> bool:
        """Whether who connects there comes too late: a PAIR has one peer, and a ROUTER one of each name."""
        if any(not router.hands_over for router, _ in self._namesakes(socket, endpoint)):
            return True
        keepers = [self.sockets[number] for number, names in self.kept.items() if socket.name in names]
        if any(router.open and not router.hands_over and router.is_at(endpoint, socket) for router in keepers):
            return True
        return socket.type == "PAIR" and any(
            other.type == "PAIR"
            and other.open
            and state in ("up", "unknown")
            and could_be_same(socket.place(endpoint), other.place(place))
            for other in self.sockets.values()
            if other is not socket and (other.home == socket.home or not endpoint.startswith("inproc:"))
            for place, state in other.links.items()
        )

    def _namesakes(self, socket: SocketState, endpoint: str) -> list[tuple[SocketState, SocketState]]:
        """Return the ROUTERs there whose peer of that name is another, each with that one."""
        return [
            (router, other)
            for router in self.sockets.values()
            if socket.name and router.type == "ROUTER" and router.open and router.is_at(endpoint, socket)
            for other in self.peers(router)
            if other is not socket and other.name == socket.name and self.is_up(other, router)
        ]

    def _hand_over(self, socket: SocketState, endpoint: str) -> None:
        """Turn away who had the name until now."""
        for router, other in self._namesakes(socket, endpoint):
            for place in [place for place in other.links if router.is_at(place, other)]:
                self._refuse(other, place)

    def _refuse(self, socket: SocketState, endpoint: str) -> None:
        """Know a socket as turned away: libzmq does not try again by itself as long as the connection lasts."""
        socket.links[endpoint] = "turned away"
        self.news.append((News.TURNED_AWAY, socket.number))

    def nobody_let_in(self, socket: SocketState) -> None:
        """Know that a PAIR has no peer, though links came up: it has turned away who came new and was never heard of."""
        for peer in self.peers(socket):
            if not (peer.sent or peer.received):
                ways = [
                    one
                    for one, state in peer.links.items()
                    if (state != "down" or one.startswith("inproc:")) and socket.is_at(one, peer)
                ]
                for endpoint in ways:
                    self._refuse(peer, endpoint)

    def _link_changed(self, socket: SocketState, event: kinds.LinkUp | kinds.LinkDown) -> None:
        socket.flips += 1
        socket.told_late.discard(event.endpoint)
        if isinstance(event, kinds.LinkUp):
            socket.links[event.endpoint] = "up"
            socket.linked_at.add(event.endpoint)
            self._begin(socket, end_of(event))
            return
        end = find(socket.ends, event)
        self._cut(socket, [end] if end else [])
        if not any(end.endpoint == event.endpoint for end in socket.ends if not end.accepted):
            socket.links[event.endpoint] = "down"
            socket.proven.discard(event.endpoint)
            socket.down_since[event.endpoint] = event.time

    def _begin(self, socket: SocketState, end: End, told_late: bool = False) -> None:
        """Take in a connection that has begun, and see who is at its other end.

        Where it is `told_late`, a message has told of it before: who sent that may be gone by now.
        """
        if not socket.open:
            return
        socket.flips += not told_late
        socket.ends.append(end)
        if end.ours:
            self._by_pair[end.ours, end.theirs] = socket.number
        self._recognise(socket, end, told_late)
        self._count_strangers(socket)
        if not end.ours:
            self._look_again()

    def _cut(self, socket: SocketState, ends: list[End]) -> None:
        """Take in that connections have ended."""
        socket.flips += bool(ends)
        for end in ends:
            socket.ends.remove(end)
            if peer := self.sockets.get(end.peer or 0):  # an address is for one connection
                _forget_addresses(socket, peer)
            if self._by_pair.get((end.ours, end.theirs)) == socket.number:
                del self._by_pair[end.ours, end.theirs]
        self._count_strangers(socket)

    # who is at the other end

    def _recognise(self, socket: SocketState, end: End, told_late: bool = False) -> None:
        """Find the socket at the other end: who knows the same two addresses, or listens at the one we reached, or did."""
        if end.peer is not None or not end.told:
            return
        other = self.sockets.get(self._by_pair.get((end.theirs, end.ours), 0)) if end.ours else None
        if other is not None:
            for theirs in other.ends:
                if (theirs.theirs, theirs.ours) == (end.ours, end.theirs):
                    theirs.peer = socket.number
        elif not end.accepted:
            listened = [one for one in self.sockets.values() if _is_listening_there(one, socket, end)]
            there = [one for one in listened if one.open]
            if told_late and not there:
                there = sorted(listened, key=lambda one: one.closed_at)[-1:]
            other = there[0] if len(there) == 1 else None
        if other is not None:
            end.peer = other.number
            self._are_kin(*((other, socket) if end.accepted else (socket, other)))
            self._count_strangers(other)

    def _meet(self, socket: SocketState) -> None:
        for other in self.sockets.values():
            for connector, binder in ((socket, other), (other, socket)):
                for endpoint in connector.links:
                    if binder.is_at(endpoint, connector):
                        self.met.add((connector.actor, connector.role, binder.actor, binder.role))
                        if endpoint.startswith("inproc:"):
                            self._are_kin(connector, binder)

    def _are_kin(self, connector: SocketState, binder: SocketState) -> None:
        connector.kin.add(binder.number)
        binder.kin.add(connector.number)
        self.met.add((connector.actor, connector.role, binder.actor, binder.role))

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
            socket.met_strangers = True
            self.news.append((News.STRANGERS, socket.number))
        elif before and not strangers:
            self.news.append((News.NO_STRANGERS, socket.number))

    def _without_a_pair(self, binder: SocketState) -> int:
        """Return how many links of recorded sockets may lead to this one that the system has told no addresses of."""
        return sum(
            not (end.told or end.accepted) and binder.is_at(end.endpoint, one)
            for one in self.sockets.values()
            if one is not binder
            for end in one.ends
        )

    def _connectors_at(self, binder: SocketState, path: str) -> int:
        place = binder.place(path)
        return sum(
            place == one.place(endpoint)
            for one in self.sockets.values()
            if one.open and one is not binder
            for endpoint in one.links
        )

    # monitors

    def _is_a_monitor(self, socket: SocketState, event: kinds.Connected) -> bool:
        home = event.home or socket.home
        return event.endpoint.startswith(MONITOR) or (event.endpoint, home) in self.monitors

    def _monitored(self, endpoint: str, home: str) -> None:
        """Know who listens to a monitor as no part of the conversation."""
        self.monitors.add((endpoint, home))
        for one in [one for one in self.sockets.values() if endpoint in one.links and one.home == home]:
            del self.sockets[one.number]


def _forget_addresses(router: SocketState, peer: SocketState) -> None:
    """Forget under which addresses a ROUTER knew a peer. One that it made up, with a zero first, never comes again (RFC 28)."""
    router.former_routes |= {
        name for name, number in router.routes.items() if number == peer.number and name[:1] == b"\0"
    }
    router.routes = {address: number for address, number in router.routes.items() if number != peer.number}


def _place(socket: SocketState, event: kinds.Bound | kinds.Connected) -> None:
    socket.home = event.home or socket.home
    if event.place:
        socket.places[event.endpoint] = event.place


def _is_listening_there(binder: SocketState, connector: SocketState, end: End) -> bool:
    """Whether the end of `connector` leads to `binder` by its address alone: before `binder` has said whom it accepted."""
    place = connector.place(end.endpoint)
    return any(
        listens_at(binder.place(bound), end.theirs, end.ours) if end.ours else binder.place(bound) == place
        for bound in binder.bound
    )
