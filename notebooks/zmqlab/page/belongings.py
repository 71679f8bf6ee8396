"""What a lab has shown. It is let go when its cell is run again, and at the latest when the lab is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

import ipywidgets as widgets

from .cells import Run
from .freeing import free

RUN_AGAIN = "Its cell was run again: look at what that shows."


class One(NamedTuple):
    """One thing that was shown, by which run of a cell (None: by none that is known), and how it comes to its end."""

    widget: widgets.Widget
    run: Run | None
    end: Callable[[], object]


class Belongings:
    """All that was shown and not let go yet. Any thread may call any of this."""

    def __init__(self) -> None:
        self._all: list[One] = []
        self._turn = threading.Lock()  # guards the list; nothing else is done while it is held

    def add(self, widget: widgets.Widget, run: Run | None, end: Callable[[], object] = lambda: None) -> None:
        """Keep in mind what was shown, and let go of what the same cell showed when it was run before."""
        with self._turn:
            former = [one for one in self._all if run and one.run and run.cell == one.run.cell != "" and run != one.run]
            left = [one for one in self._all if one not in former and one.widget.comm is not None]
            self._all = [*left, One(widget, run, end)]
        _let_go(former, RUN_AGAIN)

    def let_go(self, words: str, here: str = "", cell: str = "") -> None:
        """Let go of everything. What the page shows stays there, and says `words`; `here` where `cell` has shown it."""
        with self._turn:
            everything, self._all = self._all, []
        own = [one for one in everything if cell and one.run and one.run.cell == cell]
        _let_go([one for one in everything if one not in own], words)
        _let_go(own, here)


def _let_go(things: list[One], words: str) -> None:
    for one in things:
        one.end()
    free([one.widget for one in things], words)
