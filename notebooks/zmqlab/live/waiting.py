"""Waiting for sockets, and meanwhile for what others want of the actor."""

from __future__ import annotations

import time
from typing import Any

import zmq
from zmq.backend import zmq_poll

from .inbox import Inbox

now = time.monotonic_ns
POLLIN = int(zmq.POLLIN)


def wait_for(sockets: list[tuple[Any, int]], inbox: Inbox, limit: int) -> list[tuple[Any, int]]:
    """Wait until a socket is ready, for `limit` ms at most (negative: no limit), serving the inbox meanwhile.

    Takes and returns what `zmq_poll` does. Raises `Stopped` when the actor is to end.
    """
    deadline = now() + limit * 1_000_000 if limit >= 0 else None
    watched = [*sockets, (inbox, POLLIN)]
    while True:
        left = -1 if deadline is None else max(0, -(-(deadline - now()) // 1_000_000))
        try:
            ready = zmq_poll(watched, left)
        except zmq.ContextTerminated:
            if inbox.ending:
                inbox.serve()
            raise
        if ready and ready[-1][0] == inbox.fileno():
            inbox.serve()
            ready.pop()
        if ready or left == 0:
            return ready
