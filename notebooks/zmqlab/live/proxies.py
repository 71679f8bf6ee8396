"""`zmq.proxy`, `zmq.proxy_steerable`, `zmq.device` and `zmq.devices.monitored_queue`, made visible.

They run inside libzmq (or in C), where nothing can be seen and nobody can be woken. Between recorded sockets a twin
in Python takes their place, with the same meaning, held to it by tests against the original. (A capture socket would
tell what has passed, but not what waits and for whom, nor when each end received and sent: the picture would have to
guess.) What is said of each is libzmq's reference (`zmq_proxy`, `zmq_proxy_steerable`) and pyzmq's (`zmq.devices`).
They differ in one thing: the twins look for room before each message, not once for up to 1000 of them.
"""

from __future__ import annotations

import functools
import struct
import sys
from typing import Any

import zmq
import zmq.sugar

from . import names
from .kept import keep
from .polling import recorded_poll
from .recorder import record_of
from .sockets import POLLIN, POLLOUT

plain_proxy, plain_steerable = zmq.backend.proxy, zmq.backend.proxy_steerable
plain_monitored_queue = keep("monitored_queue", zmq.backend.monitored_queue)
ANSWERS_ALL = zmq.zmq_version_info() == (4, 3, 5)
"""Whether each command is answered by an empty message, of whatever type the control is. Else a REP alone does."""
PAUSE, RESUME = (b"RESUME", b"PAUSE") if zmq.zmq_version_info() == (4, 3, 5) else (b"PAUSE", b"RESUME")
"""What pauses a proxy, and what lets it go on. libzmq 4.3.5 has mixed up the two, against its own reference.

Who records does not mend: the same code outside of the lab would do something else.
"""


class _Way:
    """One direction of a proxy: from `source` to `target`. Counts frames and their bytes, as libzmq does."""

    def __init__(self, source: zmq.Socket, target: zmq.Socket) -> None:
        self.source, self.target = source, target
        self.frames = self.size = 0

    def lacks(self) -> tuple[zmq.Socket, int] | None:
        """Return what a message has to wait for; None when one can be handed on now.

        First for its source, then for room at its target: to read what cannot be handed on would take messages out of
        the queue that tells the senders to stop.
        """
        if not self.source.poll(0, zmq.POLLIN):
            return self.source, POLLIN
        # A socket that is both ends is not asked: a REP has room once it has received.
        if self.target is not self.source and not self.target.poll(0, zmq.POLLOUT):
            return self.target, POLLOUT
        return None

    def hand_on(self, capture: zmq.Socket | None) -> None:
        frames = self.source.recv_multipart()
        if capture is not None:
            capture.send_multipart(frames)
        self.target.send_multipart(frames)
        self.frames += len(frames)
        self.size += sum(len(frame) for frame in frames)


@functools.wraps(plain_proxy)
def recorded_proxy(frontend: zmq.Socket, backend: zmq.Socket, capture: zmq.Socket | None = None) -> int:
    """Hand every message on between `frontend` and `backend`, for ever, with a copy to `capture`.

    Ends as `zmq.proxy` does: by `zmq.ContextTerminated`.
    """
    if not _are_recorded(frontend, backend, beside=(capture,)):
        return plain_proxy(frontend, backend, capture)
    return _run(frontend, backend, capture, None)


@functools.wraps(plain_steerable)
def recorded_steerable(
    frontend: zmq.Socket, backend: zmq.Socket, capture: zmq.Socket | None = None, control: zmq.Socket | None = None
) -> int:
    """Do what `proxy` does, and what `control` says: PAUSE, RESUME, STATISTICS, TERMINATE, which ends it. Returns 0."""
    if not _are_recorded(frontend, backend, beside=(capture, control)):
        return plain_steerable(frontend, backend, capture, control)
    return _run(frontend, backend, capture, control)


def _run(frontend: zmq.Socket, backend: zmq.Socket, capture: zmq.Socket | None, control: zmq.Socket | None) -> int:
    forth = _Way(frontend, backend)
    back = _Way(backend, frontend)
    ways = [forth] if frontend is backend else [forth, back]
    paused = False
    while True:
        if control is not None and control.poll(0):
            command = control.recv(zmq.NOBLOCK)
            if command != b"STATISTICS":
                paused = (paused or command == PAUSE) and command != RESUME
                if ANSWERS_ALL or control.type == zmq.REP:
                    control.send(b"")
                if command == b"TERMINATE":
                    return 0
            else:
                received, sent = (forth.frames, forth.size), (back.frames, back.size)
                control.send_multipart([struct.pack("=Q", value) for value in (*received, *sent, *sent, *received)])
        waiting: dict[zmq.Socket, int] = {} if control is None else {control: POLLIN}
        moved = False
        for way in [] if paused else ways:
            if lacking := way.lacks():
                waiting[lacking[0]] = waiting.get(lacking[0], 0) | lacking[1]
            else:
                way.hand_on(capture)
                moved = True
        if not moved:
            recorded_poll(list(waiting.items()))


def recorded_monitored_queue(
    in_socket: zmq.Socket,
    out_socket: zmq.Socket,
    mon_socket: zmq.Socket,
    in_prefix: bytes = b"in",
    out_prefix: bytes = b"out",
) -> int:
    """Hand every message on, for ever, with a copy to `mon_socket` that says by its first frame which way it went.

    Between two ROUTER sockets the first two frames change their places: the second names the receiver.
    """
    if not _are_recorded(in_socket, out_socket, beside=(mon_socket,)):
        return plain_monitored_queue(in_socket, out_socket, mon_socket, in_prefix, out_prefix)
    swap = in_socket.type == out_socket.type == zmq.ROUTER
    ways = [(in_socket, out_socket, in_prefix), (out_socket, in_socket, out_prefix)]
    while True:
        ready = dict(recorded_poll([(in_socket, POLLIN), (out_socket, POLLIN)]))
        for source, target, prefix in ways:
            if source in ready:
                frames = source.recv_multipart()
                if swap:
                    frames[:2] = frames[1::-1]
                mon_socket.send_multipart([prefix, *frames])
                target.send_multipart(frames)


def _are_recorded(*sockets: Any, beside: tuple[Any, ...]) -> bool:
    """Whether one is recorded, and the others can stand beside it: those of asyncio cannot.

    What is wrong pyzmq refuses.
    """
    if not all(one is None or isinstance(one, zmq.Socket) for one in beside):
        return False
    recorded = [record_of(socket) is not None for socket in sockets]
    return any(recorded) and all(
        one or type(socket) is zmq.Socket for one, socket in zip(recorded, sockets, strict=True)
    )


def install() -> None:
    """Put the twins where pyzmq and the learner's code look them up. `zmq.device` finds `proxy` in `zmq.sugar`."""
    names.put("proxy", plain_proxy, recorded_proxy, zmq, zmq.sugar)
    names.put("proxy_steerable", plain_steerable, recorded_steerable, zmq)
    # `zmq.devices` takes it from there when it is imported, which may be later, or was before.
    loaded = [sys.modules.get(name) for name in ("zmq.devices", "zmq.devices.monitoredqueue")]
    places = [module for module in loaded if module and hasattr(module, "monitored_queue")]
    names.put("monitored_queue", plain_monitored_queue, recorded_monitored_queue, zmq.backend, *places)


install()
