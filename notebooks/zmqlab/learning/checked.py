"""In the process of a check: runs an exercise's check against a function, and tells what happened as it happens.

`checking.py` is the kernel's side. The function may do here whatever it wants: write into every descriptor, print, raise
what is no `Exception`, end the process.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import signal
import sys
import threading
import traceback
from os import _exit  # the function may put something else in its place
from typing import Any

import zmq

from ..record.files import as_json
from ..record.text import REASON, readable
from .arena import Arena
from .exercises import Exercise, Wrong
from .frames import Teller
from .watching import YOURS

PRINTED = 2_000
"""Letters kept of what the function printed."""
HIGH = 200
"""The number of our descriptor at least: out of the way of who closes or writes into the first few."""
UNHEARD = 86
"""Exit status of a process whose descriptor was closed: it cannot tell any more."""
SPOILED = 87
"""Exit status of a process in which the check itself has failed: something that it needs was changed."""
PERIOD = 0.05
"""Seconds between two looks for something to tell."""


def main() -> None:
    """Read one task from standard input, check it, tell what happened, and end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    task = json.loads(sys.stdin.buffer.read())
    teller = Teller(_our_own_output(), task["token"])
    printed = sys.stdout = Printed()
    exercise = _found(task["home"], task["exercise"])
    arena = Arena()
    arena.watch.install()
    told: list[dict[str, Any]] = []
    over = threading.Event()

    def work() -> None:
        try:
            told.append(_check_here(exercise, arena, task["source"]))
            if told[0]["kind"] != "right":
                arena.come_to_rest()
        finally:
            over.set()

    try:
        teller.tell({"ready": True})
        threading.Thread(target=work, daemon=True).start()
        began = arena.round_began
        while not over.wait(PERIOD):
            _tell_events(arena, teller)
            if began != arena.round_began:  # another round: it has its own time
                began = arena.round_began
                teller.tell({"ready": True})
        _tell_events(arena, teller)
        teller.tell({"verdict": told[0] | {"printed": printed.kept(), "since": arena.round_began}})
    except OSError:
        _exit(UNHEARD)
    except BaseException:
        _exit(SPOILED)
    _exit(0)  # whatever the function left behind ends here


def _found(home: str, name: str) -> Exercise:
    things = vars(importlib.import_module(home)).values()
    return next(thing for thing in things if isinstance(thing, Exercise) and thing.name == name)


def _our_own_output() -> int:
    """Return a descriptor of the pipe to the kernel, of which nobody else knows. Standard output leads nowhere then."""
    try:
        import fcntl

        descriptor = fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, HIGH)
    except (ImportError, OSError):
        descriptor = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return descriptor


def _tell_events(arena: Arena, teller: Teller) -> None:
    for event in arena.trace.take():
        teller.tell(as_json(event))


class Printed(io.TextIOBase):
    """What was printed, its beginning."""

    def __init__(self) -> None:
        self._kept = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if self.closed:
            raise ValueError("I/O operation on closed file.")
        self._kept += text[: max(0, PRINTED + 1 - len(self._kept))]
        return len(text)

    def kept(self) -> str:
        return self._kept[:PRINTED] + " …" if len(self._kept) > PRINTED else self._kept


def _check_here(exercise: Exercise, arena: Arena, source: str) -> dict[str, Any]:
    """Return the verdict, as `Verdict` has it."""
    try:
        space: dict[str, Any] = {"__name__": YOURS}
        _remember_lines(source)
        exec(compile(source, YOURS, "exec", dont_inherit=True), space)
        said = exercise.check(arena, space[exercise.name])
        return {"kind": "right", "title": f"Right: {said}"}
    except Wrong as wrong:
        at = wrong.event.time if wrong.event else None
        return {"kind": "wrong", "title": f"Not yet: {wrong.title}", "text": wrong.text, "at": at, "law": wrong.law}
    except BaseException as error:
        return _of_exception(error)


def _of_exception(error: BaseException) -> dict[str, Any]:
    try:
        words = readable(error, REASON)
    except Exception:  # an error of the learner's own class may raise while it is asked
        words = "(what it says cannot be shown)"
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == YOURS]
    where = f"It happened in the line\n`{lines[-1].line}`" if lines else "It happened in no line of yours."
    title = f"Your code raised {type(error).__name__}{': ' if words else ''}{words}"
    return {"kind": "exception", "law": "raises", "title": title, "text": f"{explained(error, words)}\n{where}".strip()}


def _remember_lines(source: str) -> None:
    """Let tracebacks find the lines of a function that stands in no file."""
    import linecache

    linecache.cache[YOURS] = (len(source), None, source.splitlines(keepends=True), YOURS)


EXPLAINED = {
    "EFSM": "The socket is in a state in which it cannot do this: a `REQ` must receive before it sends again, a `REP` must "
    "send before it receives again.",
    "EADDRINUSE": "Another socket has bound this endpoint and still holds it.",
    "EAGAIN": "There was nothing to receive, or no room to send, within the time limit that you set.",
    "ENOTSOCK": "This socket is closed.",
    "ENOTSUP": "This socket cannot do that: it is closed, or its context has ended, or its type only sends, or only receives.",
    "ETERM": "The context has ended, and all its sockets with it. Leave the context that you are given as it is.",
    "EPROTONOSUPPORT": "ZeroMQ does not know this transport. It knows `tcp://`, `ipc://` and `inproc://`.",
    "EINVAL": "ZeroMQ does not understand an argument here. Is the endpoint a string such as `tcp://127.0.0.1:5555`?",
}


TEXT_FOR_BYTES = (
    "unicode not allowed",
    "bytes-like object is required, not 'str'",
    "expected a bytes-like object, str found",
    "concat str to bytes",
    'not "bytes") to str',
    "bytes, not str",
    "str, not bytes",
)
"""What Python and pyzmq say of text where bytes are wanted, or the other way round. Other mistakes name `str` too."""


def explained(error: BaseException, words: str) -> str:
    """Return what an exception means to somebody who meets ZeroMQ for the first time, or "" when its words will do."""
    if isinstance(error, zmq.ZMQError):
        try:
            return EXPLAINED.get(zmq.Errno(error.errno).name, "")
        except ValueError:
            return ""
    if isinstance(error, SystemExit):
        return "`sys.exit()` and `exit()` end the whole program. To end a function, write `return`."
    if isinstance(error, MemoryError):
        return "There was no more memory. Does something grow without an end?"
    if not isinstance(error, Exception):
        return "This is no `Exception`: Python uses it to end a program, and `except Exception` does not catch it."
    if isinstance(error, TypeError) and words == "str objects only":
        return "`send_string` takes text only. Make text of a number with `str(…)`, and send bytes with `send`."
    if isinstance(error, TypeError) and _takes_text_for_bytes(words):
        return "Sockets carry bytes. Use `send_string`, or encode the text."
    if isinstance(error, UnicodeDecodeError):
        return "These bytes are no text in UTF-8, so they cannot be decoded."
    if isinstance(error, UnboundLocalError) or (isinstance(error, NameError) and "free variable" in words):
        return (
            "What gives it a value was not run before this line. Give it one in every case, also when nothing has come."
        )
    if isinstance(error, NameError):
        return "The function must bring along all it uses: define or import it in the notebook, and run that cell."
    return ""


def _takes_text_for_bytes(words: str) -> bool:
    frame = words.startswith("Frame ") and "('" in words  # of `send_multipart`, which shows what it was given
    return frame or any(said in words for said in TEXT_FOR_BYTES)
