"""Whether two addresses can mean one place. Names are never looked up here: that can block, and can be wrong.

`bind` knows its address as the system resolved it, `connect` as it was typed: `tcp://*:5555` and `tcp://localhost:5555`
are one place, and so are two paths of ipc that lead to one file.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from functools import lru_cache

Host = ipaddress.IPv4Address | ipaddress.IPv6Address | None


def place_of(endpoint: str) -> str:
    """Return an address without what depends on who wrote it: of ipc the real path, else the address itself."""
    scheme, found, path = endpoint.partition("://")
    if scheme != "ipc" or not found or path.startswith("@") or not path:  # @ is a name, and no path
        return endpoint
    try:
        return f"ipc://{os.path.realpath(path)}"
    except (OSError, ValueError):  # a folder that is gone, a text that is no path
        return endpoint


@lru_cache(maxsize=4096)
def could_be_same(bound: str, connected: str) -> bool:
    """Whether who connects to `connected` may reach who bound `bound`. Over tcp a host name may be any host's."""
    if bound == connected:
        return True
    here, there = bound.partition("://"), connected.partition("://")
    if here[0] != "tcp" or there[0] != "tcp" or not (here[1] and there[1]):
        return False
    (host, port), (other, other_port) = _split(here[2]), _split(there[2].rpartition(";")[2])
    if port != other_port or not port.isdecimal():
        return False
    one, two = _numeric(host), _numeric(other)
    return one is None or two is None or one == two or one.is_unspecified or two.is_unspecified


@lru_cache(maxsize=4096)
def listens_at(bound: str, theirs: str, ours: str) -> bool:
    """Whether who bound `bound` is at the far end of a connection from `ours` to `theirs`, each "host:port".

    Only one program listens at an address. Who has bound all addresses listens at those of this computer alone, and a
    connection within one computer has the same host at both ends, or is on the loopback.
    """
    scheme, _, place = bound.partition("://")
    (host, port), (far, far_port), (near, _) = _split(place), _split(theirs), _split(ours)
    if scheme != "tcp" or port != far_port or not port.isdecimal():
        return False
    one, two = _numeric(host), _numeric(far)
    if one is None or two is None:
        return False
    return one == two or (one.is_unspecified and (two.is_loopback or two == _numeric(near)))


def host_and_port(address: tuple) -> str:
    """Return what `getsockname` gives, as "host:port": the same text for IPv4, and for IPv4 in the clothes of IPv6."""
    host, port = address[:2]
    numeric = _numeric(host)
    host = host if numeric is None else str(numeric)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _split(place: str) -> tuple[str, str]:
    host, _, port = place.rpartition(":")
    return host, port


def _numeric(host: str) -> Host:
    """Return a host as a number, where it is one (127.1 is, too), or "*"; None for a name."""
    host = host.strip("[]").partition("%")[0]
    if host == "*":
        return ipaddress.IPv4Address(0)
    try:
        if ":" in host:
            found = ipaddress.IPv6Address(host)
            return found.ipv4_mapped or found
        return ipaddress.IPv4Address(socket.inet_aton(host)) if host[:1].isdigit() else None
    except (OSError, ValueError):
        return None
