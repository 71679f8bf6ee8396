"""`zmq.Poller`, `zmq.select` and `Socket.poll`, made visible.

All three ways to poll end in one function, `zmq_poll`, and pyzmq looks it up in one place. We put ours there: it
records the wait and listens to the actor's inbox, and hands every call without a recorded socket on untouched (the
kernel polls, too).
"""

from typing import Any

import zmq
import zmq.sugar.poll

from ..record.events import GoesOn, Waits
from . import names
from .recorder import Record, record_of
from .waiting import wait_for

plain_poll = zmq.backend.zmq_poll  # where nobody puts another: loaded again, this module still finds pyzmq's own


def recorded_poll(sockets: list[tuple[Any, int]], timeout: int = -1) -> list[tuple[Any, int]]:
    """Do what `zmq_poll` does, in ms, and record the wait."""
    records = [record for socket, _ in sockets if (record := record_of(socket)) is not None]
    if not records:
        return plain_poll(sockets, timeout)
    held: list[tuple[Record, str]] = []
    try:
        for record in records:
            if not record.acquire(False):
                record.refuse("poll")
            held.append((record, record.user))
            record.user = "poll()"
        return _poll_and_record(sockets, timeout, records[0])
    finally:
        for record, before in reversed(held):
            record.user = before
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


def install() -> None:
    """Put the recorded function where pyzmq and the learner's code look it up."""
    names.put("zmq_poll", plain_poll, recorded_poll, zmq, zmq.sugar.poll)


install()
