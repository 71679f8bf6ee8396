"""Check a learner's function in a process of its own, where it cannot take the kernel along.

This is the kernel's side; `checked.py` is the process's. The keeper ends the process with all that it has started, in
time and before memory runs out, and no interrupt of the kernel reaches it. So there is always a verdict: a function that
loops for ever, or that ends its whole process, is told so, with the run so far.
"""

from __future__ import annotations

import ast
import functools
import inspect
import json
import os
import re
import secrets
import signal
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..live.processes.keeping import LOST, Child
from ..live.processes.latch import Latch
from ..live.processes.programs import program
from ..record.events import Event
from ..record.files import from_json
from .exercises import Exercise
from .frames import Listener

START_UP = 30.0
"""Seconds that a new process gets before its check begins. The machine may have other things to do."""
DEADLINE = 10.0
"""Seconds from the beginning of a check, or of another of its rounds, to its end by force. One that can end by itself takes
less."""
ROUNDS = 5
"""Rounds that have time of their own, at most."""
SPARE = 0.5
"""Seconds after which the process is ended from here, should the keeper not have done so: it may be what was attacked."""
MEMORY = 1_000_000_000
"""Bytes of memory that the check and all that it starts may hold. A right answer takes 60 MB; and on a shared server with
1 to 2 GB for each learner it would be the kernel that is ended when all is used."""
EVENTS = 50_000
"""Events of a run that are kept, its last."""
UNHEARD = 86
"""Exit status of a process that cannot tell any more (`checked.py`)."""
SPOILED = 87
"""Exit status of a process in which the check itself has failed (`checked.py`)."""
BOOT = "from zmqlab.learning.checked import main; main()"
PACKAGE_IS_IN = str(Path(__file__).parents[2])


@dataclass
class Verdict:
    """What became of a check: `kind` is "not attempted", "wrong", "exception" or "right".

    `law` is the key of the law that was broken, or "". `events` is the recorded run, `at` the moment (ns, as in the events) at which the law was broken, or None; `since`
    is when the part of the run began that matters.
    """

    kind: str
    title: str
    text: str = ""
    law: str = ""
    at: int | None = None
    since: int = 0
    printed: str = ""
    events: list[Event] = field(default_factory=list)


def check(exercise: Exercise, function: Any) -> Verdict:
    """Return what is to be said of a learner's function. Takes some seconds at most; raises nothing."""
    try:
        name = exercise.name
        if function is None:
            return Verdict("not attempted", "Not attempted", f"Run the cell that defines `{name}`, then check.")
        refused = _refused(name, function)
        if refused is not None:
            return refused
        try:
            source = program(function, name)
        except TypeError as problem:
            title = f"Not yet: {name} cannot be checked"
            return Verdict("wrong", title, f"The check runs in a process of its own. {problem}")
        if _is_blank(source, name):
            text = f"Write `{name}` in the cell above, run that cell, then check."
            return Verdict("not attempted", "Not attempted", text)
        return check_source(exercise, source)
    except Exception as problem:
        text = f"{type(problem).__name__}: {problem}. It says nothing about your function. Press Check again."
        return Verdict("not attempted", "The check itself failed", _shown(text))


def check_source(exercise: Exercise, source: str) -> Verdict:
    """Return what is to be said of a function with this source.

    Who watches may have been ended by what somebody else has started: so that is told of a function when it comes twice.
    """
    verdict = _checked(exercise, source)
    return verdict if verdict is not None else _checked(exercise, source) or UNWATCHED


def check_text(exercise: Exercise, text: str) -> Verdict:
    """Return what is to be said of a function that stands in a program, such as a file. Raises nothing."""
    name = exercise.name
    try:
        defined = any(getattr(node, "name", "") == name for node in ast.parse(text).body)
    except (SyntaxError, ValueError) as problem:
        words = f"{type(problem).__name__}: {problem}"
        return Verdict("exception", f"Your code raised {words}", "Python cannot read it.", "raises")
    if not defined:
        return Verdict("not attempted", "Not attempted", f"Nothing there is called `{name}`: write `def {name}(…):`.")
    if _is_blank(text, name):
        return Verdict("not attempted", "Not attempted", f"Write `{name}`: so far it does nothing.")
    return check_source(exercise, text)


def _checked(exercise: Exercise, source: str) -> Verdict | None:
    """Check once. None when nobody watched over it any more."""
    hearing = Hearing({"home": exercise.home, "exercise": exercise.name, "source": source})
    child = Child(
        [sys.executable, "-c", BOOT],
        hearing.work,
        name=f"check: {exercise.name}",
        environment=os.environ
        | {"PYTHONPATH": os.pathsep.join({PACKAGE_IS_IN: 0, _where(exercise.home): 0}), "PYTHONDONTWRITEBYTECODE": "1"},
        talks=True,
        errors="nobody",
        seconds=START_UP,
        memory=MEMORY,
    )
    child.start()
    try:
        hearing.wait(child)
    finally:
        child.end()
    return hearing.verdict(child)


def _where(home: str) -> str:
    """Return the folder from which a module is imported."""
    file = getattr(sys.modules.get(home), "__file__", None)
    return str(Path(file).resolve().parents[home.count(".")]) if file else PACKAGE_IS_IN


UNWATCHED = Verdict(
    "wrong",
    "Not yet: your function ended a process that is not its own",
    "It ended the process that started it, which watches over it. End none but what you have started.",
)


class Hearing:
    """What is heard of one check."""

    def __init__(self, task: dict[str, str]) -> None:
        token = secrets.token_hex(16)
        self._task = json.dumps(task | {"token": token}).encode()
        self._listener = Listener(token)
        self._events: deque[Event] = deque(maxlen=EVENTS)
        self._said: dict[str, Any] | None = None
        self._ready, self._over = Latch(), Latch()
        self._late = False
        self._rounds = 0

    def work(self, child: Child) -> None:
        """In a thread of its own: give the task, and hear what is told, until there is a verdict or nobody tells."""
        try:
            with suppress(OSError, ValueError):
                task = self._task
                while task:
                    task = task[child.input.write(task) :]
                child.input.close()
            while self._said is None and (said := child.read()):
                for told in self._listener.hear(said):
                    self._hear(child, told)
            if self._said is None:
                child.gone.wait(SPARE)  # and its status is known
        finally:
            self._ready.set()
            self._over.set()

    def _hear(self, child: Child, told: dict[str, Any]) -> None:
        with suppress(Exception):  # who knows the token can tell anything
            if "ready" in told:
                if self._rounds < ROUNDS:
                    child.limit(seconds=DEADLINE, memory=MEMORY)
                self._rounds += 1
                self._ready.set()
            elif "event" in told:
                self._events.append(from_json(told))
            elif "verdict" in told:
                Verdict(**told["verdict"])
                self._said = told["verdict"]

    def wait(self, child: Child) -> None:
        """Wait until all is said, or the time is over."""
        self._ready.wait(START_UP + SPARE)
        rounds = 1
        while not _waited(self._over, DEADLINE + SPARE):
            if rounds >= min(self._rounds, ROUNDS):  # no other has begun meanwhile
                self._late = True
                child.end_from_here()
                return
            rounds = min(self._rounds, ROUNDS)

    def verdict(self, child: Child) -> Verdict | None:
        """Return what is to be said; None when the keeper was lost."""
        if self._said is None and not self._late and child.why == LOST and not child.problem:
            return None
        verdict = _untold(child, self._late, self._ready.is_set()) if self._said is None else Verdict(**self._said)
        verdict.title, verdict.text, verdict.printed = map(_shown, (verdict.title, verdict.text, verdict.printed))
        events = [event for event in list(self._events) if event.time >= verdict.since]
        verdict.events = sorted(_without_rounds(events), key=lambda event: event.time)
        return verdict


def _without_rounds(events: list[Event]) -> list[Event]:
    """Return events in which an actor has the name of its first round, "you" for "you (2)", where nobody else has it."""
    names = {event.actor for event in events}
    plain = {name: re.sub(r" \(\d+\)$", "", name) for name in names}
    return [event if plain[event.actor] in names else event._replace(actor=plain[event.actor]) for event in events]


def _waited(latch: Latch, seconds: float) -> bool:
    """Wait as `looks` does: a moment in which this process got no processor counts for little."""
    spent = 0.0
    while spent < seconds:
        before = time.monotonic()
        if latch.wait(0.05):
            return True
        spent += min(time.monotonic() - before, 0.5)
    return latch.is_set()


def _shown(text: str) -> str:
    """Return text that can be sent to a page: half a character (a lone surrogate) cannot."""
    return text.encode("utf-8", "backslashreplace").decode()


def _untold(child: Child, late: bool, ready: bool) -> Verdict:
    """Return what is to be said of a process that ended before it could say anything itself."""
    if child.problem or (child.why == "deadline" and not ready):
        text = "This machine has too much to do just now, or no room for one more process. Press Check again."
        return Verdict("not attempted", "The check could not begin", f"{text} {child.problem}".strip())
    if child.why == "memory":
        text = "Does something grow without an end? A list that is never emptied, or a text that doubles?"
        return Verdict("wrong", f"Not yet: your function took more than {MEMORY / 1e9:g} GB of memory", text)
    if late or child.why == "deadline":
        text = "It stayed busy where not even Python can interrupt it. Is there a loop without an end?"
        return Verdict("wrong", "Not yet: your function did not come to an end", text)
    if child.status == UNHEARD or not child.gone.is_set():
        text = "The check could not hear any more how it went on. Close only what you have opened."
        return Verdict("wrong", "Not yet: your function closed a descriptor that is not its own", text)
    if child.status == SPOILED:
        text = "The check uses Python's own modules too. Leave the names in them as they are."
        return Verdict("wrong", "Not yet: your function changed what the check itself needs", text)
    status = child.status
    name = signal.Signals(-status).name if status < 0 else f"exit status {status}"
    text = "That would have taken this notebook's kernel along: here it ended a process of its own."
    return Verdict("wrong", f"Not yet: your function ended its whole process ({name})", text)


def _refused(name: str, function: Any) -> Verdict | None:
    """Return what is to be said of something that is no plain function. None for one that is."""
    write = f"Write `def {name}(…):`."
    if not callable(function):
        kind = type(function).__name__
        return Verdict("wrong", f"Not yet: {name} is no function", f"It is of type `{kind}`. {write}")
    inner = inspect.unwrap(function)
    if isinstance(function, functools.partial):
        what = f"It is made with `functools.partial`. {write} What the partial would pass, let the function use itself."
    elif inspect.isclass(function):
        what = f"It is a class. {write}"
    elif inspect.ismethod(function):
        what = f"It is a method of an object, which only this kernel has. {write}"
    elif inspect.iscoroutinefunction(inner):
        what = f"`async def` makes a coroutine, and the check calls a plain function. {write} Leave out `await` too."
    elif inspect.isgeneratorfunction(inner) or inspect.isasyncgenfunction(inner):
        what = "With `yield` in it, a call does not run one line of it. Take the `yield` out."
    elif getattr(inner, "__name__", "") == "<lambda>":
        what = f"It is a lambda. {write}"
    elif not inspect.isroutine(inner):
        what = f"It is an object of type `{type(function).__name__}`. {write}"
    else:
        return None
    return Verdict("wrong", f"Not yet: {name} is no plain function", what)


def _is_blank(source: str, name: str) -> bool:
    """Whether a function's body is nothing but its docstring, `...` and `pass`."""
    functions = [node for node in ast.parse(source).body if getattr(node, "name", "") == name]
    return bool(functions) and all(
        isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        for node in functions[-1].body
    )
