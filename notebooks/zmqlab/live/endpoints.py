"""Endpoints that belong to a lab: kept for its life, so that either side may come first and a restart keeps it."""

import os
import shutil
import socket
import sys
import tempfile
import threading
from contextlib import closing


class Endpoints:
    """Addresses by name. `close` gives the ports and files back."""

    def __init__(self, name: str) -> None:
        self._lab = name
        self._addresses: dict[tuple[str, str], str] = {}
        self._holders: list[socket.socket] = []
        self._folder: str | None = None
        self._closed = False
        self._lock = threading.Lock()  # two threads that ask for one name at once must get one address

    def get(self, name: str = "main", transport: str = "") -> str:
        """Return the endpoint called `name`: always the same address.

        `transport` is "tcp" (the default), "ipc" or "inproc". On a host that is shared with others, any of them can
        connect to a port of 127.0.0.1: with ZMQLAB_SHARED_HOST=1 the default is ipc in a folder that is yours alone.
        """
        transport = transport or ("ipc" if os.environ.get("ZMQLAB_SHARED_HOST") == "1" else "tcp")
        if transport not in ("tcp", "ipc", "inproc"):
            raise ValueError(f"an endpoint's transport is tcp, ipc or inproc, not {transport!r}")
        with self._lock:
            if self._closed:
                raise RuntimeError(
                    "The addresses of this lab are given back: it is closed. Run the cell that makes it again."
                )
            if (name, transport) not in self._addresses:
                self._addresses[name, transport] = getattr(self, f"_{transport}")(name)
            return self._addresses[name, transport]

    def _tcp(self, _name: str) -> str:
        # A socket that is bound and never listens keeps the port for us. On Linux libzmq can still bind it, since
        # both say SO_REUSEADDR; elsewhere it could not, so there the port is only found, not kept.
        holder = socket.socket()
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{holder.getsockname()[1]}"
        if sys.platform == "linux":
            self._holders.append(holder)
        else:
            holder.close()
        return address

    def _ipc(self, name: str) -> str:
        if self._folder is None:
            self._folder = tempfile.mkdtemp(prefix="zmqlab-")  # mode 0700: nobody else may enter
        return f"ipc://{self._folder}/{len(self._addresses)}"

    def _inproc(self, name: str) -> str:
        return f"inproc://{self._lab}-{name}"

    def close(self) -> None:
        """Give everything back."""
        with self._lock:
            self._closed = True
        for holder in self._holders:
            with closing(holder):
                pass
        self._holders.clear()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
