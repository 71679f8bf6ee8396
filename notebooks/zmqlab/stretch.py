"""A stretch of a lab's life, and what happened in it: an experiment in a cell, a run of a prediction or a trial.

It owns the contexts and actors that are made through it, and ends just those.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from .bench import Bench, Workplace
from .live import standstill
from .live.hands import caller, whole
from .page.stage import Stage
from .record.events import Ended, Event, Message, messages_of
from .record.keeping import keep
from .record.text import readable


class Stretch(Workplace):
    """It has a stage of its own, and `messages` and `events` are those of the stretch.

    When it begins, `keep` takes note of its stage, and `show` shows it. A stretch that is `alone` has the bench to itself,
    and closes it at its end.
    """

    _called = "run"

    def __init__(
        self,
        bench: Bench,
        title: str,
        *,
        alone: bool = False,
        keep: Callable[[Stage], Any] = lambda stage: None,
        show: Callable[[Stage], Any] = lambda stage: None,
    ) -> None:
        self._bench, self._owner = bench, self
        self.title, self._alone, self._keep, self._show = title, alone, keep, show
        self.began = self.ended = 0
        self.over = False
        self.stage: Stage | None = None
        self.thread: threading.Thread | None = None
        self._frame: FrameType | None = None  # the code that it stands in
        self._open = False
        self._turn = threading.RLock()

    def __enter__(self) -> Stretch:
        self._frame = sys._getframe(1)
        try:
            whole(self._begin)
            self._show(self.stage)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *problem: object) -> None:
        self.close()

    def close(self) -> None:
        """End it, with all that belongs to it. May be called again."""
        whole(self._finish)

    @property
    def abandoned(self) -> bool:
        """Whether the code that it stood in is left: an interrupt can strike just where it would have been closed."""
        frame = sys._current_frames().get(self.thread.ident) if self.thread and self.thread.is_alive() else None
        while frame is not None and frame is not self._frame:
            frame = frame.f_back
        return frame is None

    def _begin(self) -> None:
        with self._turn:
            self.thread = caller()
            self._bench.crew.check_open()
            self._bench.end_abandoned()
            self.stage, self.began = self._bench.pump.begin_stretch(self.title)
            self._open = True
            self._keep(self.stage)
            self._bench.stretches.append(self)

    def _finish(self) -> None:
        done = time.monotonic_ns()  # what ends it takes time of its own
        with self._turn:
            self._frame = None
            try:
                if self._open:
                    self._open = False
                    self._tell_its_end(done)
            finally:  # also when the page cannot be told
                self._bench.crew.end_all_of(self)
                if self in self._bench.stretches:
                    self._bench.stretches.remove(self)
                self.over = True
                if self._alone:
                    self._bench.close()

    def _tell_its_end(self, done: int) -> None:
        """Bring its stage to its end, and make a film of what happened until then."""
        crew = self._bench.crew
        for name in crew.names(self):
            if crew.entry(name).worker.visitor and crew.entry(name).worker.alive:
                self._bench.trace.note(Ended, name)
        still = self._stand_still()
        self.ended = self._bench.pump.end_stretch(self.stage)
        self.stage.show(self.stage.playback.end())  # what still flies lands
        events = self._until_its_end()
        if still:
            self._keep_record(still, events)
        self._bench.pump.film(self.stage, [event for event in events if event.time >= self.began], done)

    def _stand_still(self) -> standstill.Standstill | None:
        """Have everybody stand still, where a record is kept of what really waits."""
        crew = self._bench.crew
        workers, owned = ([crew.entry(name).worker for name in crew.names(owner)] for owner in (None, self))
        return standstill.begin(self._bench.trace, workers, owned)

    def _keep_record(self, still: standstill.Standstill, events: list[Event]) -> None:
        scene = self.stage.playback.scene
        sockets = scene.topology.sockets
        found = still.found(lambda number: scene.waiting_at(sockets[number]) if number in sockets else 0)
        keep(self.title, events, self.began, found, still.moving)
        still.end()

    def _until_its_end(self) -> list[Event]:
        return [event for event in self._bench.trace.events() if event.time <= self.ended]

    def events(self) -> list[Event]:
        """Return what happened in this stretch, in order."""
        self._bench.trace.settle()
        found = self._bench.trace.events(self.began)
        return [event for event in found if self._open or event.time <= self.ended]

    def messages(self, actor: str = "", way: str = "") -> list[Message]:
        """Return the messages of this stretch that an actor (or all) "sent" or "received" (or both), in order."""
        return messages_of(self.events(), readable(actor), way)
