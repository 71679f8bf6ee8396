"""The two ends of a connection: over tcp both know the same two addresses, turned round."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..record import events as kinds


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
