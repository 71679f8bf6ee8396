"""The line to a keeper: a socket pair, and the process at its other end."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

PROGRAM = str(Path(__file__).with_name("keeper.py"))


class Line:
    """A keeper, and what is said to it and by it.

    `listen` is called with the line and with each thing told, and with None when the keeper is gone; `begin` starts a
    thread for that. Raises `OSError` when there can be no keeper, or no longer.
    """

    def __init__(self, listen: Callable, begin: Callable) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            # -I -S: no setting, no package: it is there sooner, and is the same everywhere.
            command = [sys.executable, "-I", "-S", PROGRAM, str(theirs.fileno()), str(os.getpid())]
            nothing = subprocess.DEVNULL
            self._process = subprocess.Popen(
                command,
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid
        begin(lambda: self._listen(listen), "zmqlab keeper")

    def tell(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Order something. The descriptors go along with its first byte."""
        text = json.dumps(order).encode() + b"\n"
        if descriptors:
            socket.send_fds(self._socket, [text[:1]], descriptors)
            text = text[1:]
        self._socket.sendall(text)

    def close(self) -> None:
        """End the keeper, and with it all that it keeps."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def kill(self) -> None:
        """End a keeper that keeps nothing any more. Who listens to it says the rest."""
        self._process.kill()

    def let_go(self) -> None:
        """Close this end, and end nobody: it is the copy that a fork has made."""
        self._socket.close()
        self._process.returncode = 0  # somebody else's child

    def _listen(self, listen: Callable) -> None:
        buffer = b""
        with suppress(OSError, ValueError):  # gone, or no keeper of ours
            while said := self._socket.recv(65_536):
                *lines, buffer = (buffer + said).split(b"\n")
                for line in lines:
                    listen(self, json.loads(line))
        self.close()
        listen(self, None)
        self._process.wait()
        self._socket.close()
