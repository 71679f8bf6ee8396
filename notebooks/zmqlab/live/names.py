"""Names that were taken before the lab: `from zmq import proxy`, above `from zmqlab import Lab`.

Such a name is bound to pyzmq's own function, and stays so whatever we put into `zmq`. So we look for those few
functions by their identity in all modules that are loaded (`__main__`, the notebook, is one), and bind the names
anew. pyzmq's own modules keep what they have.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

from .kept import keep

_ours: dict[int, Any] = keep("our functions", {})
"""Which function of ours takes the place of one of pyzmq's, by the identity of that one (which lives for ever)."""
OURSELVES = ("zmq", __name__.partition(".")[0])


def put(name: str, plain: Any, ours: Callable, *modules: Any) -> None:
    """Bind `name` in these modules to `ours`, which takes the place of `plain`.

    It answers to the name that a learner knows, and so a program that is written of it imports that.
    """
    ours.__name__ = ours.__qualname__ = name
    ours.__module__ = modules[0].__name__
    _ours[id(plain)] = ours
    for module in modules:
        setattr(module, name, ours)


def bind_everywhere() -> None:
    """Bind anew what was taken before, in every module that is loaded."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] not in OURSELVES:
            _bind(getattr(module, "__dict__", None))


def bind_of(function: Callable) -> None:
    """Bind anew what one function names: in its module, in the functions around it, among its defaults."""
    function = inspect.unwrap(getattr(function, "func", function))
    function = getattr(function, "__func__", function)
    if not isinstance(function, FunctionType):
        return
    if (function.__module__ or "").partition(".")[0] not in OURSELVES:
        _bind(function.__globals__)
    for cell in function.__closure__ or ():
        try:
            cell.cell_contents = _ours.get(id(cell.cell_contents), cell.cell_contents)
        except ValueError:  # a name that is not bound yet
            continue
    if function.__defaults__:
        function.__defaults__ = tuple(_ours.get(id(value), value) for value in function.__defaults__)


def _bind(namespace: Any) -> None:
    if type(namespace) is not dict:
        return
    for name, value in list(namespace.items()):
        if id(value) in _ours:
            namespace[name] = _ours[id(value)]
