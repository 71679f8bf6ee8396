"""A script in a process of its own, and a stopwatch beside it: what may hang there cannot hang here."""

from __future__ import annotations

import threading
import time
from collections import deque
from html import escape
from typing import Any

import ipywidgets as widgets

from ...page.control import AtWork
from ...page.panel import button, panel

LIMIT = 5.0
"""Seconds after which a process is ended by force."""
PERIOD = 0.1
ROWS, ROW = 6, 24.5
"""Lines that are kept, and how high each is (px)."""


class Stopwatch(AtWork):
    """A button for each script, and a line for each run. A script runs in a process of its own, for 5 s at most."""

    def __init__(self, scripts: dict[str, Any], title: str = "Stopwatch") -> None:
        super().__init__()
        self._scripts, self._title = scripts, title
        self._rows: deque[str] = deque(maxlen=ROWS)

    def build(self) -> widgets.Widget:
        """Make the buttons and the rows."""
        scripts = self._scripts
        self.buttons = [button(label, lambda label=label: self.start(label), "main") for label in scripts]
        row = widgets.HBox(self.buttons)
        row.add_class("zl-row")
        self.results = widgets.HTML()
        self.results.add_class("zl-messages")
        self.results.layout.min_height = f"{ROWS * ROW}px"  # a line more moves no button
        still = " ".join(f"[ {label} ]" for label in scripts)
        return panel(self._title, row, self.note, self.results, still=still)

    def start(self, label: str) -> None:
        """Run a script, if none is running, and let the watch run with it."""
        self.begin(lambda: self._time(label))

    def _time(self, label: str) -> None:
        self._rows.appendleft("")
        done, said = threading.Event(), []

        def run() -> None:
            try:
                (came,) = self.lab.run(self._scripts[label], seconds=LIMIT)
                said.append(came.output.strip())
            except TimeoutError:
                said.append(None)
            except Exception as problem:
                said.append(f"{type(problem).__name__}: {problem}")
            done.set()

        began = time.monotonic()
        runner = threading.Thread(target=run, name="zmqlab stopwatch: script", daemon=True)
        runner.start()
        while not done.wait(PERIOD) and not self.closed:
            self._show(f"{label}: {time.monotonic() - began:.1f} s …", "")
        runner.join()
        words = said[0] if said[0] is not None else f"had not ended after {LIMIT:g} s, and was ended by force"
        self._show(f"{label}: {words}", "zl-bad" if said[0] is None else "")

    def _show(self, words: str, kind: str) -> None:
        self._rows[0] = f'<div class="{kind}">{escape(words)}</div>'
        self.results.value = "".join(self._rows)
