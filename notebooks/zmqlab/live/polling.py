"""`zmq.Poller`, `zmq.select`, `Socket.poll` and `zmq.proxy`, made visible.

All three ways to poll end in one function, `zmq_poll`, and pyzmq looks it up in one place. We put ours there: it
records the wait and listens to the actor's inbox, and hands every call without a recorded socket on untouched (the
kernel polls, too). `zmq.proxy` runs inside libzmq, where nothing can be seen: between recorded sockets a twin in
Python takes its place, with the same meaning (libzmq's `proxy.cpp`; held to it by tests against the original). It differs
in one thing: it looks for room before each message, not once for up to 1000 of them.
"""

from typing import Any

import zmq
import zmq.sugar.poll

from ..record.events import GoesOn, Waits
from .sockets import POLLIN, POLLOUT, Record, Socket, wait_for

plain_poll = zmq.sugar.poll.zmq_poll
plain_proxy = zmq.proxy


def recorded_poll(sockets: list[tuple[Any, int]], timeout: int = -1) -> list[tuple[Any, int]]:
    """Do what `zmq_poll` does, in ms, and record the wait."""
    records = [socket._record for socket, _ in sockets if isinstance(socket, Socket) and socket._record]
    if not records:
        return plain_poll(sockets, timeout)
    held: list[Record] = []
    try:
        for record in records:
            if not record.acquire(False):
                record.refuse("poll")
            held.append(record)
        return _poll_and_record(sockets, timeout, records[0])
    finally:
        for record in held:
            record.release()


def _poll_and_record(sockets: list[tuple[Any, int]], timeout: int, record: Record) -> list[tuple[Any, int]]:
    try:
        ready = plain_poll(sockets, 0)
    except zmq.ContextTerminated:
        if record.inbox.ending:
            record.inbox.serve()
        raise
    if record.inbox.ending:
        record.inbox.serve()
    if ready or timeout == 0:
        record.in_vain += not ready
        return ready
    number = record.number if len(sockets) == 1 else None
    record.trace.note(Waits, record.actor, number, call="poll")
    try:
        return wait_for(list(sockets), record.inbox, timeout)
    finally:
        record.trace.note(GoesOn, record.actor, number)


def recorded_proxy(frontend: zmq.Socket, backend: zmq.Socket, capture: zmq.Socket | None = None) -> None:
    """Hand every message on between `frontend` and `backend`, for ever, with a copy to `capture`.

    Ends as `zmq.proxy` does: by `zmq.ContextTerminated`.
    """
    if not (isinstance(frontend, Socket) and isinstance(backend, Socket)):
        return plain_proxy(frontend, backend, capture)
    directions = [(frontend, backend)] if frontend is backend else [(frontend, backend), (backend, frontend)]
    while True:
        # A direction waits for its source, and then for room at its target: reading what cannot be handed on
        # would take messages out of the queue that tells the senders to stop.
        waiting: dict[Socket, int] = {}
        moved = False
        for source, target in directions:
            if not source.poll(0, zmq.POLLIN):
                waiting[source] = waiting.get(source, 0) | POLLIN
            elif source is not target and not target.poll(0, zmq.POLLOUT):  # a REP has room once it has received
                waiting[target] = waiting.get(target, 0) | POLLOUT
            else:
                _hand_on(source, target, capture)
                moved = True
        if not moved:
            recorded_poll(list(waiting.items()))


def _hand_on(source: zmq.Socket, target: zmq.Socket, capture: zmq.Socket | None) -> None:
    frames = source.recv_multipart()
    if capture is not None:
        capture.send_multipart(frames)
    target.send_multipart(frames)


def install() -> None:
    """Put the recorded functions where pyzmq and the learner's code look them up."""
    zmq.sugar.poll.zmq_poll = recorded_poll
    zmq.proxy = recorded_proxy


install()
