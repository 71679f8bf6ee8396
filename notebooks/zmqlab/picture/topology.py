"""Who is linked to whom, and who to a program that is not recorded.

Over tcp two ends of one connection know the same two addresses, turned round. Before that is told, an end that connects
may be at every socket that has bound what could be the same place. A link that is up, and whose other end no recorded
socket has, leads to a program that is not recorded: a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..record import events as kinds
from ..record.addresses import could_be_same, listens_at


@dataclass
class End:
    """One end of a connection that is up. `peer` is the socket at the other end, None as long as nobody has it.

    `ours` and `theirs` are "host:port", or "" over ipc. `told` says whether the record tells what is at the other end at
    all: older ones do not, and now and then the system does not.
    """

    endpoint: str
    ours: str
    theirs: str
    accepted: bool
    told: bool
    peer: int | None = None


def end_of(event: kinds.LinkUp | kinds.Accepted) -> End:
    """Return the end of a connection that has begun."""
    told = event.ours is not None and bool(event.ours or event.endpoint.startswith("ipc:"))
    return End(event.endpoint, event.ours or "", event.theirs, isinstance(event, kinds.Accepted), told)


def find(ends: Iterable[End], event: kinds.LinkDown | kinds.Departed) -> End | None:
    """Return the end of the connection that is gone: that of the same pair, else one at the same address."""
    pair = (event.ours or "", event.theirs)
    here = [end for end in ends if end.accepted == isinstance(event, kinds.Departed)]
    same = [end for end in here if (end.ours, end.theirs) == pair and (pair[0] or end.endpoint == event.endpoint)]
    return next(iter(same), None)


def may_reach(connector, binder, endpoint: str) -> bool:
    """Whether the link of `connector` to `endpoint` leads to `binder`: for sure if it is known, else perhaps.

    Both are what a scene knows of a socket.
    """
    if connector.ends:
        known = [end for end in connector.ends if end.endpoint == endpoint and not end.accepted and end.told]
        if known:
            return any(end.peer == binder.number for end in known)
    if not binder.bound:
        return False
    place = connector.places.get(endpoint, endpoint)
    if endpoint.startswith("inproc:") and binder.home != connector.home:
        return False
    return any(could_be_same(binder.places.get(bound, bound), place) for bound in binder.bound)


def is_listening_there(binder, connector, end: End) -> bool:
    """Whether the end of `connector` leads to `binder` by its address alone: before `binder` has said whom it accepted."""
    place = connector.places.get(end.endpoint, end.endpoint)
    for bound in binder.bound:
        own = binder.places.get(bound, bound)
        if listens_at(own, end.theirs, end.ours) if end.ours else own == place:
            return True
    return False
