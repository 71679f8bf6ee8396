"""Check a learner's function in a process of its own, where it cannot take the kernel along.

`check` is the kernel's side: it starts the process, reads what it tells, and ends it after a deadline. `main` is the
process's side: it runs the exercise's check against the function, and tells what happened as it happens, one JSON
object a line. A function that loops for ever, or that ends its whole process, is told so, with the run so far.
"""

from __future__ import annotations

import ast
import io
import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq

from ..live.processes.sources import program
from ..record.events import Event
from ..record.files import as_json, from_json
from .arena import Arena, looks
from .exercises import Exercise, Wrong
from .lessons import LESSONS

START_UP = 30.0
"""Seconds that a new process gets before its check begins. The machine may have other things to do."""
DEADLINE = 10.0
"""Seconds from the beginning of a check to its end by force (see `looks`). A check that can end by itself takes less."""
YOURS = "<your function>"
PRINTED = 2_000
"""Characters kept of what the function printed."""


@dataclass
class Verdict:
    """What became of a check: `kind` is "not attempted", "wrong", "exception" or "right".

    `events` is the recorded run, `at` the moment (ns, as in the events) at which the law was broken, or None; `since`
    is when the part of the run began that matters.
    """

    kind: str
    title: str
    text: str = ""
    at: int | None = None
    since: int = 0
    printed: str = ""
    events: list[Event] = field(default_factory=list)


# in the kernel


def check(lesson: str, exercise: Exercise, function: Callable | None) -> Verdict:
    """Return what is to be said of a learner's function. Takes a few seconds at most; raises nothing."""
    name = exercise.name
    if function is None:
        return Verdict("not attempted", "Not attempted", f"Run the cell that defines `{name}`, then check.")
    if not callable(function):
        kind = type(function).__name__
        return Verdict("wrong", f"Not yet: {name} is no function", f"It is of type `{kind}`. Write `def {name}(…):`.")
    try:
        source = program(function)
    except TypeError as problem:
        return Verdict(
            "wrong", f"Not yet: {name} cannot be checked", f"The check runs in a process of its own. {problem}"
        )
    if _is_blank(source, name):
        return Verdict(
            "not attempted", "Not attempted", f"Write `{name}` in the cell above, run that cell, then check."
        )
    return check_source(lesson, exercise, source)


def check_source(lesson: str, exercise: Exercise, source: str) -> Verdict:
    """Return what is to be said of a function with this source."""
    command = [sys.executable, "-c", "from zmqlab.learning.checking import main; main()"]
    package = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"}
    task = json.dumps({"lesson": lesson, "exercise": exercise.name, "source": source})
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    )
    ready, verdict, events = threading.Event(), None, []
    threading.Thread(target=_end_in_time, args=[process, ready], name="check: deadline", daemon=True).start()
    with process:
        process.stdin.write(task)
        process.stdin.close()
        for line in process.stdout:
            told = json.loads(line)
            if "ready" in told:
                ready.set()
            elif "event" in told:
                events.append(from_json(told))
            else:
                verdict = Verdict(**told)
    if verdict is None:
        verdict = _untold(process.returncode)
    verdict.events = sorted((e for e in events if e.time >= verdict.since), key=lambda event: event.time)
    return verdict


def _end_in_time(process: subprocess.Popen, ready: threading.Event) -> None:
    """End a process that has not ended by itself when its time is over."""
    for limit, done in ((START_UP, ready.is_set), (DEADLINE, lambda: False)):
        for _ in looks(limit, every=0.02):
            if process.poll() is not None:
                return
            if done():
                break
    process.kill()


def _untold(status: int) -> Verdict:
    """Return what is to be said of a process that ended before it could say anything itself."""
    if status == -signal.SIGKILL:
        text = "It stayed busy where not even Python can interrupt it. Is there a loop without an end?"
        return Verdict("wrong", "Not yet: your function did not come to an end", text)
    name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    text = "That would have taken this notebook's kernel along: here it ended a process of its own."
    return Verdict("wrong", f"Not yet: your function ended its whole process ({name})", text)


def _is_blank(source: str, name: str) -> bool:
    """Whether a function's body is nothing but its docstring, `...` and `pass`."""
    function = [node for node in ast.parse(source).body if getattr(node, "name", "") == name][-1]
    empty = (ast.Pass, ast.Constant)
    return all(isinstance(node, ast.Pass) or isinstance(getattr(node, "value", None), empty) for node in function.body)


# in the process


def main() -> None:
    """Read one task from standard input, check it, tell what happened, and end."""
    task = json.loads(sys.stdin.read())
    # What the function prints must not come between our lines.
    tell_to, sys.stdout = os.fdopen(os.dup(1), "w", buffering=1), io.StringIO()
    os.dup2(2, 1)

    def tell(told: dict[str, Any]) -> None:
        tell_to.write(json.dumps(told) + "\n")

    exercise = LESSONS[task["lesson"]].exercise(task["exercise"])
    arena = Arena()
    tell({"ready": True})
    verdict: list[Verdict] = []
    checker = threading.Thread(target=lambda: verdict.append(_check_here(exercise, arena, task["source"])), daemon=True)
    checker.start()
    while checker.is_alive():
        checker.join(0.05)
        for event in arena.trace.take():
            tell(as_json(event))
    for event in arena.trace.take():
        tell(as_json(event))
    said = verdict[0]
    words = {"kind": said.kind, "title": said.title, "text": said.text, "printed": _printed()}
    tell(words | {"at": said.at, "since": arena.round_began})
    tell_to.flush()
    os._exit(0)  # whatever the function left behind ends here


def _check_here(exercise: Exercise, arena: Arena, source: str) -> Verdict:
    try:
        space: dict[str, Any] = {"__name__": YOURS}
        _remember_lines(source)
        exec(compile(source, YOURS, "exec"), space)
        return Verdict("right", exercise.check(arena, space[exercise.name]))
    except Wrong as wrong:
        return Verdict("wrong", f"Not yet: {wrong.title}", wrong.text, wrong.event.time if wrong.event else None)
    except Exception as error:
        return _of_exception(error)


def _of_exception(error: Exception) -> Verdict:
    lines = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == YOURS]
    where = f"It came to that in the line\n`{lines[-1].line}`" if lines else "It came to that in no line of yours."
    return Verdict(
        "exception", f"Your code raised {type(error).__name__}: {error}", f"{explained(error)}\n{where}".strip()
    )


def _remember_lines(source: str) -> None:
    """Let tracebacks find the lines of a function that stands in no file."""
    import linecache

    linecache.cache[YOURS] = (len(source), None, source.splitlines(keepends=True), YOURS)


def _printed() -> str:
    text = sys.stdout.getvalue()
    return text[:PRINTED] + " …" if len(text) > PRINTED else text


EXPLAINED = {
    "EFSM": "The socket is in a state in which it cannot do this: a `REQ` must receive before it sends again, a `REP` must "
    "send before it receives again.",
    "EADDRINUSE": "Another socket has bound this endpoint and still holds it.",
    "EAGAIN": "There was nothing to receive, or no room to send, within the time limit that you set.",
    "ENOTSOCK": "This socket is closed.",
    "EINVAL": "ZeroMQ does not understand an argument here. Is the endpoint a string such as `tcp://127.0.0.1:5555`?",
}


def explained(error: Exception) -> str:
    """Return what an exception means to somebody who meets ZeroMQ for the first time, or "" when its words will do."""
    if isinstance(error, zmq.ZMQError):
        try:
            return EXPLAINED.get(zmq.Errno(error.errno).name, "")
        except ValueError:
            return ""
    words = str(error)
    if isinstance(error, TypeError) and words == "str objects only":
        return "`send_string` takes text only. Make text of a number with `str(…)`, and send bytes with `send`."
    if isinstance(error, TypeError) and ("str" in words or "unicode" in words):
        return "Sockets carry bytes. Use `send_string`, or encode the text."
    if isinstance(error, UnicodeDecodeError):
        return "These bytes are no text in UTF-8, so they cannot be decoded."
    if isinstance(error, NameError):
        return "The function must bring along all it uses: define or import it in the notebook, and run that cell."
    return ""
