"""The same thing done many times, after a sleep of your choice: how often does it come out well?

What depends on timing comes out now so, now so. One run shows nothing; twenty show how far a sleep can be trusted.
"""

from __future__ import annotations

import inspect
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from html import escape
from typing import Any

import ipywidgets as widgets

from ...page.control import AtWork
from ...page.freeing import free
from ...page.panel import button, panel
from .slow_link import SlowLink

RUNS = 20
ROWS = 8
"""Rows of results that are kept in sight."""
SLEEPS = (0, 0.5, 1, 2, 5, 10, 20, 50, 100)
LINKS = (0, 1, 5, 20)
"""Milliseconds. A packet takes about so long across a house, a country, a continent."""


class Trials(AtWork):
    """A slider for the sleep, one for the link, a button, and a row of dots for each twenty runs.

    `function` is given what it names of `run` (a stretch that has everything to itself), `endpoint` (to bind),
    `far_endpoint` (to connect to: the same place, at the other end of a link that takes as long as the learner says)
    and `pause` (call it to sleep as long as the learner says). It returns whether it came out well. Over tcp.
    """

    def __init__(self, function: Callable[..., bool], title: str) -> None:
        super().__init__()
        self._function, self._title = function, title
        self._rows: deque[str] = deque(maxlen=ROWS)

    def build(self) -> widgets.Widget:
        """Make the sliders, the button and the rows."""
        self.sleep = _slider("sleep", SLEEPS, 0)
        self.link = _slider("the link takes", LINKS, 0)
        self._button = button(f"Run it {RUNS} times", self.start, "main")
        self.results = widgets.HTML()
        self.results.add_class("zl-messages")
        row = widgets.HBox([self.sleep, self.link, self._button])
        row.add_class("zl-row")
        return panel(self._title, row, self.note, self.results, still=f"sleep [ 0 ms ] [ Run it {RUNS} times ]")

    def start(self) -> None:
        """Begin the runs."""
        self.begin(lambda: self._run_all(self.sleep.value, self.link.value))

    def _run_all(self, sleep: float, link: float) -> None:
        self._button.disabled = True
        came: list[bool] = []
        self._rows.appendleft("")
        try:
            while len(came) < RUNS and not self.closed:
                came.append(self._once(sleep, link))
                self._rows[0] = _row(sleep, link, came)
                self.results.value = "".join(self._rows)
        finally:
            self._button.disabled = False

    def _once(self, sleep: float, link: float) -> bool:
        """Do it once, with a sleep and a link of so many milliseconds. Returns whether it came out well."""
        with self.bench.alone(self._title) as run, _unseen(run):
            endpoint = run.endpoint("trials", transport="tcp")
            with SlowLink(endpoint, link / 1000) if link else nullcontext() as slow:
                made = {
                    "run": run,
                    "endpoint": endpoint,
                    "far_endpoint": slow.endpoint if slow else endpoint,
                    "pause": lambda: threading.Event().wait(sleep / 1000),
                }
                return self._function(**{name: made[name] for name in inspect.signature(self._function).parameters})


@contextmanager
def _unseen(run: Any) -> Iterator[None]:
    """Let go of the picture of a run, which nobody is shown."""
    yield
    free([run.stage], "")


def _slider(name: str, values: tuple[float, ...], value: float) -> widgets.SelectionSlider:
    made = widgets.SelectionSlider(
        options=[(f"{one:g} ms", one) for one in values], value=value, description=name, continuous_update=False
    )
    made.style.description_width = "initial"
    made.layout.width = "300px"
    made.add_class("zl-slider")
    made.add_class("zl-milliseconds")
    return made


def _row(sleep: float, link: float, came: list[bool]) -> str:
    """Return one line of results as HTML: a dot for each run, full where it came out well, and the same in words."""
    dots = "".join("●" if one else "○" for one in came)
    words = f"{sum(came)} of {len(came)} arrived"
    after = f" · sleep {sleep:g} ms, link {link:g} ms"
    return f'<div>{dots} {words}<span class="zl-quiet">{escape(after)}</span></div>'
