"""What an actor makes itself, as the programs of the ZeroMQ Guide do: `context = zmq.Context()`.

In an actor's thread `zmq.Context()` gives a context of ours, which records for that actor and ends with it. A socket
that it makes in a context of somebody else's (`zmq.Context.instance()`, one that a cell has made) is recorded and
closed, too, and that context is left alone. Both are found where Python makes the object, so that it does not matter
how the code came by the name. Subclasses, such as those of `zmq.asyncio`, are left as they are, and the record says
that they are not recorded. In all other threads nothing changes.
"""

from __future__ import annotations

import contextlib
import socket as socket_module
import sys
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

import zmq
from zmq.backend import Context as Backend

from . import whose
from .inbox import Stopped
from .kept import keep
from .recorder import record_of
from .sockets import LINGER_WHEN_STOPPED, Context, Socket

ASYNCIO = ("zmq.asyncio", "what it sends and receives is not seen here: write the loop with zmq.Poller")
DEVICE = ("zmq.devices", "they work in threads of their own: write zmq.proxy(frontend, backend) instead")
OTHER = "make its sockets by context.socket(…), without a class of their own"
FORSAKEN = 0.05
"""Seconds after which a guard that is taken, while nobody is in a call, counts as one that nobody will let go."""
FREED = 1.0
"""Seconds that a port may take to be free again, once who had bound it has closed."""


class OwnContext(Context):
    """A recorded context that an actor made by `zmq.Context()`."""

    _repr_cls = "zmq.Context"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        actor = whose.actor()
        super().__init__(*args, **kwargs, **(actor.whose if actor else {}))
        if actor:
            actor.contexts.add(self)


def make_context(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Make a context: `zmq.Context.__new__`. Python calls `__init__` of what it returns."""
    actor = whose.actor()
    if actor is None or hasattr(cls, "records"):
        return Backend.__new__(cls)
    is_shadow = kwargs.get("shadow") or isinstance((args or [1])[0], zmq.Context) or any(args[1:2])
    if cls is zmq.Context and not is_shadow:
        return Backend.__new__(OwnContext)
    made = Backend.__new__(cls)
    actor.strangers.add(made)
    return made


def make_socket(cls: type, *args: Any, **kwargs: Any) -> Any:
    """Make a socket: `zmq.Socket.__new__`. In an actor's thread one of ours, whosever the context is."""
    actor = whose.actor()
    is_shadow = kwargs.get("shadow") or not (args and isinstance(args[0], zmq.Context))
    if actor is None or is_shadow:
        return zmq.backend.Socket.__new__(cls)
    if cls is zmq.Socket:
        cls = Socket
    elif not hasattr(cls, "_record"):
        is_asyncio = any(base.__module__ == "zmq.asyncio" for base in cls.__mro__)
        actor.not_recorded(*(ASYNCIO if is_asyncio else (f"{cls.__module__}.{cls.__name__}", OTHER)))
    made = zmq.backend.Socket.__new__(cls)
    if not hasattr(args[0], "records"):
        actor.guests.add(made)
    return made


def instance(cls: type[zmq.Context], *args: Any, **kwargs: Any) -> zmq.Context:
    """Return the context that the whole kernel has in common: `zmq.Context.instance`. Who asks first makes it for all."""
    with whose.nobody():
        return plain_instance(cls, *args, **kwargs)


def close(
    context: zmq.Context,
    seconds: float,
    user: threading.Thread | None = None,
    then: Callable[[], object] = lambda: None,
) -> bool:
    """Close the sockets that are left in a context, and end it. Waits for so many seconds at most; True when it is done.

    `user` is the thread that used them, if it is not the one that calls, and waits meanwhile.

    A socket that a thread of the actor's still uses is closed when that thread lets it go. If none does in time, the
    context is ended in a thread of its own: that wakes whoever still waits on its sockets. What is done `then` is done
    by that thread, however late.
    """
    if not hasattr(context, "records"):
        # Its sockets that other threads have made are theirs to close: unguarded, that would end the whole process.
        return end(context, seconds)
    if not close_sockets(context._sockets, seconds, user) and not context._shadow:
        return end(context, seconds, then)
    context.term()
    return True


def close_sockets(sockets: Iterable[zmq.Socket], seconds: float, user: threading.Thread | None = None) -> bool:
    """Close sockets, each as soon as no thread uses it, for so many seconds at most. True when all are closed."""
    pause, until = threading.Event(), time.monotonic() + seconds
    while [socket for socket in list(sockets) if not socket.closed and not _close(socket, user)]:
        if time.monotonic() > until:
            return False
        pause.wait(0.005)
    return True


def close_guests(sockets: Iterable[zmq.Socket], seconds: float) -> None:
    """Close sockets whose context lives on, and wait until their ports are free: the end of a context would see to that."""
    sockets = [socket for socket in sockets if not socket.closed]
    ports = [
        bytes(zmq.backend.Socket.get(socket, zmq.LAST_ENDPOINT) or b"").rstrip(b"\0").decode() for socket in sockets
    ]
    close_sockets(sockets, seconds)
    pause, until = threading.Event(), time.monotonic() + FREED
    while any(_is_taken(port) for port in ports) and time.monotonic() < until:
        pause.wait(0.002)


def _is_taken(endpoint: str) -> bool:
    """Whether somebody listens at a tcp port of this computer's IPv4 address. Only that is slow to be free."""
    host, _, port = endpoint.removeprefix("tcp://").rpartition(":")
    if not endpoint.startswith("tcp://") or not host.replace(".", "").isdigit() or not port.isdigit():
        return False
    with socket_module.socket() as probe:
        probe.setsockopt(socket_module.SOL_SOCKET, socket_module.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return True
    return False


def end(context: zmq.Context, seconds: float, then: Callable[[], object] = lambda: None) -> bool:
    """End a context in a thread of its own, so that nobody has to wait for it longer than so many seconds.

    Who waits on one of its sockets, in C too, is woken by `zmq.ContextTerminated`. To end one context twice at the
    same moment is fatal in libzmq: the first who comes does it.
    """
    if context.closed or context._shadow:
        return True
    if not getattr(context, "records", False) and "term" not in vars(context):
        _guard(context)

    def term() -> None:
        context.term()
        then()

    ending = threading.Thread(target=term, name="zmqlab: the end of a context", daemon=True)
    ending.start()
    ending.join(seconds)
    return not ending.is_alive()


def _guard(context: zmq.Context) -> None:
    """Have one thread at a time end a context of pyzmq's: who comes second finds nothing left to do."""
    guard = threading.RLock()

    def term() -> None:
        with guard:
            type(context).term(context)

    vars(context)["term"] = term


def _close(socket: zmq.Socket, user: threading.Thread | None) -> bool:
    """Close a socket, here, in the actor's own thread. False when another thread uses it right now."""
    record = record_of(socket)
    if record is not None and not record.acquire(False):
        if not (_was_left_in_the_middle(record, user) or _is_forsaken(record)):
            return False
        socket._close_by_force()
        return True
    try:
        socket.close(LINGER_WHEN_STOPPED if record is None else None)
    except (zmq.ZMQError, Stopped):
        return True  # a context that ended under it can leave a socket closed to us; there is nothing to do then
    except RuntimeError:  # it belongs to a loop of asyncio that is closed
        with contextlib.suppress(zmq.ZMQError):
            zmq.backend.Socket.close(socket, LINGER_WHEN_STOPPED)
    finally:
        if record is not None:
            record.release()
    return socket.closed


def _was_left_in_the_middle(record: Any, user: threading.Thread | None) -> bool:
    """Whether who holds a socket will never let it go, as between two frames of a message: its thread has ended, or waits."""
    return record.holder is not None and (record.holder is user or not record.holder.is_alive())


def _is_forsaken(record: Any) -> bool:
    """Whether a guard was taken and never let go: an interrupt can strike between the two.

    If somebody was just that slow after all, nothing breaks: pyzmq refuses his call on the closed socket.
    """
    pause, until = threading.Event(), time.monotonic() + FORSAKEN
    while time.monotonic() < until:
        if record.under_way or record.user or record.holder is not None:
            return False
        if record.acquire(False):
            record.release()
            return False
        pause.wait(0.005)
    return True


def watch_devices() -> None:
    """Have the devices of `zmq.devices` tell who starts them, from the moment that somebody has imported them.

    We do not import them ourselves: a kernel, and each process of an actor, would start later for it.
    """
    base = getattr(sys.modules.get("zmq.devices.basedevice"), "BackgroundDevice", None)
    if base is None or hasattr(base.start, "plain"):
        return
    plain = base.start

    def start(self: Any) -> None:
        actor = whose.actor()
        if actor is not None:
            actor.not_recorded(*DEVICE)
        plain(self)

    start.plain = plain
    base.start = start


plain_instance = keep("zmq.Context.instance", zmq.Context.__dict__["instance"].__func__)
"""pyzmq's own. Loaded again, this module finds its own function there, and must not take that for pyzmq's."""


def install() -> None:
    """Have Python ask us wherever a `zmq.Context` or a `zmq.Socket` is made."""
    zmq.Context.__new__ = staticmethod(make_context)
    zmq.Socket.__new__ = staticmethod(make_socket)
    zmq.Context.instance = classmethod(instance)


install()
