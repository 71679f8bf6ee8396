"""What keeps a stranger's bytes from ending the process: a name for who may come in.

On a port anybody can connect. A peer without a greeting counts for libzmq as one of the year 2010 (ZMTP 1.0), and whatever
it sends as a message. When a socket that names its peers (`REP`, `ROUTER`) or keeps their subscriptions (`PUB`, `XPUB`)
closes just then, an assertion of libzmq fails (4.3.5, `zmtp_engine.cpp`), which ends the whole process. (No other type did
so under thousands of such connections.)

Where a socket has a `ZAP_DOMAIN`, libzmq refuses such peers, and asks the context's authenticator about all others; where
there is none, it lets them in. So a domain does no more than that, as long as nobody authenticates.
(https://rfc.zeromq.org/spec/27/)
"""

from __future__ import annotations

import functools
from typing import Any
from weakref import WeakSet

import zmq
from zmq.backend import Socket as Backend

DOMAIN = b"zmqlab"
IN_DANGER = frozenset({zmq.REP, zmq.ROUTER, zmq.XPUB, zmq.PUB})
AUTHENTICATOR = "inproc://zeromq.zap.01"
_authenticators: WeakSet[zmq.Socket] = WeakSet()


def wants_domain(socket: Any, address: Any) -> bool:
    """Whether a domain helps a socket that is about to bind an address, and changes nothing else.

    It would change something where its user has set one, or has chosen who may come in: by a mechanism, by an
    authenticator, by asking for a domain.
    """
    return (
        socket.type in IN_DANGER
        and _text(address).startswith("tcp://")
        and not Backend.get(socket, zmq.ZAP_DOMAIN)
        and Backend.get(socket, zmq.MECHANISM) == zmq.NULL
        and not _enforces_domain(socket)
        and not _has_authenticator(socket.context)
    )


def _text(address: Any) -> str:
    if isinstance(address, bytes):
        return address.decode("utf-8", "replace")
    return address if isinstance(address, str) else ""


def _enforces_domain(socket: Any) -> bool:
    try:
        return bool(Backend.get(socket, zmq.ZAP_ENFORCE_DOMAIN))
    except zmq.ZMQError:  # a libzmq that has no such option
        return False


def _has_authenticator(context: Any) -> bool:
    """Whether an open socket of this context, or of one that shadows it, has bound the authenticator's address."""
    return any(not one._closed and one.context.underlying == context.underlying for one in list(_authenticators))


def install() -> None:
    """Have every socket of this process noted that authenticates: an authenticator's own is no recorded one.

    (To look whether the address is taken is no way: who binds it for a moment is the authenticator for that moment, and
    libzmq ends the process when it asks one that is no `REP`.) Installed twice, it is the same as once.
    """
    plain_bind = getattr(zmq.Socket.bind, "plain", zmq.Socket.bind)

    @functools.wraps(plain_bind)
    def bind(self: zmq.Socket, addr: Any) -> Any:
        result = plain_bind(self, addr)
        if addr in (AUTHENTICATOR, AUTHENTICATOR.encode()):
            _authenticators.add(self)
        return result

    bind.plain = plain_bind
    zmq.Socket.bind = bind


install()
