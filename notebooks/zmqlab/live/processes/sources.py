"""The text of a function or a class, as its author wrote it: from a file, or from the notebook's cells."""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any


class NoText(TypeError):
    """There is no text of something. Says why, and what to do."""


def text_of(thing: Any) -> str:
    """Return the text of a function or a class with its decorators, beginning at the left margin. Raises `NoText`."""
    return _of_class(thing) if inspect.isclass(thing) else _of_function(thing)


def _of_function(function: Callable) -> str:
    name = getattr(function, "__name__", "it")
    code = getattr(inspect.unwrap(function), "__code__", None)
    if name == "<lambda>":
        raise NoText("a lambda has no text of its own: write it in a cell, as `def …`")
    if code is None:
        raise NoText(f"{name} has no text in Python: write a function around it in a cell, as `def …`")
    try:
        text = textwrap.dedent(inspect.getsource(function))
        definition = ast.parse(text).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        raise NoText(f"{name} has no text that can be found: {_why_not(code.co_filename)}") from None
    if not isinstance(definition, ast.FunctionDef | ast.AsyncFunctionDef):
        raise NoText(f"{name} has no text of its own: write it in a cell, as `def …`")
    return text


def _why_not(file: str) -> str:
    if file.startswith("<timed"):
        return "a line such as `%%time` stands above it. Take that line out, run the cell again, and it is, as `def …`"
    if file in ("<stdin>", "<string>") or file.startswith("<python-input"):
        return "it was typed where no text is kept. Write it in a notebook's cell or in a file, as `def …`"
    return "write it in a cell, as `def …`, and run that cell"


def _of_class(kind: type) -> str:
    for lines, definition in _definitions_of(kind):
        first = min([definition.lineno, *(one.lineno for one in definition.decorator_list)])
        return textwrap.dedent("".join(lines[first - 1 : definition.end_lineno]))
    raise NoText(f"the class {kind.__name__} has no text that can be found: write it in a cell, and run that cell")


def _definitions_of(kind: type) -> Iterator[tuple[list[str], ast.ClassDef]]:
    """Yield where a class may be defined, the surest first: around one of its methods, in its module, in a cell."""
    for code in _methods(kind):
        for lines, definition in _classes(code.co_filename, kind.__name__):
            if definition.lineno <= code.co_firstlineno <= definition.end_lineno:
                yield lines, definition
    try:
        files = [inspect.getsourcefile(kind) or ""]
    except (TypeError, OSError):
        files = []
    # A class without methods (an enum, a dataclass) does not say where it was written: the cells are looked through,
    # the latest first, for one that has just what it has.
    for file in [*files, *reversed(list(linecache.cache))]:
        for lines, definition in _classes(file, kind.__name__):
            if _may_be(kind, definition):
                yield lines, definition


def _methods(kind: type) -> Iterator[Any]:
    for member in vars(kind).values():
        for one in (member, *(getattr(member, name, None) for name in ("fget", "__func__", "func", "__wrapped__"))):
            code = getattr(inspect.unwrap(one) if isinstance(one, FunctionType) else one, "__code__", None)
            if code is not None and not code.co_filename.startswith("<string"):
                yield code


def _classes(file: str, name: str) -> Iterator[tuple[list[str], ast.ClassDef]]:
    lines = linecache.getlines(file)
    if not any(name in line for line in lines):
        return
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError):
        return
    for node in reversed(list(ast.walk(tree))):
        if isinstance(node, ast.ClassDef) and node.name == name:
            yield lines, node


def _may_be(kind: type, definition: ast.ClassDef) -> bool:
    """Whether a definition has the members that a class has, with the values that are known."""
    members: dict[str, Any] = {}
    for node in definition.body:
        if isinstance(node, ast.Assign):
            members |= {target.id: node.value for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            members[node.target.id] = node.value
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            members[node.name] = None
    has = vars(kind).keys() | getattr(kind, "__annotations__", {}).keys() | getattr(kind, "__members__", {}).keys()
    if not members.keys() <= has:
        return False
    return all(_has_value(kind, name, value) for name, value in members.items() if isinstance(value, ast.Constant))


def _has_value(kind: type, name: str, value: ast.Constant) -> bool:
    member = getattr(kind, name, value.value)
    if name in getattr(kind, "__members__", {}):
        return bool(getattr(member, "value", member) == value.value)
    return bool(member == value.value) or type(member).__name__ in ("member_descriptor", "_tuplegetter")
