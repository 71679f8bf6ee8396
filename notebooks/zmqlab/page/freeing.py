"""Letting go of widgets when their lab is closed.

Each widget is a model in the page and a comm in the kernel, and ipywidgets keeps both until somebody closes it. But a
widget that is closed vanishes from the page, with all that it shows. Here the page is told that nobody answers any
more, and then only this end is let go.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import ipywidgets as widgets

from .library import Library
from .lifeline import Living

REMEMBERED = 10_000
"""Widgets let go last, of which a page may still ask: its question was on the way."""

_letting_go = threading.Lock()
_gone: deque[str] = deque(maxlen=REMEMBERED)


def free(roots: Iterable[widgets.Widget], words: str) -> None:
    """Let go of these widgets and of all that they hold. What the page shows stays there, and says `words`.

    `words` say why nothing answers any more, and how to go on. May be called again, and from any thread. A widget that
    is closed already is left alone. While the interpreter ends nothing is done: the page sees for itself that its kernel
    goes, and ipykernel's socket to it is no longer safe to use.
    """
    if not threading.main_thread().is_alive():
        return
    tree = _with_all_they_hold(roots)
    for widget in tree:
        with suppress(Exception):  # the kernel may be ending: then nobody can be told, and nobody needs to be
            _end(widget, words)
    for widget in tree:
        _let_go(widget)


def take_away(widget: widgets.Widget) -> None:
    """Close a widget on both sides, with all that it holds: it vanishes from the page, which may still have a question."""
    for one in _with_all_they_hold([widget]):
        with _letting_go:
            if one.comm is not None:
                _gone.append(one.comm.comm_id)
                one.close()


def _with_all_they_hold(roots: Iterable[widgets.Widget]) -> list[widgets.Widget]:
    """Return these widgets and those in their traits (children, layout, style, …), each once.

    The library is not theirs: all widgets of this kernel have the same, also those that are not let go.
    """
    found: dict[int, widgets.Widget] = {}
    todo = list(roots)
    while todo:
        widget = todo.pop()
        if id(widget) not in found and not isinstance(widget, Library):
            found[id(widget)] = widget
            todo += [inner for name in widget.keys for inner in _widgets_in(getattr(widget, name))]
            todo += _widgets_in(getattr(widget, "stands", None))  # where it stands (place.py)
    return list(found.values())


def _widgets_in(value: Any) -> Iterator[widgets.Widget]:
    if isinstance(value, widgets.Widget):
        yield value
    elif isinstance(value, dict):
        yield from _widgets_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for one in value:
            yield from _widgets_in(one)


def _end(widget: widgets.Widget, words: str) -> None:
    if widget.comm is None:
        return
    if isinstance(widget, Living):
        widget.end(words)
    elif widget.has_trait("disabled"):
        widget.disabled = True


def _let_go(widget: widgets.Widget) -> None:
    """Close a widget on the kernel's side alone: without the message that would take it out of the page."""
    with _letting_go:
        comm = widget.comm
        if comm is None:
            return
        _gone.append(comm.comm_id)
        comm.publish_msg = _say_nothing
        with suppress(KeyError):  # the page has closed it: the kernel's table of comms knows it no more
            widget.close()
        widget.comm = None
        vars(widget).pop("_repr_mimebundle_", None)  # ipywidgets takes its looks from what is closed


def _say_nothing(*_: Any, **__: Any) -> None:
    """Take the place of a comm's way to the page."""


def _worth_telling(record: logging.LogRecord) -> bool:
    """Whether a line of the log of comms tells news. A page's last question to what was let go meanwhile is none."""
    return not (isinstance(record.args, tuple) and record.args and record.args[0] in _gone)


# What `comm` cannot deliver it would write below the cell that runs: "No such comm".
logging.getLogger("Comm").addFilter(_worth_telling)
