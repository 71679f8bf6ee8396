"""The same plain functions as scripts, each in a process of its own: what a learner takes away."""

from __future__ import annotations

import ast
import inspect
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..callables import check_kind, for_a_process
from .expressions import expression
from .keeping import Child, Folder, in_background
from .latch import Latch
from .programs import Program, check_literals

KEPT = 10_000_000
"""Bytes that are kept of what a script prints, half of them from its beginning and half from its end."""
ROWS = 12
"""Lines of what a script printed, its last, that are told when the time is over."""
WORDS = 2_000
"""Letters of these."""
PATIENCE = 5.0
"""Seconds in which a process that was killed must have gone."""
LOOK = 0.05
"""Seconds between two looks whether somebody still waits."""


class Script:
    """A function and a call of it, as the text of a script that needs pyzmq and nothing else.

    Raises `TypeError`, in words, for what cannot be written down.
    """

    def __init__(self, function: Callable, arguments: dict[str, Any]) -> None:
        check_kind(function)
        inner, given = for_a_process(function, arguments)
        wanted = inspect.signature(inner).parameters
        given = {name: value for name, value in given.items() if name in wanted or name != "endpoint"}
        _check(inner, given)
        check_literals(inner, given)
        self.name = inner.__name__
        program = Program(inner)
        closes = "context" in wanted and "context" not in given and _may_be_closed_here(program)
        made = {
            "context": ("import zmq", "context" if closes else "zmq.Context()"),
            "pause": ("import time", "time.sleep"),
        }
        if program.values.get("time", time) is not time:
            made["pause"] = ("from time import sleep as pause", "pause")
        used = [name for name in made if name in wanted and name not in given]
        texts = {name: expression(value, lambda thing: None) for name, value in given.items()}
        call = _call(self.name, wanted, texts | {name: made[name][1] for name in used})
        if _returns_something(program):
            call = f"print({call})"
        if closes:
            call = f"with zmq.Context() as context:\n    {call}"
        self.text = f"{program.text(more_imports=tuple(made[name][0] for name in used))}\n\n{call}\n"

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__


class Run(NamedTuple):
    """What became of a script: the id of its process, what it printed, its exit status (None: it was ended)."""

    name: str
    pid: int
    output: str
    status: int | None


def run_together(scripts: Iterable[Script], seconds: float) -> list[Run]:
    """Run scripts in processes of their own until the last given ends, for so many seconds at most.

    Raises `TimeoutError`, which tells what each had printed. All have ended when it returns, also when it is interrupted.
    """
    together = Together(list(scripts), seconds, sys._getframe(), threading.get_ident())
    try:
        in_background(together.work, "zmqlab scripts")
        together.over.wait()
    finally:
        together.wanted = False
        together.over.wait(PATIENCE)
    if together.problem is not None:
        raise together.problem
    return together.runs


class Together:
    """Scripts that run at the same time. `work` is done in a thread of its own, which no interrupt reaches.

    Who waits may be interrupted twice, and then also where it says that it waits no longer. So `work` looks whether the
    frame that waits is still there.
    """

    def __init__(self, scripts: list[Script], seconds: float, waits: Any, thread: int) -> None:
        self.scripts, self.seconds = scripts, seconds
        self.wanted, self.over = True, Latch()
        self.runs: list[Run] = []
        self.problem: BaseException | None = None
        self._waits, self._thread = waits, thread

    def work(self) -> None:
        """Run the scripts, and end them."""
        try:
            if self.scripts:
                with Folder("zmqlab-scripts-") as folder:
                    self._run_in(folder)
        except BaseException as problem:
            self.problem = problem
        finally:
            self._waits = None
            self.over.set()

    def _run_in(self, folder: str) -> None:
        printers = [Printer(number, script, folder) for number, script in enumerate(self.scripts)]
        try:
            for printer in printers:
                printer.child.start()
            last = printers[-1].child
            until = time.monotonic() + self.seconds
            while not last.gone.wait(LOOK) and time.monotonic() < until and self._is_wanted():
                pass
            late = not last.gone.is_set()
        finally:
            for printer in printers:
                printer.child.end()
            for printer in printers:
                printer.child.done.wait(PATIENCE)
        self.runs = [printer.run() for printer in printers]
        if late:
            self.problem = TimeoutError(_what_became_of(self.runs, self.seconds))

    def _is_wanted(self) -> bool:
        frame = sys._current_frames().get(self._thread)
        while frame is not None and frame is not self._waits:
            frame = frame.f_back
        return self.wanted and frame is not None


class Printer:
    """One script at work, and what it prints. It is read all the time, so that it never waits for a reader."""

    def __init__(self, number: int, script: Script, folder: str) -> None:
        self.name = script.name
        file = Path(folder, f"{number}_{script.name}.py")
        file.write_text(script.text, encoding="utf-8", newline="\n")
        here = os.pathsep.join(path or os.getcwd() for path in sys.path)
        environment = os.environ | {"PYTHONIOENCODING": "utf-8", "PYTHONPATH": here, "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-u", "-X", "utf8", str(file)]
        self.child = Child(command, self._read, name=f"{script.name} (script)", folder=folder, environment=environment)
        self._first, self._last, self._left_out = bytearray(), bytearray(), 0

    def _read(self, child: Child) -> None:
        while said := child.read():
            room = max(0, KEPT // 2 - len(self._first))
            self._first += said[:room]
            self._last += said[room:]
            if len(self._last) > KEPT:
                self._left_out += len(self._last) - KEPT // 2
                del self._last[: -KEPT // 2]

    def run(self) -> Run:
        """Return what became of it."""
        left_out = f"\n… ({self._left_out} bytes are left out here) …\n".encode() if self._left_out else b""
        output = bytes(self._first + left_out + self._last).decode("utf-8", "replace").replace("\r\n", "\n")
        if self.child.problem:
            output += f"It could not be started: {self.child.problem}"
        return Run(self.name, self.child.pid, output, None if self.child.why else self.child.status)


def _what_became_of(runs: list[Run], seconds: float) -> str:
    """Return what is to be said when the last script had not ended in time."""
    *others, last = runs
    told = [f"{last.name} had not ended after {seconds:g} s. {_printed(last)}"]
    for run in others:
        how = "was still at work" if run.status is None else f"had ended{_with(run)}"
        told.append(f"{run.name} {how}. {_printed(run)}")
    return "\n".join(told)


def _with(run: Run) -> str:
    if run.status == 0:
        return ""
    rows = run.output.strip().splitlines()
    raised = rows and "Traceback (most recent call last)" in run.output
    return f" with {rows[-1].strip()}" if raised else f" with exit status {run.status}"


def _printed(run: Run) -> str:
    text = run.output.strip()
    if not text:
        return "It had printed nothing."
    shown = "\n".join(text.splitlines()[-ROWS:])[-WORDS:]
    return f"It had printed:\n{shown}" if shown == text else f"It had printed, at the end:\n…\n{shown}"


def _check(function: Callable, given: dict[str, Any]) -> None:
    """Raise `TypeError`, in words, for an argument that is missing, or not known."""
    wanted = inspect.signature(function).parameters
    missing = [
        name
        for name, one in wanted.items()
        if one.default is one.empty
        and one.kind not in (one.VAR_POSITIONAL, one.VAR_KEYWORD)
        and name not in given.keys() | {"context", "pause"}
    ]
    if missing:
        raise TypeError(f"{function.__name__}() wants {', '.join(missing)}: pass it where you make the script")
    unknown = [name for name in given if name not in wanted]
    if unknown and not any(one.kind is one.VAR_KEYWORD for one in wanted.values()):
        raise TypeError(f"{function.__name__}() has no argument called {', '.join(unknown)}")


def _may_be_closed_here(program: Program) -> bool:
    """Whether a script may close its context with `with`: that closes sockets, and those of other threads it must not."""
    return "context" not in program.names and not any("thread" in line for line in program.imports)


def _returns_something(program: Program) -> bool:
    """Whether there is anything to print of what the function returns. What never returns prints nothing."""
    try:
        [function] = [node for node in ast.parse(program.text()).body if getattr(node, "name", "") == program.name]
    except (SyntaxError, ValueError):
        return True
    if not isinstance(function, ast.FunctionDef):
        return True
    return any(isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value for node in _own(function))


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Return what stands in a function, and in no function within it."""
    for inner in ast.iter_child_nodes(node):
        if not isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield inner
            yield from _own(inner)


def _call(name: str, wanted: Any, texts: dict[str, str]) -> str:
    """Return the call: arguments by place as far as that goes, then by name."""
    given, by_place = [], True
    for one in wanted.values():
        by_place = by_place and one.name in texts and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        if by_place:
            given.append(texts.pop(one.name))
    return f"{name}({', '.join([*given, *(f'{name}={text}' for name, text in texts.items())])})"
