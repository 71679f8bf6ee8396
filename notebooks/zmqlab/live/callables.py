"""What an actor can be made of: a function, a method, a partial, an object that can be called.

What only looks like a function is refused before anything starts: to call a coroutine function, or a generator
function, runs not one line of it, and the actor would be "finished" without a word.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

COROUTINE = (
    "write `def`, not `async def`, and `replier.recv()` without `await`: the actor has a thread of its own to wait in"
)
LONGEST = 4_000
"""Letters of a function's text that are kept."""
GENERATOR = "take out `yield`, and put what it would give into a list that you pass where you start the actor"


def name_of(function: Callable) -> str:
    """Return what a function is called: of a partial, what it calls; of an object, its class."""
    while isinstance(function, functools.partial):
        function = function.func
    return getattr(function, "__name__", None) or type(function).__name__


def source_of(function: Callable) -> str:
    """Return the text of a function as it stands in its cell or file, at most `LONGEST` letters; nothing where that is not known."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function)
    try:
        text = inspect.getsource(function if inspect.isroutine(function) else type(function))
    except (OSError, TypeError):
        return ""
    return textwrap.dedent(text)[:LONGEST]


def actor_name(function: Callable) -> str:
    """Return what its actor is called, if nobody says."""
    return name_of(function).strip("<>").replace("_", " ").strip() or "actor"


def check_kind(function: Any) -> None:
    """Raise `TypeError`, in words that say what to write instead, when calling `function` would not do its work."""
    if not callable(function):
        raise TypeError(
            f"an actor is made of a function, and this is {_a(type(function).__name__)}: pass the function itself"
        )
    for one in _layers(function):
        if inspect.iscoroutinefunction(one):
            raise TypeError(f"{name_of(function)}() is a coroutine function, which an actor cannot be: {COROUTINE}")
        if inspect.isgeneratorfunction(one) or inspect.isasyncgenfunction(one):
            raise TypeError(f"{name_of(function)}() is a generator function, which an actor cannot be: {GENERATOR}")
    try:
        inspect.signature(function)
    except ValueError:
        raise TypeError(
            f"{name_of(function)} does not say which arguments it takes: write a function around it, as `def …`"
        ) from None


def check_result(function: Callable, result: Any) -> None:
    """Raise `TypeError`, in the same words, when a function returned what should have been run (a lambda may)."""
    for kind, words in (
        (inspect.iscoroutine, COROUTINE),
        (inspect.isgenerator, GENERATOR),
        (inspect.isasyncgen, GENERATOR),
    ):
        if kind(result):
            getattr(result, "close", bool)()  # or Python warns that nobody has waited for it
            raise TypeError(f"{name_of(function)}() gave back {_a(type(result).__name__)} that nobody runs: {words}")


def call(function: Callable, arguments: dict[str, Any]) -> Any:
    """Call a function with arguments by name, those before a `/` too."""
    first = [
        arguments[parameter.name]
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is parameter.POSITIONAL_ONLY and parameter.name in arguments
    ]
    by_place = {
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is parameter.POSITIONAL_ONLY
    }
    return function(*first, **{name: value for name, value in arguments.items() if name not in by_place})


def for_a_process(function: Callable, arguments: dict[str, Any]) -> tuple[Callable, dict[str, Any]]:
    """Return the function whose text another process can run in place of `function`, and its arguments.

    Of a partial that is what it calls, of a cached function the one that is cached. Raises `TypeError`, in words,
    for what has no text of its own: a method and an object have a state, which only this process has.
    """
    while isinstance(function, functools.partial):
        names = list(inspect.signature(function.func).parameters)
        arguments = dict(zip(names, function.args, strict=False)) | function.keywords | arguments
        function = function.func
    if inspect.ismethod(function) or not hasattr(function, "__name__"):
        what = "a method of an object" if inspect.ismethod(function) else f"an object ({type(function).__name__})"
        raise TypeError(
            f"{name_of(function)} is {what}, which only this process has, and so it cannot run in a process of its own: "
            "write a function in a cell, as `def …`, that makes the object itself"
        )
    inner = inspect.unwrap(function)
    if inner is not function and not _is_decorated(inner):
        raise TypeError(
            f"{name_of(function)} is wrapped in another function, which cannot go into a process of its own: "
            "decorate it where it is written, or write it in a cell, as `def …`"
        )
    return inner, arguments


def _layers(function: Any) -> list[Any]:
    """Return what is called one in another: a partial's function, an object's `__call__`, what a cache keeps."""
    found = [function]
    while True:
        one = found[-1]
        if isinstance(one, functools.partial):
            found.append(one.func)
        elif isinstance(one, functools._lru_cache_wrapper):
            found.append(one.__wrapped__)
        elif not inspect.isroutine(one) and not inspect.isclass(one) and len(found) < 20:
            found.append(type(one).__call__)
        else:
            return found


def _is_decorated(function: Callable) -> bool:
    """Whether the text of a function begins with its decorators: then they are made again in the other process."""
    try:
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    except (OSError, TypeError, SyntaxError):
        return True  # who looks for its text says what is wrong
    return not isinstance(definition, ast.FunctionDef) or bool(definition.decorator_list)


def _a(word: str) -> str:
    return f"{'an' if word[:1] in 'aeiou' else 'a'} {word}"
