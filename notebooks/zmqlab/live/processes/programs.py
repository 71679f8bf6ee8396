"""A function with all that it names, as the text of a program: one way for scripts, actors in processes, and checks.

A process of its own shares no memory with this one. What the function names is therefore imported there, written
down there, or refused here, in words, before anything starts. Collections come as copies.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import functools
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any

from .expressions import NoExpression, expression, is_literal, shown
from .sources import NoText, text_of

FUTURE = __future__.annotations.compiler_flag
OPTIMIZED = 1
"""In a code's flags: a function's. A module's and a class's run where they are defined."""


def program(function: Callable, name: str = "") -> str:
    """Return the text of a program that defines `function` (as `name`) and what it names, and calls nothing.

    Raises `TypeError`, in words, when it names something that only this process has.
    """
    return Program(function, name).text()


def literals(function: Callable, arguments: dict[str, Any]) -> str:
    """Return arguments as text that `ast.literal_eval` reads. Raises `TypeError`, in words, when that is impossible."""
    check_literals(function, arguments)
    return repr(arguments)


def check_literals(function: Callable, arguments: dict[str, Any]) -> None:
    """Raise `TypeError`, in words, for an argument that cannot be written down."""
    for name, value in arguments.items():
        if not is_literal(value):
            raise TypeError(
                f"{function.__name__}() is given {name}={shown(value)}, which cannot go into a process of its own: "
                "text, bytes, numbers, and lists, tuples, sets and dicts of them can"
            )


@dataclass
class Piece:
    """One thing of the program: its text, and what must stand before it, and what only must stand somewhere."""

    name: str
    text: str
    before: list[str] = field(default_factory=list)
    besides: list[str] = field(default_factory=list)

    @property
    def is_constant(self) -> bool:
        return not self.text.startswith(("def ", "async def ", "class ", "@"))


class Program:
    """What a function needs, gathered: `imports` (lines), and pieces of text in an order in which they run."""

    def __init__(self, function: Callable, name: str = "") -> None:
        self.imports: dict[str, None] = {}
        self.values: dict[str, Any] = {}
        self._pieces: dict[str, Piece] = {}
        self._by: list[Callable] = [function]
        self._future = False
        self.function = _disguised(function)
        if not isinstance(self.function, FunctionType):
            raise TypeError(
                f"{_name(function)} cannot run in a process of its own: it has no text in Python: write it in a cell, as `def …`"
            )
        self._home = getattr(function, "__module__", None)
        own = self.function.__name__
        self._need(own, function)
        self.name = name or own
        if self.name != own:
            self._pieces[self.name] = Piece(self.name, f"{self.name} = {own}", before=[own])

    def text(self, *, more_imports: tuple[str, ...] = ()) -> str:
        """Return the program: imports, constants, definitions."""
        lines = dict.fromkeys((*self.imports, *more_imports))
        first = "from __future__ import annotations\n\n" if self._future else ""
        parts = [first + imports(lines)] if lines or first else []
        group: list[str] = []
        for piece in self.ordered():
            if piece.is_constant:
                group.append(piece.text)
                continue
            parts += ["\n".join(group)] if group else []
            group = []
            parts.append(piece.text.strip("\n"))
        parts += ["\n".join(group)] if group else []
        return "\n\n\n".join(parts) + "\n"

    @property
    def names(self) -> set[str]:
        """What the program defines."""
        return set(self._pieces)

    def ordered(self) -> list[Piece]:
        """Return the pieces so that each stands below what it needs when it is made; where it can be, below all it names."""
        done: dict[str, Piece] = {}
        at_it: set[str] = set()

        def place(name: str) -> None:
            if name in done or name in at_it:
                return
            piece = self._pieces[name]
            if at_it & self._needed_to_make(piece):
                return  # it is placed when that is done
            at_it.add(name)
            for other in [*piece.before, *piece.besides]:
                place(other)
            at_it.discard(name)
            done[name] = piece

        while len(done) < len(self._pieces):
            for name, piece in list(self._pieces.items()):
                if piece.is_constant:
                    place(name)
            for name in list(self._pieces):
                place(name)
        return list(done.values())

    def _needed_to_make(self, piece: Piece) -> set[str]:
        """All that must stand before a piece: what it needs is called then, and needs all that it names."""
        found: set[str] = set()
        waiting = list(piece.before)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [*self._pieces[name].before, *self._pieces[name].besides]
        return found

    # what is needed

    def _need(self, name: str, value: Any) -> None:
        """See to it that `name` means the same in the program. Raises `TypeError`, in words."""
        if name in self.values:
            former = self.values[name]
            if _disguised(former, name) is not _disguised(value, name) and not _same(former, value):
                raise TypeError(
                    f"{self._who()} needs two different things that are called {name} "
                    f"({shown(former)} and {shown(value)}): give one of them another name"
                )
            return
        self.values[name] = value
        line = _import(name, value, self._home)
        if line:
            self.imports[line] = None
            return
        original = _disguised(value, name)
        try:
            if isinstance(original, FunctionType | type) and self._is_ours(original):
                if original.__name__ != name:
                    self._need(original.__name__, value)
                    self._pieces[name] = Piece(name, f"{name} = {original.__name__}", before=[original.__name__])
                else:
                    self._define(name, original)
                return
            before: list[str] = []
            text = expression(value, lambda thing: self._refer(thing, before), margin=len(name) + 3)
            self._pieces[name] = Piece(name, f"{name} = {text}", before=before)
        except NoText as problem:
            self._refuse_text(name, value, problem)
        except NoExpression:
            raise TypeError(
                f"{self._who()} names {name} ({shown(value)}), which only this process has: a process of its own "
                "shares no memory with it. Make it inside the function, or pass it where you start the actor."
            ) from None

    def _refuse_text(self, name: str, value: Any, problem: NoText) -> None:
        if len(self._by) == 1 and value is self._by[0]:
            raise TypeError(f"{_name(value)} cannot run in a process of its own: {problem}") from None
        raise TypeError(f"{self._who()} names {name}, which cannot go into a process of its own: {problem}") from None

    def _who(self) -> str:
        return f"{_name(self._by[-1])}()"

    def _is_ours(self, thing: Any) -> bool:
        return thing.__module__ == self._home or thing.__module__ == "__main__" or thing.__module__ not in sys.modules

    def _refer(self, thing: Any, before: list[str]) -> str | None:
        """Return the name of a module, a function or a class, and see to it that it is there."""
        if isinstance(thing, ModuleType):
            name = thing.__name__.partition(".")[0]
            self._need(name, sys.modules[name])
            return thing.__name__
        public = _public(thing)
        if public:
            self._need(public.partition(".")[0], sys.modules[public.partition(".")[0]])
            return public
        name = getattr(thing, "__name__", None)
        if not isinstance(name, str) or not callable(thing):
            return None
        if getattr(builtins, name, None) is thing:
            return name
        written = isinstance(_disguised(thing, name), FunctionType | type)
        if not written and not _import(name, thing, self._home):
            return None
        self._need(name, thing)
        before += [name] if name in self._pieces else []
        return name

    def _define(self, name: str, thing: Any) -> None:
        text = text_of(thing)
        piece = self._pieces[name] = Piece(name, text)
        self._by.append(thing)
        codes = [thing.__code__] if isinstance(thing, FunctionType) else []
        codes += [one.__code__ for one in vars(thing).values() if isinstance(one, FunctionType)] if not codes else []
        future = any(code.co_flags & FUTURE for code in codes)
        self._future |= future
        code = compile(text, name, "exec", flags=FUTURE if future else 0, dont_inherit=True)
        known = _surroundings(thing, self._home)
        making = dict.fromkeys(_names(code, making=True))
        names = making | dict.fromkeys(_names(code, making=False))
        # What is imported first: a value that is written down may need a name that is taken.
        for one in sorted(names, key=lambda one: not (one in known and _import(one, known[one], self._home))):
            if one == name or (one.startswith("__") and one.endswith("__")):
                continue  # itself, and what every module has
            if one not in known:
                if one in making and not hasattr(builtins, one):
                    raise TypeError(
                        f"{self._who()} names {one}, which cannot be found any more: define it in a cell, and run that cell"
                    )
                continue  # nobody knows it: whoever calls the function gets to know that
            if known[one] is getattr(builtins, one, known):
                continue
            self._need(one, known[one])
            if isinstance(known[one], ModuleType):
                self.imports |= dict.fromkeys(_submodules(text, one, known[one]))
            if one in self._pieces:
                (piece.before if one in making else piece.besides).append(one)
        self._by.pop()


def imports(lines: dict[str, None]) -> str:
    """Return lines of imports as one writes them: the standard library first, modules before names, each once."""
    groups: dict[bool, list[str]] = {True: [], False: []}
    for line in sorted(lines, key=lambda line: (line.startswith("from"), line.lower())):
        groups[line.split()[1].partition(".")[0] in sys.stdlib_module_names].append(line)
    return "\n\n".join("\n".join(group) for group in groups.values() if group)


def _name(thing: Any) -> str:
    while isinstance(thing, functools.partial):
        thing = thing.func
    return getattr(thing, "__name__", type(thing).__name__)


def _same(one: Any, other: Any) -> bool:
    try:
        return type(one) is type(other) and is_literal(one) and bool(one == other)
    except Exception:
        return False


def _surroundings(thing: Any, home: str | None) -> dict[str, Any]:
    """Return what the names in the text of a function or a class mean."""
    functions = [thing] if isinstance(thing, FunctionType) else []
    if isinstance(thing, type):
        members = (getattr(one, "__func__", getattr(one, "fget", one)) for one in vars(thing).values())
        functions = [one for one in members if isinstance(one, FunctionType)]
    known = dict(vars(sys.modules[thing.__module__])) if thing.__module__ in sys.modules else {}
    for base in thing.__mro__[1:] if isinstance(thing, type) else ():
        known.setdefault(base.__name__, base)
    for function in functions:
        if not function.__code__.co_filename.startswith("<string"):
            known |= function.__globals__
    for function in functions:
        for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
            with suppress(ValueError):  # not given a value yet
                known[name] = cell.cell_contents
    return known


def _names(code: CodeType, making: bool) -> Iterator[str]:
    """Yield the global names of a text: those that are needed where it is made, or those of what is called later."""
    stored: set[str] = set()
    for instruction in dis.get_instructions(code):
        if instruction.opname == "STORE_NAME":
            stored.add(instruction.argval)
        reads = instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_GLOBALS")
        if making and reads and instruction.argval not in stored:
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            later = inner.co_flags & OPTIMIZED and not inner.co_name.startswith("<")
            if not later:
                yield from _names(inner, making)
            elif not making:
                yield from _names(inner, True)
                yield from _names(inner, False)


def _submodules(text: str, name: str, module: ModuleType) -> Iterator[str]:
    """Yield the imports of what a text uses below a package: `xml.dom.minidom` is not there by `import xml`."""
    for node in ast.walk(ast.parse(text)):
        parts: list[str] = []
        inner: ast.AST = node
        while isinstance(inner, ast.Attribute):
            parts.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name) and inner.id == name:
            path = module.__name__
            for part in parts:
                outer, path = sys.modules[path], f"{path}.{part}"
                if not isinstance(sys.modules.get(path), ModuleType):
                    break
                if part not in _imported_by(outer):
                    yield f"import {path}"


def _imported_by(package: ModuleType) -> set[str]:
    """Return the submodules that a package imports by itself."""
    try:
        tree = ast.parse(inspect.getsource(package))
    except (OSError, TypeError, SyntaxError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {part for alias in node.names for part in alias.name.split(".")}
            found |= set((getattr(node, "module", None) or "").split("."))
    return found


def _import(name: str, value: Any, home: str | None) -> str:
    """Return the line that imports a value under a name; "" when it cannot be imported."""
    if isinstance(value, ModuleType):
        if value.__name__ == "__main__":
            return ""
        return f"import {value.__name__}" if value.__name__ == name else f"import {value.__name__} as {name}"
    public = _public(value)
    if public:
        module, _, own = public.rpartition(".")
    else:
        module, own = getattr(value, "__module__", None) or "", getattr(value, "__qualname__", "")
        if module in ("__main__", home, "builtins") or module not in sys.modules or not isinstance(own, str):
            return ""
        if getattr(sys.modules[module], own, None) is not value:
            return ""
    return f"from {module} import {own}" if own == name else f"from {module} import {own} as {name}"


def _public(value: Any) -> str | None:
    """Return what something of pyzmq is called there: `zmq.REQ`, `zmq.Context`. None for all else.

    A name that a lab has taken over to record it (`zmq.proxy`) is pyzmq's own there.
    """
    name = getattr(value, "__name__", None) or getattr(value, "name", None)
    home = getattr(value, "__module__", None)
    if not isinstance(name, str) or not isinstance(home, str) or not home.startswith("zmq"):
        return None
    for module in ("zmq", *sorted(one for one in list(sys.modules) if one.startswith("zmq.") and "._" not in one)):
        if vars(sys.modules[module]).get(name) is value:
            return f"{module}.{name}"
    return None


def _has_decorators(function: Any) -> bool:
    try:
        return text_of(function).lstrip().startswith("@")
    except NoText:
        return False


def _disguised(value: Any, name: str = "") -> Any:
    """Return the function whose text, with its decorators, makes `value`. Without decorators that is `value` itself."""
    name = name or getattr(value, "__name__", "")
    for one in _behind(value):
        here = one.__name__ == name or one.__globals__.get(one.__name__) is value
        if here and _has_decorators(one):
            return one
    return value


def _behind(value: Any) -> Iterator[FunctionType]:
    """Yield the functions that a wrapper holds: as `__wrapped__`, in a closure, or as an attribute of an object."""
    if isinstance(value, type | ModuleType):
        return
    waiting, seen = [*getattr(value, "__dict__", {}).values(), *_held(value)], 0
    while waiting and seen < 50:
        one, seen = waiting.pop(0), seen + 1
        if isinstance(one, FunctionType):
            yield one
        if callable(one) and not isinstance(one, type):
            waiting += _held(one)


def _held(wrapper: Any) -> list[Any]:
    found = [getattr(wrapper, "__wrapped__", None)]
    for cell in getattr(wrapper, "__closure__", None) or ():
        with suppress(ValueError):  # not given a value yet
            found.append(cell.cell_contents)
    return found
