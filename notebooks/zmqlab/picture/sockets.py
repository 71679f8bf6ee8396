"""What is known of one socket."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ..record.addresses import could_be_same
from .columns import BEHIND
from .ends import End

SUBSCRIBES = {"SUB", "XSUB"}
NO_LIMIT = 1 << 40
"""Messages that a queue holds whose high-water mark is 0."""


@dataclass
class SocketState:
    """A socket as far as the record tells.

    `links` maps each endpoint that it connects to to "up", "down", "unknown" or, of a PAIR that came third and of
    a name that another has, "turned away". `linked_at` are those at which somebody was, at least once; `down_since` says
    when a link went down that had been up, in ns; `proven` are those that a message has shown to be up before the monitor did,
    and `told_late` those of which it has said so since.
    `ends` are its connections that are up, `kin` the sockets that it ever had one with. `strangers` says how many of its
    connections lead to programs that are not recorded.

    Of messages that were only counted: `unseen` copies were sent, and nobody is known to have received them;
    `dropped_unseen` were sent, and nobody can have them any more; `credit` is how many it received that were taken from the
    unseen of a sender. `unexplained` is how many it received that nobody is known to have sent: their sends will be counted,
    or a program that is not recorded will be met.
    """

    number: int
    actor: str
    type: str
    bound: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    linked_at: set[str] = field(default_factory=set)
    down_since: dict[str, int] = field(default_factory=dict)
    proven: set[str] = field(default_factory=set)
    told_late: set[str] = field(default_factory=set)
    topics: Counter[bytes] = field(default_factory=Counter)
    sent_before: int = 0
    received_before: int = 0
    high_water_mark: int = 1000  # of what it receives
    send_mark: int = 1000
    conflates: bool = False
    never_drops: bool = False  # an XPUB that waits where others drop
    sent: int = 0
    received: int = 0
    seen: int = 0  # the last of what it sent that was seen one by one: that is not taken back
    filtered: Counter[int] = field(default_factory=Counter)
    stayed_earlier: int = 0  # the same at those in whose place it stands
    unseen: int = 0
    dropped_unseen: int = 0
    credit: int = 0
    to_nobody: int = 0  # of those that it sent: it had no peer
    thinned: bool = False  # its messages are, or were, not all kept one by one
    lost: int = 0
    answering: int | None = None
    request: int = 0  # the number of the request that it answers, among all that its asker sent
    guessing: bool = False  # equal requests came from several: whom it answers is not known
    keeps: str = ""  # the endpoint that its reply goes to, even when who asked there is gone
    waiting: str = ""
    stalled: bool = False  # it waited in a send since it sent last
    flips: int = 0  # how often its links came or went
    routes: dict[bytes, int] = field(default_factory=dict)  # a ROUTER's names for recorded sockets
    former_routes: set[bytes] = field(default_factory=set)  # those that it made up itself, and gives to nobody again
    name: bytes = b""  # what it tells a ROUTER that it is called
    hands_over: bool = False  # a ROUTER that gives a name to the newest peer that says it
    open: bool = True
    made_at: int = 0
    closed_at: int = 0
    called_at: int = 0  # when its actor last called something of it that is recorded
    former: bool = False  # of an earlier run of its actor
    home: str = ""  # whose context it is in: a name after inproc:// means something there only
    ends: list[End] = field(default_factory=list)
    kin: set[int] = field(default_factory=set)
    places: dict[str, str] = field(default_factory=dict)  # of its endpoints: what they mean, whoever wrote them
    strangers: int = 0
    met_strangers: bool = False
    unexplained: int = 0
    strays: list[tuple[tuple[bytes, int], int]] = field(default_factory=list)  # what the last of them held, and when
    counted_at: int = 0
    answers_stranger: bool = False
    measured: tuple[int, int, int] | None = None  # of what it sends: at itself, in the kernel, at its peer
    measured_after: int = 0  # when so many had been received of it
    measured_before: int = 0  # and when it had sent so many
    strange_routes: set[bytes] = field(default_factory=set)  # a ROUTER's names for strangers
    behind: bool = False  # its actor had another ROUTER before: this one stands at the back of a broker
    predecessor: SocketState | None = None  # that of its actor in whose place it stands
    earlier: tuple[int, int] = (0, 0)  # what those before that one had sent and received
    former_numbers: tuple[int, ...] = ()  # those in whose place it stands at which messages were lost
    succeeded: bool = False  # another stands in its place

    @property
    def role(self) -> str:
        """Its type, or what it is in a broker that has two ROUTER sockets: see `columns.BEHIND`."""
        return BEHIND if self.behind else self.type

    @property
    def over_inproc(self) -> bool:
        """Whether its messages go from queue to queue, with nothing in between: there, two queues are one."""
        return any(endpoint.startswith("inproc:") for endpoint in [*self.bound, *self.links])

    @property
    def is_there(self) -> bool:
        """Whether it is open, and of this run of its actor."""
        return self.open and not self.former

    def is_at(self, endpoint: str, connector: SocketState) -> bool:
        """Whether the link of `connector` to `endpoint` leads to this socket: for sure if it is known, else perhaps."""
        if connector.ends:
            known = [end for end in connector.ends if end.endpoint == endpoint and not end.accepted and end.told]
            if known:
                return any(end.peer == self.number for end in known)
        return self.was_bound_at(endpoint, connector)

    def was_bound_at(self, endpoint: str, connector: SocketState) -> bool:
        """Whether this socket is or was bound where `connector` connects to, whoever is at the other end of its link now."""
        if not self.bound or (endpoint.startswith("inproc:") and self.home != connector.home):
            return False
        place = connector.place(endpoint)
        return any(could_be_same(self.place(bound), place) for bound in self.bound)

    def ways_to(self, binder: SocketState) -> list[str]:
        """Return the endpoints that it connects to and that lead to `binder`, but for those where it was turned away."""
        ways = [endpoint for endpoint, state in self.links.items() if state != "turned away"]
        return [endpoint for endpoint in ways if binder.is_at(endpoint, self)]

    def waits_still_for(self, binder: SocketState) -> bool:
        """Whether it was never linked to `binder`, nor to anybody there, as far as the record tells."""
        ways = self.ways_to(binder)
        return all(self.links[endpoint] == "down" and endpoint not in self.linked_at for endpoint in ways)

    def place(self, endpoint: str) -> str:
        """Return what an endpoint of its means, whoever wrote it."""
        return self.places.get(endpoint, endpoint)

    def count_from(self, sent: int, received: int) -> None:
        """Count from here on: so many messages it has sent and received before."""
        self.sent = self.sent_before = sent
        self.received = self.received_before = received

    def count_anew(self) -> None:
        """Count from nothing, and nothing of those in whose place it stands."""
        self.sent_before, self.received_before = self.sent, self.received
        self.predecessor, self.earlier, self.former_numbers, self.to_nobody = None, (0, 0), (), 0
        self.stayed_earlier = self.dropped_unseen = 0

    def takes_the_place_of(self, former: SocketState) -> None:
        """Stand in the place of a socket that its actor has closed, or had in its last run."""
        self.predecessor, former.succeeded = former, True
        self.earlier, former.predecessor = former.counted_earlier(), None  # an actor may make thousands in its life
        self.to_nobody = former.to_nobody
        self.stayed_earlier = former.stayed_earlier + former.filtered.total()

    def counted(self) -> tuple[int, int]:
        """Return how many messages it has sent and received since it counts."""
        return self.sent - self.sent_before, self.received - self.received_before

    def counted_earlier(self) -> tuple[int, int]:
        """Return how many those have sent and received in whose place it stands."""
        last = self.predecessor.counted() if self.predecessor else (0, 0)
        return self.earlier[0] + last[0], self.earlier[1] + last[1]

    def wants(self, frames: tuple[bytes, ...]) -> bool:
        """Whether its subscriptions let a message through. (A preview is enough for topics of up to 64 bytes.)"""
        return self.type not in SUBSCRIBES or any(
            frames[0].startswith(topic) for topic, times in self.topics.items() if times > 0
        )

    def subscribe(self, topic: bytes, wanted: bool) -> None:
        """Add a subscription, or take one back."""
        self.topics[topic] += 1 if wanted else -1
        if self.topics[topic] <= 0:
            del self.topics[topic]
