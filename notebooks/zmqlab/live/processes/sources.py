"""A function as text that can leave this process: its own source, and that of all it names.

A process of its own shares no memory with this one. What the function names is therefore imported there, defined
there, or refused here, in words, before anything starts.
"""

from __future__ import annotations

import ast
import builtins
import dis
import functools
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, ModuleType
from typing import Any

LITERALS = (bool, int, float, complex, str, bytes, tuple, type(None))


def source_of(function: Callable) -> str:
    """Return the source of a function, beginning at the left margin."""
    return textwrap.dedent(inspect.getsource(function))


def program(function: Callable) -> str:
    """Return the text of a program that defines `function` and what it names, and calls nothing.

    Raises `TypeError`, in words, when it names something that only this process has.
    """
    imports, functions, waiting = [], {}, [function]
    while waiting:
        one = waiting.pop()
        functions[one.__name__] = text = _definition(one)
        for name, value in _named(one, text):
            value = value.__wrapped__ if isinstance(value, functools._lru_cache_wrapper) else value
            if isinstance(value, FunctionType) and value.__module__ == function.__module__ and value.__name__ == name:
                waiting += [value] if name not in functions else []
            else:
                imports.append(_line(one, name, value))
    return "\n".join([*dict.fromkeys(imports), *reversed(functions.values())])


def literals(function: Callable, arguments: dict[str, Any]) -> str:
    """Return arguments as text that `ast.literal_eval` reads. Raises `TypeError`, in words, when that is impossible."""
    for name, value in arguments.items():
        if not _is_literal(value):
            raise TypeError(
                f"{function.__name__}() is given {name}={_shown(value)}, which cannot go into a process of its own: "
                "text, bytes, numbers, and lists, tuples, sets and dicts of them can"
            )
    return repr(arguments)


def _definition(function: Callable) -> str:
    try:
        text = source_of(function)
        plain = isinstance(ast.parse(text).body[0], ast.FunctionDef)
    except (OSError, TypeError, SyntaxError):
        plain = False
    if not plain:
        raise TypeError(f"{function.__name__} cannot run in a process of its own: write it in a cell, as `def …`")
    return text


def _named(function: Callable, text: str) -> Iterator[tuple[str, Any]]:
    """Yield what the text of a function names of its surroundings, with its value. What nobody knows is left out."""
    known = {**function.__globals__, **inspect.getclosurevars(function).nonlocals}
    for name in dict.fromkeys(_names(compile(text, function.__name__, "exec"))):
        if name in known and known[name] is not function and known[name] is not getattr(builtins, name, known):
            yield name, known[name]


def _names(code: CodeType) -> Iterator[str]:
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def _line(function: Callable, name: str, value: Any) -> str:
    """Return the line of a program that gives a value its name."""
    if isinstance(value, ModuleType):
        return f"import {value.__name__} as {name}"
    home, own_name = getattr(value, "__module__", None), getattr(value, "__qualname__", "")
    elsewhere = home in sys.modules and home not in ("__main__", function.__module__)
    if elsewhere and getattr(sys.modules[home], own_name, None) is value:
        return f"from {home} import {own_name} as {name}"
    if isinstance(value, LITERALS) and _is_literal(value):
        return f"{name} = {value!r}"
    raise TypeError(
        f"{function.__name__}() names {name} ({_shown(value)}), which only this process has: a process of its own "
        "shares no memory with it. Make it inside the function, or pass it where you start the actor."
    )


def _is_literal(value: Any) -> bool:
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _shown(value: Any) -> str:
    words = repr(value)
    return words if len(words) <= 40 else f"{words[:39]}…"
