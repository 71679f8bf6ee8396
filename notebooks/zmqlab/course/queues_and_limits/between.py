"""Where messages are between two sockets: with the sender, in the operating system's kernel, or with the receiver.

ZeroMQ tells nobody how full its queues are. But over tcp all that leaves a sender's queue is bytes in the kernel, and
the kernel counts what is put into a connection and what is taken out. On Linux it tells (`TCP_INFO`, `SIOCOUTQ`,
`FIONREAD`), and both ends of our connections stand in this process. With what was sent and received, that is enough:

    with the sender   = sent - put into the kernel
    in the kernel     = put into the kernel - taken out of it
    with the receiver = taken out of the kernel - received

Over ipc it is not: of a Unix socket Linux tells what waits in it (`FIONREAD`; unix(7)), and not what has ever gone
through. So nobody can say which of the two queues holds the rest, and nothing is claimed.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from typing import NamedTuple

from ...record.tally import Tally

SIOCOUTQ, FIONREAD = 0x5411, 0x541B
ACKED, RECEIVED = 120, 128
"""Where `struct tcp_info` (linux/tcp.h) holds the bytes that the other end has, and those that came from it."""
OPENING = 88
"""Bytes with which a ZMTP 3 connection begins, beside the name of the socket's type: a greeting of 64, READY of 24."""
SHORT, SHORT_HEAD, LONG_HEAD = 255, 2, 9
"""A frame of up to 255 bytes has a head of 2 bytes, a longer one of 9."""


class Places(NamedTuple):
    """How many messages are where. What a `PUB` has dropped never left it: it counts as with the sender."""

    sender: int
    kernel: int
    receiver: int


def port_of(endpoint: str) -> int | None:
    """Return the port of a tcp endpoint. None for every other: there nothing can be counted."""
    transport, _, address = endpoint.partition("://")
    return int(address.rpartition(":")[2]) if transport == "tcp" else None


def places(sent: Tally, received: Tally, kind: str, port: int | None, connects: bool) -> Places | None:
    """Return where the messages are that were sent and not received, or None where that cannot be told.

    All messages of the sender are of one frame and one size. `kind` is its type, such as "PUSH"; it `connects` to `port`
    of this computer, or has bound it; without a port, only that nothing was sent can be told.
    """
    took, gave = received.received, sent.sent  # in this order: else more could be received than was sent
    if not gave:
        return Places(0, 0, 0)
    wire = _on_the_wire(sent.sent_bytes // gave)
    found = _bytes_through(port, connects)
    if found is None:
        return None
    put, taken = (max(0, (count - OPENING - len(kind)) // wire) for count in found)
    put = min(put, gave)
    taken = max(took, min(taken, put))
    return Places(gave - put, put - taken, taken - took)


def _on_the_wire(size: int) -> int:
    return size + (SHORT_HEAD if size <= SHORT else LONG_HEAD)


def _bytes_through(port: int | None, connects: bool) -> tuple[int, int] | None:
    """Return how many bytes a sender has put into its only connection over `port`, and how many were taken out of it."""
    if sys.platform != "linux" or port is None:
        return None
    ends: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for name in os.listdir("/proc/self/fd"):
        end = _look_at(int(name), port)
        if end is not None:
            ends[end[0] == connects].append(end[1:])
    if len(ends[True]) != 1 or len(ends[False]) != 1:
        return None
    (_, put), (taken, _) = ends[True][0], ends[False][0]
    return put, taken


def _look_at(descriptor: int, port: int) -> tuple[bool, int, int] | None:
    """Return of a connection over `port`: whether this end connected, the bytes taken out of it, the bytes put in.

    A copy of the descriptor is looked at, for a moment: nobody else's is closed by mistake.
    """
    try:
        if not os.readlink(f"/proc/self/fd/{descriptor}").startswith("socket:"):
            return None
        with socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM) as copy:
            near, far = copy.getsockname(), copy.getpeername()
            if type(near) is not tuple or port not in (near[1], far[1]):
                return None
            told = copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            acked, received = (struct.unpack_from("Q", told, place)[0] for place in (ACKED, RECEIVED))
            return far[1] == port, received - _waiting(copy, FIONREAD), acked + _waiting(copy, SIOCOUTQ)
    except (OSError, struct.error):  # it was closed meanwhile, is no connection, or the kernel is too old to tell
        return None


def _waiting(connection: socket.socket, direction: int) -> int:
    import fcntl  # not on Windows

    return struct.unpack("i", fcntl.ioctl(connection, direction, bytes(4)))[0]
