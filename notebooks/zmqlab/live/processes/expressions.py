"""A value as an expression: text that makes an equal one in another process."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import enum
import functools
import logging
import math
import sys
from collections.abc import Callable
from typing import Any

WIDE = 100
"""Letters of a line. A longer collection stands on several."""
Refer = Callable[[Any], str | None]
"""Says by which name a function, a class or a module can be called there; None when it cannot."""


class NoExpression(TypeError):
    """A value that only this process has."""


def is_literal(value: Any) -> bool:
    """Whether a value can be written as Python writes it: text, bytes, numbers, and collections of them."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def shown(value: Any) -> str:
    """Return a value for a sentence, not too long."""
    try:
        words = repr(value)
    except Exception:  # a class of the learner's may raise what it likes
        words = f"a {type(value).__name__}"
    return words if len(words) <= 40 else f"{words[:39]}…"


def expression(value: Any, refer: Refer, margin: int = 0) -> str:
    """Return the text that makes a value. `refer` is asked for what stands elsewhere. Raises `NoExpression`."""
    try:
        return _in_lines(value, refer, margin)
    except RecursionError:
        raise NoExpression(shown(value)) from None


def _in_lines(value: Any, refer: Refer, margin: int) -> str:
    text = _text(value, refer)
    if len(text) + margin <= WIDE or type(value) not in (list, tuple, set, dict) or len(value) < 2:
        return text
    rows = [
        f"{_text(key, refer)}: {_text(one, refer)}" if isinstance(value, dict) else _text(one, refer)
        for key, one in (value.items() if isinstance(value, dict) else ((one, one) for one in value))
    ]
    return text[0] + "\n" + "".join(f"    {row},\n" for row in rows) + text[-1]


def _text(value: Any, refer: Refer) -> str:
    kind = type(value)
    if kind is str:
        return _quoted(value)
    if kind is float and not math.isfinite(value):
        return f'float("{value}")'
    if kind in (bool, int, float, complex, bytes, type(None), type(...)):
        return repr(value)
    if kind in (list, tuple, set, frozenset, dict):
        return _collection(value, refer)
    name = refer(value)
    if name is not None:
        return name
    if isinstance(value, enum.Enum) and not isinstance(value, enum.Flag):
        return f"{_known(kind, refer)}.{value.name}"
    if isinstance(value, functools.partial):
        given = [_text(one, refer) for one in (value.func, *value.args)]
        return _call(_known(functools.partial, refer), given, value.keywords, refer)
    if isinstance(value, functools._lru_cache_wrapper):
        cached = _call(_known(functools.lru_cache, refer), [], value.cache_parameters(), refer)
        return f"{cached}({_text(value.__wrapped__, refer)})"
    if isinstance(value, tuple) and hasattr(kind, "_fields"):
        return _call(_known(kind, refer), [], dict(zip(kind._fields, value, strict=True)), refer)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        return _call(_known(kind, refer), [], fields, refer)
    if kind is logging.Logger:
        return _call(_known(logging.getLogger, refer), [_quoted(value.name)], {}, refer)
    return _as_it_says(value, refer)


def _collection(value: Any, refer: Refer) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_text(key, refer)}: {_text(one, refer)}" for key, one in value.items()) + "}"
    inner = ", ".join(_text(one, refer) for one in value)
    match value:
        case list():
            return f"[{inner}]"
        case tuple():
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        case set():
            return f"{{{inner}}}" if value else "set()"
    return f"frozenset({{{inner}}})" if value else "frozenset()"


def _call(function: str, given: list[str], named: dict[str, Any], refer: Refer) -> str:
    return f"{function}({', '.join([*given, *(f'{name}={_text(one, refer)}' for name, one in named.items())])})"


def _known(thing: Any, refer: Refer) -> str:
    name = refer(thing)
    if name is None:
        raise NoExpression(shown(thing))
    return name


def _as_it_says(value: Any, refer: Refer) -> str:
    """What a value says of itself, if that makes an equal one: `deque([1])`, `datetime.date(2024, 5, 1)`, `list[int]`."""
    kind = type(value)
    if kind.__eq__ is object.__eq__:
        raise NoExpression(shown(value))  # no other can equal it
    text = repr(value)
    ways: list[tuple[str, dict[str, Any]]] = [(text, {kind.__name__: kind})]
    if text.startswith(f"{kind.__module__}.{kind.__name__}("):
        ways.append((text.removeprefix(f"{kind.__module__}."), {kind.__name__: kind}))
    for said, things in ((text, {}), *ways):
        known = dict(things)
        try:
            for name in _roots(said) - known.keys():
                known[name] = sys.modules.get(name) or getattr(sys.modules[kind.__module__], name)
            equal = bool(eval(said, dict(known)) == value)
            if equal and all(refer(thing) == name for name, thing in known.items() if name in _roots(said)):
                return said
        except Exception:  # what it says is no expression, or raises what it likes: the next way
            continue
    raise NoExpression(shown(value))


def _roots(text: str) -> set[str]:
    """Return the names that an expression begins its ways with, but for built-in ones."""
    tree = ast.parse(text, mode="eval")
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and not hasattr(builtins, node.id)}


def _quoted(text: str) -> str:
    """Text in double quotes, as one writes it, where that needs no more backslashes."""
    python = repr(text)
    return f'"{python[1:-1]}"' if python[0] == "'" and '"' not in text else python
