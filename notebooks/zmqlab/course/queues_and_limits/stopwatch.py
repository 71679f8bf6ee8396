"""A script in a process of its own, and a stopwatch beside it: what may hang there cannot hang here."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from html import escape

import ipywidgets as widgets

from ...page.controls import button, panel
from ...record.events import Event

LIMIT = 5.0
"""Seconds after which a process is ended by force."""
PERIOD = 0.1
ROWS = 6

Start = Callable[[str, float], str | None]
"""Runs a script by its label, for so many seconds at most. Returns what it printed, or None when it had not ended."""


class Stopwatch:
    """A button for each script, and a line for each run. `widget` shows it."""

    def __init__(self, start: Start, labels: Sequence[str], title: str) -> None:
        self._start = start
        self._rows: deque[str] = deque(maxlen=ROWS)
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self.buttons = [button(label, lambda label=label: self.start(label), "main") for label in labels]
        row = widgets.HBox(self.buttons)
        row.add_class("zl-row")
        self.results = widgets.HTML()
        self.results.add_class("zl-messages")
        self.widget = panel(title, row, self.results, still=" ".join(f"[ {label} ]" for label in labels))

    def start(self, label: str) -> None:
        """Run a script, if none is running, and let the watch run with it."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, args=[label], name="zmqlab stopwatch", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End after the run that is at work."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(LIMIT + 2)

    def tell(self, events: list[Event]) -> None:
        """Nothing to show: the script is recorded by nobody."""

    def _work(self, label: str) -> None:
        self._rows.appendleft("")
        done, said = threading.Event(), []

        def run() -> None:
            try:
                said.append(self._start(label, LIMIT))
            except Exception as problem:
                said.append(f"{type(problem).__name__}: {problem}")
            done.set()

        began = time.monotonic()
        runner = threading.Thread(target=run, name="zmqlab stopwatch: script", daemon=True)
        runner.start()
        while not done.wait(PERIOD) and not self._closed.is_set():
            self._show(f"{label}: {time.monotonic() - began:.1f} s …", "")
        runner.join()
        words = said[0] if said[0] is not None else f"had not ended after {LIMIT:g} s, and was ended by force"
        self._show(f"{label}: {words}", "zl-bad" if said[0] is None else "")

    def _show(self, words: str, kind: str) -> None:
        self._rows[0] = f'<div class="{kind}">{escape(words)}</div>'
        self.results.value = "".join(self._rows)
