"""The same thing done many times, after a sleep of your choice: how often does it come out well?

What depends on timing comes out now so, now so. One run shows nothing; twenty show how far a sleep can be trusted.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from html import escape

import ipywidgets as widgets

from ...page.controls import button, panel
from ...record.events import Event

RUNS = 20
ROWS = 8
"""Rows of results that are kept in sight."""
SLEEPS = (0, 0.5, 1, 2, 5, 10, 20, 50, 100)
LINKS = (0, 1, 5, 20)
"""Milliseconds. A packet takes about so long across a house, a country, a continent."""

Run = Callable[[float, float], bool]
"""Does it once, with a sleep and a link of so many milliseconds. Returns whether it came out well."""


class Trials:
    """A slider for the sleep, one for the link, a button, and a row of dots for each twenty runs. `widget` shows it."""

    def __init__(self, run: Run, title: str) -> None:
        self._run = run
        self._rows: deque[str] = deque(maxlen=ROWS)
        self._thread: threading.Thread | None = None
        self._closed = False
        self.sleep = _slider("sleep", SLEEPS, 0)
        self.link = _slider("the link takes", LINKS, 0)
        self._button = button(f"Run it {RUNS} times", self.start, "main")
        self.results = widgets.HTML()
        self.results.add_class("zl-messages")
        row = widgets.HBox([self.sleep, self.link, self._button])
        row.add_class("zl-row")
        self.widget = panel(title, row, self.results, still=f"sleep [ 0 ms ] [ Run it {RUNS} times ]")

    def start(self) -> None:
        """Begin the runs, in a thread of their own: other buttons must go on working."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="zmqlab trials", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End after the run that is at work."""
        self._closed = True
        if self._thread is not None:
            self._thread.join(2)

    def tell(self, events: list[Event]) -> None:
        """Nothing to show: a run says itself how it came out."""

    def _work(self) -> None:
        sleep, link = self.sleep.value, self.link.value
        self._button.disabled = True
        came: list[bool] = []
        self._rows.appendleft("")
        try:
            while len(came) < RUNS and not self._closed:
                came.append(self._run(sleep, link))
                self._show(_row(sleep, link, came))
        except Exception as problem:
            self._show(f'<div class="zl-note" role="alert">{escape(f"{type(problem).__name__}: {problem}")}</div>')
        self._button.disabled = False

    def _show(self, row: str) -> None:
        self._rows[0] = row
        self.results.value = "".join(self._rows)


def _slider(name: str, values: tuple[float, ...], value: float) -> widgets.SelectionSlider:
    made = widgets.SelectionSlider(
        options=[(f"{one:g} ms", one) for one in values], value=value, description=name, continuous_update=False
    )
    made.style.description_width = "initial"
    made.layout.width = "300px"
    made.add_class("zl-slider")
    return made


def _row(sleep: float, link: float, came: list[bool]) -> str:
    """Return one line of results as HTML: a dot for each run, full where it came out well, and the same in words."""
    dots = "".join("●" if one else "○" for one in came)
    words = f"{sum(came)} of {len(came)} arrived"
    after = f" · sleep {sleep:g} ms, link {link:g} ms"
    return f'<div>{dots} {words}<span class="zl-quiet">{escape(after)}</span></div>'
