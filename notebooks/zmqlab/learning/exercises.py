"""What an exercise is: a task, hints, a solution, the wrong answers that are known, and the check that tells them apart.

All of one exercise stands in one lesson's folder. Solutions and wrong answers are functions, as a learner would write
them: a test proves that the solution passes, and that each wrong answer is told which law it breaks.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ..record.events import Event

if TYPE_CHECKING:
    from .arena import Arena


class Wrong(Exception):
    """The function under test broke a law. `title` says what went wrong, `text` why and what to do.

    `event` is the event of the run that broke the law, or None: then it is the end of the run. `law` is the law's key.
    """

    def __init__(self, title: str, text: str, event: Event | None = None, law: str = "") -> None:
        super().__init__(title)
        self.title, self.text, self.event, self.law = title, text, event, law


class Refused(NamedTuple):
    """A wrong answer that is known: the key of the law that it breaks, its source, and what its verdict says, in part."""

    law: str
    source: str
    says: str


@dataclass(frozen=True)
class Exercise:
    """A function to write, called `name`.

    `task` says what it must do. `check` gets an arena and the function; it returns in words what went well, or
    raises `Wrong`. `hints` are read one after the other. `model` is a function that passes. `home` is the module that
    holds the exercise, `__name__` there: the process of a check finds it by that. With `runs`, what a right answer did
    can be watched, too.
    """

    name: str
    title: str
    task: str
    check: Callable[[Arena, Callable], str]
    hints: tuple[str, ...]
    model: Callable
    home: str
    refused: list[Refused] = field(default_factory=list)
    runs: bool = False

    def refused_by(self, law: str, says: str = "") -> Callable[[Callable], Callable]:
        """Keep a function as a wrong answer, which is told that it breaks this law: `@ASK.refused_by("closes")`."""

        def keep(function: Callable) -> Callable:
            self.refused.append(Refused(law, source_of(function, self.name), says))
            return function

        return keep

    @property
    def solution(self) -> str:
        """The source of a function that passes, with what it imports beyond pyzmq."""
        return source_of(self.model, self.name, besides=("zmq",))


def source_of(function: Callable, name: str, besides: tuple[str, ...] = ()) -> str:
    """Return the text of a function as a learner would have it: called `name`, below what its module imports for it.

    Decorators are left out, and so are imports of zmqlab and of what stands in `besides`.
    """
    module = sys.modules[function.__module__]
    lines, _ = inspect.getsourcelines(function)
    tree = ast.parse("".join(lines))
    definition = tree.body[0]
    lines = lines[definition.lineno - 1 :]
    lines[0] = lines[0].replace(f"def {function.__name__}(", f"def {name}(", 1)
    used = {node.id for node in ast.walk(definition) if isinstance(node, ast.Name)}
    imports = [line for line, names in _imports(module) if used & names - set(besides)]
    return "".join(f"{line}\n" for line in imports) + ("\n\n" if imports else "") + "".join(lines)


def _imports(module: object) -> list[tuple[str, set[str]]]:
    """Return the lines by which a module imports what is not ours, with the names that each makes."""
    found = []
    for node in ast.parse(inspect.getsource(module)).body:
        ours = isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith(("zmqlab", "__")))
        if isinstance(node, ast.Import | ast.ImportFrom) and not ours:
            found.append((ast.unparse(node), {(alias.asname or alias.name).split(".")[0] for alias in node.names}))
    return found
