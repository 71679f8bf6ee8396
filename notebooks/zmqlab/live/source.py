"""A function taken out of its notebook: its source, and that of all it names, as text that runs by itself."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
import types
from collections.abc import Callable, Iterator
from typing import Any


def source_of(function: Callable) -> str:
    """Return the text of a function alone, without indentation. Raises `ValueError` when it has none."""
    try:
        return textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError) as problem:
        raise ValueError(f"{function!r} was not written in a cell or a file: its source cannot be read") from problem


def with_all_it_names(function: Callable) -> str:
    """Return the text of a function, after that of the imports, functions, classes and plain values it names.

    What can be taken along in no such way (a socket, a thread, an open file) is left out: the function then raises
    a `NameError` when it comes to it.
    """
    found: dict[str, str] = {}
    _take(function, found)
    order = sorted(found.values(), key=lambda text: not text.startswith(("import ", "from ")))
    return "\n\n".join(order) + "\n"


def _take(thing: Any, found: dict[str, str]) -> None:
    """Add a function or class of the notebook to what was found, after all it names."""
    found[thing.__name__] = ""  # it may name itself
    for name in _names_in(source_of(thing)):
        spaces = inspect.unwrap(thing).__globals__ if isinstance(thing, types.FunctionType) else vars(_module(thing))
        if name in spaces and name not in found:
            _take_value(name, spaces[name], thing.__module__, found)
    del found[thing.__name__]
    found[thing.__name__] = source_of(thing)


def _take_value(name: str, value: Any, home: str, found: dict[str, str]) -> None:
    if isinstance(value, types.ModuleType):
        found[name] = f"import {value.__name__} as {name}" if value.__name__ != name else f"import {name}"
    elif isinstance(value, types.FunctionType | type) and value.__module__ == home:
        _take(value, found)
    elif isinstance(value, types.FunctionType | types.BuiltinFunctionType | type):
        found[name] = f"from {value.__module__} import {value.__name__} as {name}"
    elif _is_plain(value):
        found[name] = f"{name} = {value!r}"


def _names_in(source: str) -> Iterator[str]:
    """Yield every name that a source reads, in order."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    yield from dict.fromkeys(node.id for node in nodes if isinstance(node.ctx, ast.Load))


def _is_plain(value: Any) -> bool:
    try:
        return ast.literal_eval(repr(value)) == value
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def _module(thing: Any) -> types.ModuleType:
    return sys.modules[thing.__module__]
