"""One thread that looks at the trace, and tells all who show it.

It looks 20 times a second, whatever the kernel's main thread does, and sends each view one batch. Nobody else sends to
the browser on its own.
"""

from __future__ import annotations

import copy
import os
import threading
import time
from typing import Protocol

from .picture.playback import Playback
from .picture.stage import Past, Stage
from .record.events import CONTROLS, Event, LongWait, Waits
from .record.trace import Trace, by_time

TICK = 0.05
"""Seconds between two looks at the trace."""
LIVELY, LIVELY_TICK = 0.25, 0.01
"""After a learner has pressed something: for so many seconds, look at the trace that often. An echo must be prompt."""
HEAL = 2.0
"""Seconds after which a view that has missed something is whole again."""
HOLD_BACK = 10_000_000
"""Nanoseconds that the picture leaves to threads which are held up between a call and its entry in the trace.

What comes later still is told late, in the order of its coming."""
LONG_WAIT = float(os.environ.get("ZMQLAB_LONG_WAIT", "5"))
"""Seconds after which a cell that waits is told how to go on."""


class Teller(Protocol):
    """Whoever wants to know what happened."""

    def tell(self, events: list[Event]) -> None:
        """Take in what happened next."""


class Pump:
    """Looks at one trace. `cells` are the names of the actors that are cells of the notebook."""

    def __init__(self, trace: Trace, name: str) -> None:
        self.trace, self.cells = trace, set[str]()
        self.playback = Playback()
        self._past = Past(self.playback)  # of the main stage, which may be shown late
        self._main: Stage | None = None
        self._stretches: list[Stage] = []
        self._at_rest: list[Stage] = []
        self._controls: list[Teller] = []
        self._waits: dict[str, int] = {}
        self._healed = time.monotonic()
        self._looking = threading.Lock()
        self._nudged = threading.Event()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"zmqlab pump ({name})", daemon=True)
        self._thread.start()

    def nudge(self) -> None:
        """Look now, and often for a while: somebody has pressed something."""
        self._nudged.set()

    def go_live(self) -> None:
        """Have the main stage show what happens now, wherever its film stands: somebody has pressed something."""
        if self._main is not None:
            self._main.send({"live": True})

    def add(self, control: Teller) -> None:
        """Tell a control all that is kept of what happened, and from now on what happens."""
        with self._looking:
            self._look(everything=True)
            # Every control event, also of those times whose messages are kept no more: who is there, a control must know.
            messages = [event for event in self.trace.events() if type(event) not in CONTROLS]
            control.tell(sorted([*self.trace.controls(), *messages], key=by_time))
            self._controls.append(control)

    def stage(self, title: str) -> Stage:
        """Return the stage that shows everything."""
        with self._looking:
            if self._main is None:
                self._main = Stage(self.playback, title, past=self._past)
            return self._main

    def begin_stretch(self, title: str) -> tuple[Stage, int]:
        """Return a stage that begins at this moment, and the moment (monotonic ns)."""
        with self._looking:
            self._look(everything=True)
            stage = Stage(Playback(copy.deepcopy(self.playback.scene).begin_anew()), title)
            self._stretches.append(stage)
            return stage, time.monotonic_ns()

    def end_stretch(self, stage: Stage) -> int:
        """Show a stage no more than what happened until this moment. Returns the moment (monotonic ns)."""
        ended = time.monotonic_ns()
        with self._looking:
            self._look(everything=True)
            self._stretches.remove(stage)
            self._at_rest.append(stage)
        return ended

    def close(self) -> None:
        """Tell what is still to be told, and end the thread."""
        self._closed = True
        self._nudged.set()
        self._thread.join(2)

    def _run(self) -> None:
        lively_until = 0.0
        while not self._closed:
            with self._looking:
                self._look()
            lively = time.monotonic() < lively_until
            if self._nudged.wait(LIVELY_TICK if lively else TICK):
                lively_until = time.monotonic() + LIVELY
                self._nudged.clear()
        with self._looking:
            self._look(everything=True)

    def _look(self, everything: bool = False) -> None:
        self.trace.tick()
        if everything:
            self.trace.settle()
        now = time.monotonic_ns()
        events = self.trace.take(None if everything else self.trace.complete_until() - HOLD_BACK)
        self._watch_for_long_waits(events, now)
        if events:
            for control in self._controls:
                control.tell(events)
        heal = time.monotonic() - self._healed > HEAL
        self._healed = time.monotonic() if heal else self._healed
        steps = self.playback.tell(events, now) if events or self.playback.restless else []
        if self._main is None:
            self._past.add(steps)
        else:
            self._main.show(steps, heal)
        for stage in self._stretches:
            stage.show(stage.playback.tell(events, now) if events or stage.playback.restless else [], heal)
        for stage in self._at_rest:
            stage.show([])  # nothing new, but a page that opens late asks for what there was

    def _watch_for_long_waits(self, events: list[Event], now: int) -> None:
        for event in events:
            if event.actor in self.cells:
                self._waits.pop(event.actor, None)
                if isinstance(event, Waits) and event.call.startswith(("recv", "send")):
                    self._waits[event.actor] = event.time
        for name, since in list(self._waits.items()):
            if now - since > LONG_WAIT * 1_000_000_000:
                del self._waits[name]
                self.trace.note(LongWait, name, seconds=LONG_WAIT)
