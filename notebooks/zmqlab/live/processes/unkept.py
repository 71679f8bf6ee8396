"""Where there can be no keeper (Windows: no descriptor can be passed on): processes as they are, watched from here.

Each has a group of its own and a deadline. There is no limit of memory, what a process has started in turn is not ended
with it, and when this kernel is killed, what it has started is not ended either, but for actors, whose standard input
ends.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

CAN_BE_KEPT = hasattr(socket, "send_fds") and hasattr(os, "fork")
EVERY = 0.05
"""Seconds between two looks at a process."""


class Unkept:
    """Used like a `Line`, and it has no other end."""

    pid = 0

    def __init__(self, listen: Callable, begin: Callable) -> None:
        self._listen, self._begin = listen, begin
        self._left: dict[int, dict[str, Any]] = {}

    def tell(self, order: dict[str, Any], descriptors: Sequence[int] = ()) -> None:
        """Do what a keeper would do, so far as that can be done."""
        number = order.get("number", 0)
        if order["do"] == "start":
            process = self._start(order, descriptors)
            self._left[number] = {"why": "", "seconds": order["seconds"]}
            self._listen(self, {"there": number, "pid": process.pid})
            self._begin(partial(self._watch, number, process), f"zmqlab: process {process.pid}")
        elif order["do"] == "limit" and number in self._left:
            self._left[number]["seconds"] = order["seconds"]
        elif order["do"] == "end" and number in self._left:
            self._left[number]["why"] = "ended"

    def close(self) -> None:
        """Nothing is left to close: each process has been ended."""

    def kill(self) -> None:
        """Nobody is there who could have failed."""

    def let_go(self) -> None:
        """Nothing is held that a fork could have copied."""

    def _start(self, order: dict[str, Any], descriptors: Sequence[int]) -> subprocess.Popen:
        stdin, stdout, stderr = descriptors
        return subprocess.Popen(
            order["command"],
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            cwd=order["folder"] or None,
            env=order["environment"],
            start_new_session=os.name == "posix",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )

    def _watch(self, number: int, process: subprocess.Popen) -> None:
        left, looked = self._left[number], time.monotonic()
        while not left["why"]:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(EVERY)
                break
            now = time.monotonic()
            if left["seconds"] is not None:
                left["seconds"] -= now - looked
                left["why"] = left["why"] or ("deadline" if left["seconds"] <= 0 else "")
            looked = now
        if left["why"]:
            process.kill()
        status = process.wait()
        del self._left[number]
        if sys.platform == "win32" and left["why"]:
            status = -9  # killed: Windows gives an exit status of its own
        self._listen(self, {"over": number, "status": status, "why": left["why"]})
