"""In the process of an actor's own: runs the actor, and tells what it does.

`parent.py` starts this process and talks with it. Lines of JSON come in by the standard input: first the order
what to run, then what to do with it ("stop", "arm", "say", …). Lines of JSON go out by the standard output: events of
the trace, and after each handful of them the moment until which all has been told. When the input ends, the one who
could give orders is gone, and the process ends at once.
"""

from __future__ import annotations

import ast
import json
import os
import signal
import sys
import threading
from typing import Any, TextIO

from ...record.events import Failed, Started
from ...record.files import as_json, unpack
from ...record.text import REASON, readable
from ...record.trace import Trace
from ..actors import Actor
from ..links import LinkWatch
from ..recorder import now

REPORT = 0.01
"""Seconds between two reports."""


class Child:
    """One actor, and those who tell of it and listen for it."""

    def __init__(self, order: dict[str, Any], out: TextIO) -> None:
        self._out, self._writing = out, threading.Lock()
        self._trace = Trace()
        self._links = LinkWatch(self._trace)
        namespace: dict[str, Any] = {"__name__": order["name"]}
        exec(compile(order["program"], f"<{order['name']}>", "exec"), namespace)
        arguments = ast.literal_eval(order["arguments"])
        function = namespace[order["function"]]
        self._actor = Actor(function, arguments, self._trace, name=order["name"], link_watch=self._links)

    def work(self) -> None:
        """Run the actor to its end, and tell all."""
        self._actor.start()
        threading.Thread(target=self._obey, name="orders", daemon=True).start()
        while not self._actor.join(REPORT):
            self._report()
        self._links.close()
        self._trace.tick()
        self._report()

    def _report(self) -> None:
        # The moment is taken first: what began before it is in the record, and what comes later is for the next report.
        until = self._trace.complete_until()
        # The parent has told of the start, with the process's id.
        lines = [as_json(event) for event in self._trace.take() if type(event) is not Started]
        self._write(*lines, {"until": until})

    def _write(self, *lines: dict[str, Any]) -> None:
        with self._writing:
            self._out.write("".join(json.dumps(line) + "\n" for line in lines))
            self._out.flush()

    def _obey(self) -> None:
        for line in sys.stdin:
            self._do(json.loads(line))
        os._exit(1)

    def _do(self, order: dict[str, Any]) -> None:
        actor = self._actor
        match order["do"]:
            case "stop":
                actor.ask_to_stop()
            case "arm":
                actor.arm(order["fault"])
            case "say":
                said = unpack(order["message"])
                actor.say(list(said) if isinstance(said, tuple) else said)
            case "subscribe":
                actor.subscribe(unpack(order["topic"]))
            case "unsubscribe":
                actor.unsubscribe(unpack(order["topic"]))
        self._write({"done": order["number"]})


def main() -> None:
    """Run the actor that the first line of the standard input orders."""
    # An interrupt of the kernel reaches every process of its group. It is meant for the cell.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the function prints must not stand between the events
    order = json.loads(sys.stdin.readline())
    sys.path[:] = order["path"]
    try:
        Child(order, out).work()
    except Exception as error:
        failed = Failed(now(), order["name"], error=type(error).__name__, why=readable(error, REASON))
        out.write(json.dumps(as_json(failed)) + "\n")
    out.flush()
    os._exit(0)  # all is told: nothing that Python would still do matters
